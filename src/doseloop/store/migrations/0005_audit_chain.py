import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from doseloop.store import append_only


def protect(apps, schema_editor):
    append_only.protect(schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0004_peer_tokens'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.TextField()),
                ('last_row', models.BigIntegerField()),
                ('marks', models.TextField()),
                ('digest', models.TextField()),
                ('mac', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='auditrow',
            name='identified',
            field=models.BooleanField(null=True),
        ),
        migrations.AlterField(
            model_name='auditrow',
            name='account',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='auditrow',
            name='site',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='store.site'),
        ),
        migrations.RunPython(protect, migrations.RunPython.noop, elidable=False),
    ]
