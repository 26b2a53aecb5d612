"""Sites, scanners, exams, parts, events and flags, made through the models of the record."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from doseloop.store.changes import note_change
from doseloop.store.models import DoseObjectRow, Event, Exam, Flag, Part, Patient, Procedure, Scanner, Site

NOON = datetime(2025, 3, 10, 12, tzinfo=UTC)
_numbers = count(1)


def make_site(name: str = "North", zone: str = "UTC") -> Site:
    return Site.objects.create(name=name, zone=zone)


def make_scanner(site: Site, name: str = "CT 1", modality: str = "CT") -> Scanner:
    return Scanner.objects.create(
        key=name, site=site, name=name, station_name=name, modality=modality, first_object_at=NOON, last_object_at=NOON
    )


def make_procedure(key: str = "ct-head", name: str = "CT head", modality: str = "CT") -> Procedure:
    return Procedure.objects.get_or_create(key=key, defaults={"name": name, "modality": modality})[0]


def make_exam(scanner: Scanner, started_at: str = "2025-03-10T09:30:00", **fields: Any) -> Exam:
    """An exam without parts, with its number of change."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "study_uid": f"2.25.{number}",
        "modality": scanner.modality,
        "received_at": NOON,
        "age_band": "adult",
        "settled": True,
        **fields,
    }
    exam = Exam.objects.create(
        site=scanner.site, scanner=scanner, patient=Patient.objects.create(), started_at=started_at, **values
    )
    note_change([exam.pk])
    return exam


def add_part(exam: Exam, procedure: Procedure | None = None, **fields: Any) -> Part:
    """A part after the last one of the exam."""
    values: dict[str, Any] = {"modality": exam.modality, "age_band": exam.age_band, "weight_kg": 70.0, **fields}
    part = Part.objects.create(
        exam=exam, site_id=exam.site_id, position=exam.parts.count(), procedure=procedure, **values
    )
    note_change([exam.pk])
    return part


def add_event(part: Part, **fields: Any) -> Event:
    """A main acquisition of the part."""
    exam = part.exam
    number = next(_numbers)
    source = DoseObjectRow.objects.create(
        sha256=f"{number:064x}", size=1, way_in="test", received_at=NOON, last_received_at=NOON
    )
    values: dict[str, Any] = {"kind": "ct", "role": "main", "detail": b"", **fields}
    event = Event.objects.create(exam=exam, part=part, object=source, position=exam.events.count(), **values)
    note_change([exam.pk])
    return event


def add_flag(exam: Exam, procedure: Procedure | None = None, state: str = "open") -> Flag:
    """A flag on the exam."""
    flag = Flag.objects.create(
        key=f"rule|{exam.pk}|{next(_numbers)}",
        rule="high_dose",
        rule_version="1",
        site_id=exam.site_id,
        exam=exam,
        procedure=procedure,
        state=state,
        sentence="High.",
        raised_at=NOON,
        updated_at=NOON,
    )
    note_change([exam.pk])
    return flag
