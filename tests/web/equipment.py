"""What a department's CT 2 looks like after a year: an old name, versions, notes of people, and a usual week."""

from datetime import timedelta

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.reference.names import normalised
from doseloop.store import timeline
from doseloop.store.audit import COMMAND
from doseloop.store.models import Exam, ProtocolUseRow, Scanner, ScannerSpan, UsualWeekRow
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
    _protocols(scanner)
    week = [rate * (1 if day < 4 else 0.7) if day < 5 else 0.0 for day in range(7) for rate in BUSY]
    UsualWeekRow.objects.create(
        scanner=scanner, per_hour=week, weeks=8, exams=round(8 * sum(week)), day_variance=0.03, known_at=timezone.now()
    )


def _protocols(scanner: Scanner) -> None:
    """A protocol with a lower pitch since some day, one that went back, and one that two scanners set otherwise."""
    settings = {
        "kvp": "120",
        "pitch": "0.984",
        "rotation_time_s": "0.5",
        "total_collimation_mm": "40",
        "modulation": "SMART_MA",
    }
    exams = list(Exam.objects.filter(scanner=scanner, part_of=None).order_by("-started_at")[:40])[::-1]
    for protocol, dose, given in (
        ("08_AbdPel_PV / Abdomen Pelvis PV", 9.8, {20: {"pitch": "0.516", "rotation_time_s": "0.8"}}),
        ("05_Thorax_Routine / Thorax", 6.4, {12: {"kvp": "100"}, 22: {"kvp": "120"}}),
    ):
        now = settings
        for number, exam in enumerate(exams):
            now = now | given.get(number, {})
            value = dose * (1.4 if now != settings else 1)
            _use(scanner, exam, protocol, now, value)
    emergency, harbour = (Scanner.objects.get(name=name) for name in ("CT 1 Emergency", "Harbour CT"))
    lately = list(Exam.objects.filter(scanner=emergency, part_of=None).order_by("-started_at")[:24])
    for number, exam in enumerate(lately):
        one, kvp = (emergency, "100") if number % 2 else (harbour, "120")
        _use(one, exam, "05_Thorax_Routine / Thorax", settings | {"kvp": kvp}, 6.1)


def _use(scanner: Scanner, exam: Exam, protocol: str, settings: dict[str, str], dose: float) -> None:
    ProtocolUseRow.objects.create(
        exam=exam, scanner=scanner, protocol=protocol, name=normalised(protocol), kind="ct", started_at=exam.started_at,
        settings=settings, dose=dose,
    )  # fmt: skip


def _old_name(scanner: Scanner) -> None:
    before = timezone.now() - timedelta(days=401)
    Scanner.objects.create(
        site=scanner.site, key="old", name="CT2-OPD", modality="CT", manufacturer=scanner.manufacturer, model=scanner.model,
        station_name="CT2-OPD", serial_number="", software_versions="21MW", first_object_at=before - timedelta(days=300),
        last_object_at=before,
    )  # fmt: skip
