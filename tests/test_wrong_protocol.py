"""Wrong protocols through the real chain: told at the object that has them, and never on an ordinary day."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from pydicom import Dataset

from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate import standard_department, workday
from doseloop.store.models import Flag
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.shared import shared
from tests.store.taken_in import pipeline_over, take_in

_FIRST = datetime(2026, 9, 1, 8)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    return pipeline_over(folder)


def report(number: int, protocol: str, description: str, age: str = "045Y", **values: str) -> bytes:
    """A CT report of one acquisition, with values of its content by code of the concept."""
    made = reports.ct_report(1)
    started = _FIRST + timedelta(hours=number)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{number}", f"2.25.7{number}", f"N{number}"
    made.StudyDescription, made.ProtocolName, made.RequestedProcedureDescription = description, protocol, description
    made.StudyDate, made.StudyTime = started.strftime("%Y%m%d"), started.strftime("%H%M%S")
    made.PatientAge, made.PatientBirthDate = age, ""
    given = {"125203": protocol, "kvp": "120"} | values
    _each(made, lambda item: _write(item, number, given))
    return reports.encode(made)


def _each(item: Dataset, change: Callable[[Dataset], None]) -> None:
    for inner in getattr(item, "ContentSequence", []):
        change(inner)
        _each(inner, change)


def _write(item: Dataset, number: int, given: dict[str, str]) -> None:
    code = item.ConceptNameCodeSequence[0].CodeValue
    if "UID" in item:
        item.UID = f"{item.UID}.{number}"
    if code == "125203":
        item.TextValue = given["125203"]
    elif code == "113733":
        item.MeasuredValueSequence[0].NumericValue = given["kvp"]
    elif code == "113835" and "phantom" in given:
        chosen = item.ConceptCodeSequence[0]
        chosen.CodeValue, chosen.CodeMeaning = given["phantom"], "phantom"
    elif code in ("123014", "G-C32C", "408730004") and code in given:
        chosen = item.ConceptCodeSequence[0]
        chosen.CodeValue, chosen.CodeMeaning = given[code], given[code]


def told() -> list[str]:
    return list(
        Flag.objects.filter(rule="wrong-protocol", state="open").order_by("pk").values_list("sentence", flat=True)
    )


def test_an_adult_protocol_on_a_child_is_flagged_at_its_first_object(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "Head (Adult)", "CT Head", age="005Y"), report(2, "Head (Adult)", "CT Head")])
    assert told() == ["“Head (Adult)” is a protocol for adults; the patient is 5 years old."]
    assert Flag.objects.get(rule="wrong-protocol").evidence["provisional"] is True


def test_a_protocol_of_another_part_of_the_body_is_flagged(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "Thorax_Routine", "CT Head"), report(2, "Thorax_Routine", "CT Chest")])
    assert told() == ["“Thorax_Routine” is a protocol for another part of the body than “CT Head”."]


def test_the_voltage_of_adults_on_a_child_is_flagged_against_the_past_alone(pipeline: Pipeline) -> None:
    adults = [report(number, "Thorax", "CT Chest") for number in range(20)]
    children = [report(number, "Thorax", "CT Chest", age="006Y", kvp="80") for number in range(20, 25)]
    take_in(pipeline, [*adults, *children, report(25, "Thorax", "CT Chest", age="007Y")])
    (said,) = told()
    assert said.startswith(
        "120 kV is what this scanner uses for adults; the patient is 7 years old, and of 5 earlier scans"
    )


def test_ordinary_days_of_the_virtual_hospital_have_no_wrong_protocol(pipeline: Pipeline) -> None:
    department = standard_department()
    exams = [exam for day in range(2) for exam in workday(department, date(2026, 3, 2) + timedelta(days=day), 11)]
    take_in(pipeline, (content for exam in exams for content in exam.objects))
    assert told() == []


def test_objects_of_real_scanners_have_no_wrong_protocol(pipeline: Pipeline) -> None:
    take_in(pipeline, [path.read_bytes() for path in sorted(shared("corpus/open").glob("*.dcm"))])
    assert told() == []


def test_children_who_are_scanned_as_adults_for_weeks_do_not_become_the_habit(pipeline: Pipeline) -> None:
    adults = [report(number, "Thorax", "CT Chest") for number in range(20)]
    children = [report(number, "Thorax", "CT Chest", age="006Y", kvp="80") for number in range(20, 26)]
    take_in(pipeline, [*adults, *children])
    take_in(pipeline, [report(number, "Thorax", "CT Chest", age="007Y") for number in range(30, 36)])
    assert Flag.objects.filter(rule="wrong-protocol", exam__started_at__gte=_FIRST.isoformat()).count() == 6


def test_a_habit_that_a_person_called_right_is_one(pipeline: Pipeline) -> None:
    adults = [report(number, "Thorax", "CT Chest") for number in range(20)]
    children = [report(number, "Thorax", "CT Chest", age="006Y", kvp="80") for number in range(20, 26)]
    take_in(pipeline, [*adults, *children, report(30, "Thorax", "CT Chest", age="007Y")])
    Flag.objects.filter(rule="wrong-protocol").update(state=Flag.State.SET_ASIDE)
    take_in(pipeline, [report(31, "Thorax", "CT Chest", age="007Y")])
    assert Flag.objects.filter(rule="wrong-protocol", state=Flag.State.OPEN).count() == 0
