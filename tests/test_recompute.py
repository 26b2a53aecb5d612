"""Computed values made again: the same methods change nothing, others show what they change before it is current."""

from typing import Any

import pytest
from django.conf import settings

from doseloop import recompute as recomputing
from doseloop.dosimetry import effective_dose_ct, of_exam
from doseloop.dosimetry.methods import edition
from doseloop.pipeline import Pipeline
from doseloop.recompute import Tally, recompute
from doseloop.store import estimate_rows
from doseloop.store.held_exam import made_of
from doseloop.store.models import AuditRow, Event, Exam
from tests.record import contents
from tests.test_pipeline import a_days_exams, take_in
from tests.test_pipeline import pipeline as pipeline

COLUMN = "effective_dose_estimate_msv"


@pytest.fixture
def three_exams(pipeline: Pipeline) -> list[Exam]:
    for exam in a_days_exams(3, "CT Chest"):
        take_in(pipeline, exam.objects)
    return list(Exam.objects.order_by("pk"))


@pytest.fixture
def next_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Methods that find a tenth more."""
    monkeypatch.setattr(effective_dose_ct, "effective_dose_msv", lambda dlp_mgy_cm, k: 1.1 * dlp_mgy_cm * k)
    for module in (of_exam, recomputing):
        monkeypatch.setattr(module, "edition", lambda: "another")


def run(*, apply: bool) -> Tally:
    return [Tally(), *recompute(apply=apply)][-1]


def doses() -> list[Any]:
    return list(Exam.objects.order_by("pk").values_list(COLUMN, flat=True))


def test_an_exam_has_computed_values_when_it_arrives(three_exams: list[Exam]) -> None:
    assert all(value > 0 for value in doses())
    assert {one.methods_edition for one in three_exams} == {edition()}
    main = Event.objects.filter(role="main")
    assert all(value > 0 for value in main.values_list(COLUMN, flat=True))


def test_the_same_methods_change_nothing_in_any_table(three_exams: list[Exam]) -> None:
    before = contents(settings.RECORD)
    assert run(apply=True).exams == 0
    assert contents(settings.RECORD) == before


def test_what_other_methods_change_is_shown_and_nothing_is_written(three_exams: list[Exam], next_edition: None) -> None:
    before = contents(settings.RECORD)
    tally = run(apply=False)
    assert (tally.exams, tally.written) == (3, 0)
    change = next(one for one in tally.changes() if one.column == f"exam {COLUMN}")
    assert (change.same, change.changed, change.new, change.gone) == (0, 3, 0, 0)
    assert change.median_ratio == pytest.approx(1.1)
    assert contents(settings.RECORD) == before


def test_what_other_methods_change_becomes_current_once(three_exams: list[Exam], next_edition: None) -> None:
    before = doses()
    assert run(apply=True).written == 3
    assert doses() == [pytest.approx(1.1 * value) for value in before]
    assert set(Exam.objects.values_list("methods_edition", flat=True)) == {"another"}
    assert min(Exam.objects.values_list("changed", flat=True)) > max(one.changed for one in three_exams)
    assert run(apply=True).exams == 0


def test_the_audit_holds_what_a_run_came_to(three_exams: list[Exam], next_edition: None) -> None:
    run(apply=True)
    row = AuditRow.objects.get(action="recomputed")
    assert row.after[f"exam {COLUMN}"] == "3 changed, 0 new, 0 gone"


def test_an_exam_that_changes_meanwhile_is_left_for_another_time(three_exams: list[Exam], next_edition: None) -> None:
    held = estimate_rows.held([one.pk for one in three_exams])
    Exam.objects.filter(pk=three_exams[0].pk).update(changed=10_000)
    written = estimate_rows.write(list(zip(held, made_of(held), strict=True)))
    assert written == [one.pk for one in three_exams[1:]]


def test_a_run_that_is_interrupted_goes_on_where_it_was(
    three_exams: list[Exam], next_edition: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recomputing, "_AT_ONCE", 1)
    monkeypatch.setattr(recomputing, "_AHEAD", 0)
    next(iter(recompute(apply=True)))
    assert Exam.objects.filter(methods_edition="another").count() == 1
    assert run(apply=True).exams == 2
