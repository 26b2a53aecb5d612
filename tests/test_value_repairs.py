"""A repair multiplies what a scanner wrote wrong, from exam to total, and taking it back restores every number."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import decisions, value_repairs
from doseloop.store.audit import COMMAND
from doseloop.store.exam_events import exam_events
from doseloop.store.models import AuditRow, Decision, DoseObjectRow, Event, Exam, Part, Scanner, ValueRepairRow
from doseloop.store.value_repairs import IN_FORCE, REPAIRS, WantedRepair
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

DAYS = ("20260105", "20260210", "20260315")


def angiography(number: int, day: str, dap_total: str = "0.0000045", station: str = "ANGIO1") -> bytes:
    """Two runs of 0.015 and 0.03 Gy·cm²; the total is their sum unless told otherwise."""
    runs = [reports.run(n) for n in (1, 2)]
    made = reports.projection_report(*runs)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{number}", f"2.25.7{number}", f"P{number}"
    made.StudyDate, made.StationName = day, station
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
            if inner.ConceptNameCodeSequence[0].CodeValue == "113722":
                inner.MeasuredValueSequence[0].NumericValue = dap_total
    return reports.encode(made)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [angiography(number, day) for number, day in enumerate(DAYS)])
    return made


def wanted(**given: Any) -> WantedRepair:
    scanner = Scanner.objects.get(station_name="ANGIO1").pk
    return replace(WantedRepair(scanner, "dap_gy_cm2", "report", False, -2, "2026-02-01", ""), **given)


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


def repair(pipeline: Pipeline, **given: Any) -> str:
    made = value_repairs.put_into_force(SYSTEM, wanted(**given), "Service changed the unit.", COMMAND)
    follow(pipeline)
    return made


def daps() -> list[tuple[float, ...]]:
    """KAP of the exam and of its events, exam by exam."""
    return [
        (exam.dap_gy_cm2, *exam.events.order_by("position").values_list("dap_gy_cm2", flat=True))
        for exam in Exam.objects.order_by("started_at")
    ]  # type: ignore[misc]


def what_is_there() -> list[list[Any]]:
    exams = Exam.objects.order_by("study_uid").values_list(
        *("study_uid", "event_count", "dap_gy_cm2", "ka_r_mgy", "totals", "issues", "repairs", "settled")
    )
    parts = Part.objects.order_by("exam__study_uid").values_list("dap_gy_cm2", "ka_r_mgy", "eligible")
    events = Event.objects.order_by("exam__study_uid", "position").values_list(
        *("event_uid", "dap_gy_cm2", "ka_r_mgy", "repairs", "detail")
    )
    return [list(exams), list(parts), [(*row[:-1], bytes(row[-1])) for row in events]]


def originals() -> list[bytes]:
    return [bytes(one) for one in DoseObjectRow.objects.order_by("pk").values_list("record", flat=True)]


RIGHT = (pytest.approx(0.045), pytest.approx(0.015), pytest.approx(0.03))
REPAIRED = (pytest.approx(0.00045), pytest.approx(0.00015), pytest.approx(0.0003))


def test_a_repair_moves_exams_since_its_day_and_those_that_come_after(pipeline: Pipeline) -> None:
    assert daps() == [RIGHT, RIGHT, RIGHT]
    assert repair(pipeline) == "R0001"
    assert daps() == [RIGHT, REPAIRED, REPAIRED]
    take_in(pipeline, [angiography(8, "20260401"), angiography(9, "20260131")])
    assert daps() == [RIGHT, RIGHT, REPAIRED, REPAIRED, REPAIRED]
    assert AuditRow.objects.get(action="value repaired").after == {"holds": "in force"}


def test_the_original_stays_with_the_value_its_place_and_the_rule(pipeline: Pipeline) -> None:
    before = originals()
    repair(pipeline)
    exam = Exam.objects.order_by("started_at").last()
    assert exam
    first = exam_events(SYSTEM, exam.pk)[0]
    (one,) = first.repairs
    assert (one.field, one.original, one.repair) == ("dap_gy_cm2", pytest.approx(0.015), "R0001")
    reading = first.readings["dap_gy_cm2"]
    assert (reading.place, reading.recorded) == (one.place, "1.5e-06 Gy.m2")
    assert [row["field"] for row in exam.repairs] == ["dap_gy_cm2"]
    assert originals() == before


def test_a_total_in_its_own_right_unit_is_left_alone(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(7, "20260501", dap_total="0.000000045")])
    repair(pipeline)
    assert daps()[-1] == REPAIRED
    assert Exam.objects.get(study_uid="2.25.77").repairs is None


def test_a_total_alone_is_repaired_and_its_events_stay(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(7, "20260501", dap_total="0.00045")])
    assert any("KAP" in issue for issue in Exam.objects.get(study_uid="2.25.77").issues)
    repair(pipeline, of_total=True, since="2026-05-01")
    exam = Exam.objects.get(study_uid="2.25.77")
    assert (daps()[-1], [issue for issue in exam.issues if "KAP" in issue]) == (RIGHT, [])


def test_a_repair_has_a_last_day_and_a_scanner(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(6, "20260211", station="ANGIO2")])
    repair(pipeline, until="2026-02-10")
    assert daps() == [RIGHT, REPAIRED, RIGHT, RIGHT]


def test_the_preview_counts_and_changes_nothing(pipeline: Pipeline) -> None:
    before = what_is_there()
    found = value_repairs.preview(SYSTEM, wanted())
    assert (found.exams, found.values) == (2, 4)
    assert (found.median_before, found.median_after) == (pytest.approx(0.0225), pytest.approx(0.000225))
    total = value_repairs.preview(SYSTEM, wanted(of_total=True))
    assert (total.exams, total.median_before) == (2, pytest.approx(0.045))
    assert value_repairs.preview(SYSTEM, wanted(source="image")).values == 0
    assert (what_is_there(), ValueRepairRow.objects.count()) == (before, 0)


def test_a_value_past_what_can_be_is_repaired_before_it_would_be_dropped(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(5, "20260601")])
    repair(pipeline, power=6)
    assert Exam.objects.get(study_uid="2.25.75").dap_gy_cm2 is not None
    value_repairs_taken_back(pipeline)
    repair(pipeline, power=-6)
    assert Exam.objects.get(study_uid="2.25.75").dap_gy_cm2 == pytest.approx(0.045e-6)


def value_repairs_taken_back(pipeline: Pipeline) -> None:
    while back := [one.batch for one in value_repairs.repairs(SYSTEM) if one.in_force]:
        decisions.undo(SYSTEM, REPAIRS, back[0], COMMAND)
    follow(pipeline)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quantity": "kvp"}, "nothing that a rule repairs"),
        ({"quantity": "ctdi_vol_mgy", "of_total": True}, "nothing that a rule repairs"),
        ({"power": 0}, "not 0"),
        ({"power": 7}, "not 0"),
        ({"since": "31.3.2026"}, "is no day"),
        ({"since": "2026-W05-1"}, "is no day"),
        ({"until": "2026-01-01"}, "before its first"),
        ({"source": "hearsay"}, "Values stand in"),
    ],
)
def test_a_repair_that_cannot_be_is_refused(pipeline: Pipeline, given: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableInput, match=said):
        value_repairs.put_into_force(SYSTEM, wanted(**given), "x", COMMAND)
    with pytest.raises(UnusableInput, match=said):
        value_repairs.preview(SYSTEM, wanted(**given))


def test_a_repair_needs_a_reason_and_no_value_is_repaired_twice(pipeline: Pipeline) -> None:
    with pytest.raises(UnusableInput, match="Say why"):
        value_repairs.put_into_force(SYSTEM, wanted(), "  ", COMMAND)
    repair(pipeline, until="2026-02-20")
    with pytest.raises(UnusableInput, match="R0001 repairs these values already"):
        repair(pipeline, since="2026-02-20")
    assert repair(pipeline, since="2026-02-21", power=-1) == "R0002"
    assert ValueRepairRow.objects.count() == 2


def test_another_sites_scanner_looks_as_if_it_were_not_there(pipeline: Pipeline) -> None:
    repair(pipeline)
    elsewhere = Scope(every_site=False, sites=frozenset({999}), identity=False, operators=False)
    with pytest.raises(NotVisible):
        value_repairs.put_into_force(elsewhere, wanted(), "x", COMMAND)
    with pytest.raises(NotVisible):
        value_repairs.preview(elsewhere, wanted())
    assert value_repairs.repairs(elsewhere) == ()


_RULES = st.fixed_dictionaries(
    {
        "quantity": st.sampled_from(("dap_gy_cm2", "ka_r_mgy")),
        "power": st.sampled_from((-3, -1, 2)),
        "of_total": st.booleans(),
        "since": st.sampled_from(("", "2026-02-01", "2026-03-01")),
        "until": st.sampled_from(("", "2026-03-02")),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(_RULES, st.integers(0, 3)), max_size=6))
def test_any_sequence_keeps_exams_and_originals_and_all_taken_back_restores_every_number(
    pipeline: Pipeline, acts: Iterable[dict[str, Any] | int]
) -> None:
    before, kept = what_is_there(), originals()
    for act in acts:
        if isinstance(act, int):
            for one in [one for one in value_repairs.repairs(SYSTEM) if one.in_force][act : act + 1]:
                decisions.undo(SYSTEM, REPAIRS, one.batch, COMMAND)
        else:
            with suppress(UnusableInput):  # overlaps with one in force
                value_repairs.put_into_force(SYSTEM, wanted(**act), "x", COMMAND)
        follow(pipeline)
        now = what_is_there()
        assert [row[:2] for row in now[0]] == [row[:2] for row in before[0]]
        assert [row[0] for row in now[2]] == [row[0] for row in before[2]]
        assert originals() == kept
    value_repairs_taken_back(pipeline)
    assert what_is_there() == before
    assert not ValueRepairRow.objects.filter(in_force=True).exists()
    Decision.objects.all().delete()
    ValueRepairRow.objects.all().delete()


def test_a_repair_taken_back_can_be_seen_in_the_history(pipeline: Pipeline) -> None:
    repair(pipeline)
    value_repairs_taken_back(pipeline)
    newest, first = decisions.history(SYSTEM, REPAIRS)
    assert (newest.undoes, first.undone) == (True, True)
    assert first.changes[0].written == "R0001: KAP of ANGIO1 ÷ 100"
    assert first.changes[0].after == IN_FORCE
