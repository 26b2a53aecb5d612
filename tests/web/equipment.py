"""What a department's CT 2 looks like after a year: an old name, versions, notes of people, and a usual week."""

from datetime import timedelta

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.store import timeline
from doseloop.store.audit import COMMAND
from doseloop.store.models import Scanner, ScannerSpan, UsualWeekRow
from doseloop.store.timeline import EntryKind, Written

BUSY = (0, 0, 0, 0, 0, 0, 0, 0.6, 1.9, 2.6, 2.8, 2.4, 1.2, 1.8, 2.3, 2.1, 1.5, 0.7, 0, 0, 0, 0, 0, 0)


def give_equipment() -> None:
    """Write it to the record that is open."""
    scanner = Scanner.objects.get(name="CT 2 Outpatients")
    _old_name(scanner)
    today = timezone.now().date()
    spans = (("21MW", "CT2OPD", 400, 120), ("22MW", "CT2OPD", 119, 0))
    for version, station, begun, ended in spans:
        ScannerSpan.objects.create(
            scanner=scanner, software_versions=version, station_name=station, institution="St Brigid’s Hospital",
            first_on=str(today - timedelta(days=begun)), last_on=str(today - timedelta(days=ended)),
        )  # fmt: skip
    for days, kind, note in (
        (41, EntryKind.TUBE, "Tube 2 of this scanner, by the maker’s service."),
        (33, EntryKind.QA, "Acceptance after the tube change: CTDIvol within 3 % of the baseline."),
    ):
        timeline.write_down(SYSTEM, scanner.pk, Written(str(today - timedelta(days=days)), kind, note), COMMAND)
    week = [rate * (1 if day < 4 else 0.7) if day < 5 else 0.0 for day in range(7) for rate in BUSY]
    UsualWeekRow.objects.create(
        scanner=scanner, per_hour=week, weeks=8, exams=round(8 * sum(week)), day_variance=0.03, known_at=timezone.now()
    )


def _old_name(scanner: Scanner) -> None:
    before = timezone.now() - timedelta(days=401)
    Scanner.objects.create(
        site=scanner.site, key="old", name="CT2-OPD", modality="CT", manufacturer=scanner.manufacturer, model=scanner.model,
        station_name="CT2-OPD", serial_number="", software_versions="21MW", first_object_at=before - timedelta(days=300),
        last_object_at=before,
    )  # fmt: skip
