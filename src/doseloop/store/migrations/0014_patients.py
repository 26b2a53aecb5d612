"""Patients with several numbers, and sizes that came from elsewhere than the objects."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_sources(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """Every size that there is was read from an object."""
    exam, part = apps.get_model("store", "Exam"), apps.get_model("store", "Part")
    exam.objects.exclude(weight_kg=None).update(weight_source="object")
    exam.objects.exclude(height_m=None).update(height_source="object")
    part.objects.exclude(weight_kg=None).update(weight_source="object")


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0013_equipment'),
    ]

    operations = [
        migrations.CreateModel(
            name='Measurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.IntegerField()),
                ('study_uid', models.TextField(default='')),
                ('measured_at', models.TextField(default='')),
                ('height_m', models.FloatField(null=True)),
                ('weight_kg', models.FloatField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SizeImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.TextField()),
                ('in_force', models.BooleanField(default=False)),
                ('found', models.JSONField(default=dict)),
                ('over', models.JSONField(default=list)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='exam',
            name='exam_is_one',
        ),
        migrations.AddField(
            model_name='exam',
            name='age_known_to',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='exam',
            name='height_measured_at',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='exam',
            name='height_source',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='exam',
            name='named',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='named_exams', to='store.patient'),
        ),
        migrations.AddField(
            model_name='exam',
            name='part_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='homes', to='store.exam'),
        ),
        migrations.AddField(
            model_name='exam',
            name='weight_measured_at',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='exam',
            name='weight_source',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='part',
            name='weight_source',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='patient',
            name='part_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='store.patient'),
        ),
        migrations.AddConstraint(
            model_name='exam',
            constraint=models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('named', 'patient'), models.F('study_uid'), name='exam_is_one'),
        ),
        migrations.AddField(
            model_name='measurement',
            name='patient',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to='store.patient'),
        ),
        migrations.AddField(
            model_name='sizeimport',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='store.site'),
        ),
        migrations.AddField(
            model_name='measurement',
            name='imported',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measurements', to='store.sizeimport'),
        ),
        migrations.AddIndex(
            model_name='measurement',
            index=models.Index(fields=['study_uid'], name='measurement_by_study'),
        ),
        migrations.RunPython(name_sources, migrations.RunPython.noop, elidable=True),
    ]
