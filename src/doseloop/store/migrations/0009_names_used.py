"""Names that each scanner has used, from the exams that are there."""

from collections.abc import Iterator
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from doseloop.reference.names import normalised

_AT_ONCE = 1000


def note_names(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    name = apps.get_model("store", "ScannerName")
    rows = (
        name(scanner_id=scanner, level=level, written=written, name=normalised(written), first_at=first_at)
        for level, found in _used(apps)
        for scanner, written, first_at in found
        if written.strip()
    )
    name.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _used(apps: Apps) -> Iterator[tuple[str, Any]]:
    exams = apps.get_model("store", "Exam").objects.exclude(started_at="")
    events = apps.get_model("store", "Event").objects.exclude(exam__started_at="")
    first = models.Min("started_at")
    yield "exam", exams.values_list("scanner_id", "protocol_name").annotate(first).order_by()
    first = models.Min("exam__started_at")
    yield "acquisition", events.values_list("exam__scanner_id", "protocol").annotate(first).order_by()


class Migration(migrations.Migration):
    dependencies = [("store", "0008_decisions")]

    operations = [
        migrations.CreateModel(
            name="ScannerName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.TextField(choices=[("exam", "Exam"), ("acquisition", "Acquisition")])),
                ("written", models.TextField()),
                ("name", models.TextField()),
                ("first_at", models.TextField()),
                (
                    "scanner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names_used", to="store.scanner"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["scanner", "name"], name="scanner_name_by_name"),
                    models.Index(fields=["first_at", "scanner"], name="scanner_name_by_first"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("scanner", "level", "written"), name="scanner_name_is_one")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="exam", index=models.Index(fields=["scanner", "started_at"], name="exam_by_scanner")
        ),
        migrations.RunPython(note_names, migrations.RunPython.noop, elidable=True),
    ]
