import django.db.models.deletion
from django.db import migrations, models

from doseloop.store import append_only


def protect(apps, schema_editor):
    append_only.protect(schema_editor, append_only.LOOKS)


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0028_cases'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='effect',
            field=models.TextField(default=''),
        ),
        migrations.CreateModel(
            name='EffectLookRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('verdict', models.TextField()),
                ('expected', models.FloatField()),
                ('before', models.IntegerField()),
                ('after', models.IntegerField()),
                ('change', models.FloatField(null=True)),
                ('low', models.FloatField(null=True)),
                ('high', models.FloatField(null=True)),
                ('more_exams', models.IntegerField(null=True)),
                ('controls', models.JSONField(default=list)),
                ('slope', models.FloatField(null=True)),
                ('not_seen', models.JSONField(default=list)),
                ('version', models.TextField()),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='store.caseaction')),
                ('scanner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.scanner')),
            ],
        ),
        migrations.RunPython(protect, migrations.RunPython.noop, elidable=False),
    ]
