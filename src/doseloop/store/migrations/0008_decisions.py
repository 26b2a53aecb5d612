"""Changes of names become decisions of the kind `name`."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def carry_over(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    decision = apps.get_model("store", "Decision")
    for old in apps.get_model("store", "NameChange").objects.order_by("pk"):
        decision.objects.create(
            batch=old.batch, kind="name", site_id=old.site_id, subject=f"{old.modality}/{old.name}", written=old.written,
            before=old.before_id or "", after=old.after_id or "", actor=old.actor, at=old.at, undoes=old.undoes,
            undone=old.undone, followed=old.followed,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("store", "0007_names_mapped")]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.CharField(max_length=32)),
                ("kind", models.TextField()),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="store.site")),
                ("subject", models.TextField()),
                ("written", models.TextField()),
                ("before", models.TextField(default="")),
                ("after", models.TextField(default="")),
                ("actor", models.TextField()),
                ("at", models.DateTimeField()),
                ("undoes", models.BooleanField(default=False)),
                ("undone", models.BooleanField(default=False)),
                ("followed", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["batch"], name="decision_by_batch"),
                    models.Index(fields=["kind", "site", "subject"], name="decision_by_subject"),
                    models.Index(
                        fields=["followed"], name="decision_to_follow", condition=models.Q(("followed", False))
                    ),
                ],
            },
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=True),
        migrations.DeleteModel(name="NameChange"),
        migrations.RemoveIndex(model_name="exam", name="exam_renamed"),
        migrations.RenameField(model_name="exam", old_name="renamed", new_name="outdated"),
        migrations.AddIndex(
            model_name="exam",
            index=models.Index(condition=models.Q(("outdated", True)), fields=["outdated"], name="exam_outdated"),
        ),
    ]
