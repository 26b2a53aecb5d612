"""A protocol that is set otherwise becomes a flag of its scanner and a line of its page: through the real chain."""

from datetime import datetime, timedelta

import pytest

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import protocol_changes
from doseloop.store.models import Exam, Flag, ProtocolUseRow, Scanner
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

FIRST = datetime(2026, 9, 1, 8)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    return pipeline_over(folder)


def report(number: int, pitch: str, station: str = "CT1", software: str = "VA20") -> bytes:
    """A CT report of one acquisition; each later number starts a day later."""
    (event,) = made_events = [reports.ct_event(f"2.25.{len(station)}1{number}")]
    for group in event.ContentSequence:
        for item in getattr(group, "ContentSequence", []):
            if item.ConceptNameCodeSequence[0].CodeValue == "113828":
                item.MeasuredValueSequence[0].NumericValue = pitch
    made = reports.ct_report(made_events)
    started = FIRST + timedelta(days=number)
    made.SOPInstanceUID, made.StudyInstanceUID = f"2.25.6{station[-1]}{number}", f"2.25.7{station[-1]}{number}"
    made.PatientID, made.ProtocolName, made.StudyDescription = f"N{station}{number}", "Thorax_Routine", "CT Chest"
    made.StudyDate, made.StudyTime = started.strftime("%Y%m%d"), started.strftime("%H%M%S")
    made.Manufacturer, made.ManufacturerModelName, made.StationName = "SIEMENS", "Force", station
    made.DeviceSerialNumber, made.SoftwareVersions = station, software
    return reports.encode(made)


def flags() -> list[Flag]:
    return list(Flag.objects.filter(rule="protocol-change").order_by("pk"))


def follow() -> int:
    return sum(protocol_changes.keep() for _ in range(3))


def test_a_change_after_an_update_is_one_flag_of_the_scanner_and_a_line_of_its_page(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(number, "0.9") for number in range(30)])
    assert follow() == 0
    take_in(pipeline, [report(number, "0.6", software="VB10") for number in range(30, 34)])
    assert follow() == 1
    (flag,) = flags()
    assert (flag.state, flag.exam) == ("open", None)
    assert flag.sentence == (
        "Set otherwise on CT1 since 2026-10-01 with software VB10: “Thorax_Routine / Thorax”: pitch 0.9 → 0.6."
    )
    (shown,) = protocol_changes.of_scanner(SYSTEM, Scanner.objects.get().pk)
    assert (shown.version, shown.quantity, shown.change.exams) == ("VB10", "ctdi_vol_mgy", 4)
    assert (shown.change.dose_before, shown.change.dose_since) == (7.25, 7.25)


def test_exams_are_read_once_and_anew_where_they_change(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(number, "0.9") for number in range(4)])
    follow()
    held = set(ProtocolUseRow.objects.values_list("pk", flat=True))
    assert len(held) == 4
    follow()
    assert set(ProtocolUseRow.objects.values_list("pk", flat=True)) == held
    Exam.objects.filter(study_uid="2.25.710").update(excluded_as="phantom", changed=10**6)
    follow()
    assert ProtocolUseRow.objects.count() == 3


def test_the_flag_goes_where_its_exams_turn_out_to_be_phantoms(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(number, "0.6" if number >= 30 else "0.9") for number in range(34)])
    follow()
    assert [one.state for one in flags()] == ["open"]
    Exam.objects.filter(started_at__gte="2026-10-01").update(excluded_as="phantom", changed=10**6)
    follow()
    assert [one.state for one in flags()] == ["withdrawn"]


def test_a_copy_that_another_scanner_sets_otherwise_is_shown_from_both_sides(pipeline: Pipeline) -> None:
    one = [report(number, "0.9") for number in range(12)]
    take_in(pipeline, [*one, *(report(number, "0.6", station="CT2") for number in range(12))])
    follow()
    first, second = Scanner.objects.order_by("name")
    (here,) = protocol_changes.copies(SYSTEM, first.pk)
    assert (here.protocol, here.scanner, here.differences) == (
        "Thorax_Routine / Thorax",
        second.pk,
        (("pitch", "0.9", "0.6"),),
    )
    (there,) = protocol_changes.copies(SYSTEM, second.pk)
    assert there.differences == (("pitch", "0.6", "0.9"),)


def test_who_does_not_see_the_site_sees_nothing(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(number, "0.9") for number in range(2)])
    follow()
    scanner = Scanner.objects.get().pk
    assert protocol_changes.of_scanner(NOTHING, scanner) == ()
    assert protocol_changes.copies(NOTHING, scanner) == ()
