import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0016_procedure_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="LevelExplanation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level_id", models.TextField()),
                ("text", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("scanner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.scanner")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("scanner", "level_id"), name="level_is_explained_once")
                ],
            },
        ),
    ]
