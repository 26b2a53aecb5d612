"""Whatever people decide, in any order: the exams that were there stay, and taking everything back restores every number.

The kinds of decision are mixed: names are mapped, scanners merged, numbers of patients and names of staff merged, values repaired.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM
from doseloop.model.errors import DoseloopError
from doseloop.pipeline import DECISIONS, Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import decisions, name_mapping, patient_merging, person_merging, scanner_merging, value_repairs
from doseloop.store.audit import COMMAND
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Event, Exam, Identity, Part, Person, Scanner, Site
from doseloop.store.name_mapping import Wish
from doseloop.store.procedures import bring_up_to_date
from doseloop.store.value_repairs import WantedRepair
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

STATIONS, PATIENTS, NAMES = ("CTA", "CTB", "CTC"), ("OLD", "NEW"), ("Zq routine", "Wv special")
OPERATORS = ("Meyer^Anna", "Meyer^A")
_SERIAL, _PROTOCOL = "121016", "125203"


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    """Twelve studies: every station with every patient and both names."""
    bring_up_to_date()
    made = pipeline_over(folder)
    take_in(made, [report(number) for number in range(12)])
    return made


def report(number: int) -> bytes:
    made = reports.ct_report(2)
    made.SOPInstanceUID, made.StudyInstanceUID = f"2.25.6{number}", f"2.25.7{number}"
    made.StationName, made.DeviceSerialNumber = STATIONS[number % 3], ""
    made.PatientID, made.PatientName = PATIENTS[number // 3 % 2], "Person^One"
    made.StudyDescription, made.ProtocolName = NAMES[number // 6 % 2], ""
    made.OperatorsName, made.StudyDate = OPERATORS[number % 2], f"202601{number + 1:02}"
    made.ContentSequence = [one for one in made.ContentSequence if code(one) != _SERIAL]
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
            if code(inner) == _PROTOCOL:
                inner.TextValue = "Plain"
    return reports.encode(made)


def code(item: Any) -> str:
    return str(item.ConceptNameCodeSequence[0].CodeValue)


def scanner(place: int) -> int:
    return Scanner.objects.get(station_name=STATIONS[place]).pk


def map_name(place: int, other: int) -> None:
    procedure = ("ct-abdomen", "ct-head", None)[other % 3]
    wish = Wish(Site.objects.get().pk, "CT", NAMES[place % 2], procedure)
    name_mapping.map_names(SYSTEM, [wish], COMMAND)


def merge_scanners(place: int, other: int) -> None:
    scanner_merging.merge(SYSTEM, scanner(place), scanner(other), COMMAND)


def merge_patients(place: int, other: int) -> None:
    site = Site.objects.get().pk
    keys = [Identity.objects.get(number=PATIENTS[one % 2]).patient_id for one in (place, other)]
    decide(patient_merging.MERGINGS, Wanted(site, str(keys[0]), f"patient {keys[0]}", str(keys[1])))


def merge_people(place: int, other: int) -> None:
    site = Site.objects.get().pk
    keys = [Person.objects.get(name=OPERATORS[one % 2]).pk for one in (place, other)]
    decide(person_merging.PEOPLE, Wanted(site, str(keys[0]), f"person {keys[0]}", str(keys[1])))


def repair(place: int, other: int) -> None:
    quantity = ("dlp_mgy_cm", "ctdi_vol_mgy", "tube_current_ma")[other]
    wanted = WantedRepair(scanner(place), quantity, "report", False, -1, "2026-01-04", "")
    value_repairs.put_into_force(SYSTEM, wanted, "A unit was changed.", COMMAND)


def decide(kind: Kind, wanted: Wanted) -> None:
    decisions.decide(SYSTEM, kind, [wanted], COMMAND)


def undo(place: int, other: int) -> None:
    standing = [*batches()][place * 3 + other :]
    if standing:
        decisions.undo(SYSTEM, *standing[0], COMMAND)


DEEDS: tuple[Callable[[int, int], None], ...] = (map_name, merge_scanners, merge_patients, merge_people, repair, undo)


def batches() -> Iterable[tuple[Kind, str]]:
    """Decisions that can be taken back, the newest first."""
    kinds = {kind.name: kind for kind in DECISIONS}
    rows = Decision.objects.filter(undone=False, undoes=False).order_by("-pk")
    return dict.fromkeys((kinds[name], batch) for name, batch in rows.values_list("kind", "batch"))


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


def what_is_there() -> list[list[Any]]:
    exams = (
        "study_uid",
        "patient_id",
        "scanner_id",
        "dlp_mgy_cm",
        "event_count",
        "totals",
        "issues",
        "repairs",
        "settled",
    )
    parts = ("procedure_id", "dlp_mgy_cm", "ctdi_vol_mgy", "eligible")
    events = ("event_uid", "dlp_mgy_cm", "ctdi_vol_mgy", "tube_current_ma", "repairs")
    people = ("people__person__name", "people__part")
    in_order = Exam.objects.order_by("study_uid")
    return [
        list(in_order.values_list(*exams)),
        list(Part.objects.order_by("exam__study_uid").values_list(*parts)),
        list(Event.objects.order_by("exam__study_uid", "position").values_list(*events)),
        sorted(map(str, in_order.values_list("study_uid", *people))),
    ]


def counted() -> tuple[list[str], list[str]]:
    """The studies and events that count, each once."""
    studies = Exam.objects.filter(part_of=None).order_by("study_uid").values_list("study_uid", flat=True)
    events = Event.objects.filter(exam__part_of=None).order_by("event_uid").values_list("event_uid", flat=True)
    return list(studies), list(events)


_DEEDS = st.tuples(st.sampled_from(DEEDS), st.integers(0, 2), st.integers(0, 2))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_DEEDS, max_size=7))
def test_any_sequence_keeps_exactly_the_exams_and_taking_all_back_restores_every_number(
    pipeline: Pipeline, deeds: list[tuple[Callable[[int, int], None], int, int]]
) -> None:
    before, there = what_is_there(), counted()
    for deed in (partial(one, place, other) for one, place, other in deeds):
        with suppress(
            DoseloopError
        ):  # a merge with itself, a repair that is in force, a change that was made again since
            deed()
        follow(pipeline)
        assert counted() == there
    while standing := [*batches()]:
        decisions.undo(SYSTEM, *standing[0], COMMAND)
    follow(pipeline)
    assert what_is_there() == before
    Decision.objects.all().delete()


def test_every_deed_of_the_law_does_something(pipeline: Pipeline) -> None:
    before = what_is_there()
    for deed in (map_name, merge_scanners, merge_patients, repair):
        deed(0, 1)
        follow(pipeline)
        after = what_is_there()
        assert after != before, deed
        before = after
    merge_people(0, 1)
    assert [kind.name for kind, _ in batches()] == ["person", "repair", "patient", "scanner", "name"]
