import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def take_over(apps, schema_editor):
    """Each case of one flag becomes a case with a site, a title and a timeline; its flag names it."""
    case, step, flag = (apps.get_model("store", name) for name in ("Case", "CaseStep", "Flag"))
    for row in case.objects.select_related("flag__procedure", "flag__scanner", "owner"):
        about = row.flag.procedure or row.flag.scanner
        row.site_id = row.flag.site_id
        row.title = f"{row.flag.rule.replace('-', ' ').capitalize()}: {about.name if about else 'flag'}"
        row.state = "closed" if row.closed_at else "open"
        row.save()
        actor = row.owner.username if row.owner else ""
        step.objects.create(case=row, at=row.opened_at, actor=actor, kind="made a case", text=f"Flag {row.flag_id}")
        flag.objects.filter(pk=row.flag_id).update(case=row)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while checks of its rows wait


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0027_protocol_uses'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='flag',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.flag'),
        ),
        migrations.AddField('case', 'site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.site')),
        migrations.AddField('case', 'title', models.TextField(default=''), preserve_default=False),
        migrations.AddField('case', 'state', models.TextField(default='open')),
        migrations.AddField('case', 'due', models.DateField(null=True)),
        migrations.AddField('case', 'cause', models.TextField(default='not known yet')),
        migrations.AddField('case', 'cause_note', models.TextField(default='')),
        migrations.AddField('case', 'classification', models.TextField(default='none')),
        migrations.AddField('case', 'rule_pack', models.TextField(default='')),
        migrations.AddField('case', 'report_by', models.DateField(null=True)),
        migrations.AddField('case', 'reported_on', models.DateField(null=True)),
        migrations.AddField(
            'flag', 'case',
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='flags', to='store.case'),
        ),
        migrations.CreateModel(
            name='CaseStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('kind', models.TextField()),
                ('text', models.TextField(default='')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='store.case')),
            ],
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RemoveField('case', 'flag'),
        migrations.AlterField('case', 'site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='store.site')),
        migrations.CreateModel(
            name='CaseExam',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='linked', to='store.case')),
                ('exam', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='store.exam')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'exam'), name='exam_is_linked_once')],
            },
        ),
        migrations.CreateModel(
            name='CaseFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField()),
                ('size', models.IntegerField()),
                ('added_at', models.DateTimeField()),
                ('added_by', models.TextField()),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='store.case')),
            ],
        ),
        migrations.CreateModel(
            name='CaseAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('text', models.TextField()),
                ('protocol', models.TextField(default='')),
                ('quantity', models.TextField()),
                ('at', models.TextField()),
                ('by', models.TextField()),
                ('expected_percent', models.FloatField()),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.TextField()),
                ('undone_at', models.TextField(default='')),
                ('undone_why', models.TextField(default='')),
                ('undone_by', models.TextField(default='')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='store.case')),
                ('procedure', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.procedure')),
                ('scanners', models.ManyToManyField(to='store.scanner')),
            ],
        ),
        migrations.AddIndex('case', models.Index(fields=['site', 'state', 'due'], name='case_by_state')),
    ]
