"""Factors of a tube: entered, in force by day, moving the exams of their days, and taken back."""

from dataclasses import replace
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import DECISIONS, Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import calibrations, decisions, scanner_merging
from doseloop.store.audit import COMMAND
from doseloop.store.calibration_preview import preview
from doseloop.store.calibration_wanted import WantedCalibration
from doseloop.store.calibrations import CALIBRATIONS, in_force
from doseloop.store.models import AuditRow, Decision, Event, Exam, Scanner, Site, TubeCalibration
from tests.store.taken_in import pipeline_over, take_in
from tests.test_value_repairs import DAYS, angiography, follow


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [angiography(number, day) for number, day in enumerate(DAYS)])
    return made


def tube() -> Scanner:
    return Scanner.objects.get(station_name="ANGIO1")


def wanted(**given: Any) -> WantedCalibration:
    plain = WantedCalibration(tube().pk, "dap_gy_cm2", "single", 0.8, "2026-02-01", "", 5.0, "A. Osei", "Report 17")
    return replace(plain, **given)


def enter(**given: Any) -> str:
    return calibrations.put_into_force(SYSTEM, wanted(**given), COMMAND)


def holds(day: str) -> list[tuple[str, str, float]]:
    return [(one.id, one.quantity, one.factor) for one in in_force(tube().pk, None, day)]


def batch_of(subject: str) -> str:
    return Decision.objects.filter(subject=subject, undone=False).latest("pk").batch


def days_outdated() -> list[str]:
    decisions.mark_outdated(DECISIONS)
    return [
        one[:10]
        for one in Exam.objects.filter(outdated=True).order_by("started_at").values_list("started_at", flat=True)
    ]


def test_a_factor_holds_for_studies_of_its_days(pipeline: Pipeline) -> None:
    assert enter(until="2026-03-01") == "K0001"
    assert [holds(day) for day in ("2026-01-31", "2026-02-01", "2026-03-01", "2026-03-02", "")] == [
        [],
        [("K0001", "dap_gy_cm2", 0.8)],
        [("K0001", "dap_gy_cm2", 0.8)],
        [],
        [],
    ]


def test_a_newer_one_ends_an_older_one_and_its_return_brings_it_back(pipeline: Pipeline) -> None:
    enter()
    enter(since="2026-03-01", until="2026-03-10", factor=0.9)
    assert [holds(day)[0][0] if holds(day) else "" for day in ("2026-02-28", "2026-03-01", "2026-03-11")] == [
        "K0001",
        "K0002",
        "",
    ]
    decisions.undo(SYSTEM, CALIBRATIONS, batch_of("K0002"), COMMAND)
    assert holds("2026-03-11")[0][0] == "K0001"


def test_both_quantities_and_every_plane_have_factors_of_their_own(pipeline: Pipeline) -> None:
    enter()
    enter(quantity="ka_r_mgy", factor=1.1)
    enter(plane="A", factor=1.2)
    assert sorted(one[0] for one in holds("2026-02-01")) == ["K0001", "K0002", "K0003"]


def test_its_exams_are_made_anew_and_what_is_displayed_stays(pipeline: Pipeline) -> None:
    def displayed() -> list[Any]:
        exams = Exam.objects.order_by("pk").values_list("dap_gy_cm2", "ka_r_mgy", "totals", "issues", "repairs")
        return [
            list(exams),
            list(Event.objects.order_by("exam__started_at", "position").values_list("dap_gy_cm2", "ka_r_mgy")),
        ]

    before = displayed()
    enter()
    assert days_outdated() == ["2026-02-10", "2026-03-15"]
    follow(pipeline)
    assert (displayed(), Exam.objects.filter(outdated=True).count()) == (before, 0)


def test_a_first_factor_that_ended_moves_the_exams_of_its_days_alone(pipeline: Pipeline) -> None:
    enter(until="2026-02-28")
    assert days_outdated() == ["2026-02-10"]


def test_one_that_ends_an_older_one_moves_what_comes_after_its_own_last_day_too(pipeline: Pipeline) -> None:
    enter(since="2026-01-01")
    follow(pipeline)
    enter(since="2026-02-01", until="2026-02-28")
    assert days_outdated() == ["2026-02-10", "2026-03-15"]


def test_taking_back_moves_them_again_and_the_history_tells_both(pipeline: Pipeline) -> None:
    enter()
    follow(pipeline)
    decisions.undo(SYSTEM, CALIBRATIONS, batch_of("K0001"), COMMAND)
    assert holds("2026-02-10") == []
    assert days_outdated() == ["2026-02-10", "2026-03-15"]
    (one,) = calibrations.calibrations_of(SYSTEM, tube().pk)
    assert not one.in_force
    told = [(one.undoes, one.undone) for one in calibrations.decided(SYSTEM, tube().pk)]
    assert told == [(True, False), (False, True)]
    rows = AuditRow.objects.filter(action="tube calibrated").order_by("pk")
    assert [row.after for row in rows] == [{"holds": "in force"}, {"holds": ""}]
    assert "KAP of ANGIO1, single plane, × 0.8 since 2026-02-01" in rows[0].before["written"]


def test_two_that_begin_on_one_day_are_refused_and_nothing_is_kept(pipeline: Pipeline) -> None:
    enter()
    with pytest.raises(UnusableInput, match="K0001 begins on 2026-02-01 already"):
        enter(factor=0.9)
    assert TubeCalibration.objects.count() == Decision.objects.filter(kind="calibration").count() == 1


def test_after_taking_back_the_same_day_may_be_entered_again(pipeline: Pipeline) -> None:
    enter()
    decisions.undo(SYSTEM, CALIBRATIONS, batch_of("K0001"), COMMAND)
    assert enter(factor=0.9) == "K0002"
    assert holds("2026-02-01") == [("K0002", "dap_gy_cm2", 0.9)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quantity": "dlp_mgy_cm"}, "Choose what was measured"),
        ({"plane": "C"}, "Choose the plane"),
        ({"factor": 0.0}, "from 0.3 to 3"),
        ({"factor": -0.9}, "from 0.3 to 3"),
        ({"factor": 100.0}, "see Plausibility"),
        ({"factor": float("nan")}, "from 0.3 to 3"),
        ({"factor": float("inf")}, "from 0.3 to 3"),
        ({"uncertainty_percent": 0.0}, "above 0"),
        ({"uncertainty_percent": 100.0}, "below 100"),
        ({"uncertainty_percent": float("nan")}, "above 0"),
        ({"since": ""}, "is no day"),
        ({"since": "1.2.2026"}, "is no day"),
        ({"since": "20260201"}, "is no day"),
        ({"until": "2026-02-30"}, "is no day"),
        ({"until": "2026-01-31"}, "before its first"),
        ({"measured_by": " "}, "who measured"),
        ({"reference": ""}, "which document"),
        ({"reference": "x" * 201}, "at most 200"),
        ({"measured_by": "a\x00b"}, "printed"),
    ],
)
def test_what_cannot_be_is_refused_in_words(pipeline: Pipeline, given: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableInput, match=said):
        wanted(**given)


def test_the_preview_counts_what_the_factor_would_correct_and_changes_nothing(pipeline: Pipeline) -> None:
    found = preview(SYSTEM, wanted())
    assert (found.exams, found.values) == (2, 4)
    assert (found.median_before, found.median_after) == (pytest.approx(0.0225), pytest.approx(0.018))
    assert (round(found.display_reads, 6), found.is_far_off) == (0.25, False)
    assert preview(SYSTEM, wanted(factor=0.7)).is_far_off
    assert preview(SYSTEM, wanted(plane="A")).values == preview(SYSTEM, wanted(plane="A")).exams == 0
    assert preview(SYSTEM, wanted(plane="A")).median_after is None
    assert preview(SYSTEM, wanted(until="2026-02-10")).exams == 1
    assert not TubeCalibration.objects.exists()


def test_an_exam_of_which_a_total_alone_is_known_counts_in_the_preview(pipeline: Pipeline) -> None:
    newest = Exam.objects.order_by("started_at").last()
    assert newest
    newest.events.all().delete()
    assert preview(SYSTEM, wanted()).exams == 2


def test_a_scanner_elsewhere_is_not_there(pipeline: Pipeline) -> None:
    elsewhere = Scope(frozenset(), identity=False, operators=False)
    for call in (
        lambda: calibrations.put_into_force(elsewhere, wanted(), COMMAND),
        lambda: calibrations.calibrations_of(elsewhere, tube().pk),
        lambda: preview(elsewhere, wanted()),
        lambda: decisions.undo(elsewhere, CALIBRATIONS, "x", COMMAND),
    ):
        with pytest.raises(NotVisible):
            call()


def test_another_name_of_a_scanner_keeps_its_own_factors_and_takes_what_it_lacks(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(6, "20260401", station="ANGIO2")])
    other = Scanner.objects.get(station_name="ANGIO2")
    enter()
    enter(quantity="ka_r_mgy", factor=1.1)
    calibrations.put_into_force(SYSTEM, wanted(scanner=other.pk, factor=0.7), COMMAND)
    scanner_merging.merge(SYSTEM, other.pk, tube().pk, COMMAND)
    found = in_force(tube().pk, other.pk, "2026-04-01")
    assert [(one.quantity, one.factor) for one in found] == [("dap_gy_cm2", 0.7), ("ka_r_mgy", 1.1)]
    assert len(calibrations.calibrations_of(SYSTEM, tube().pk)) == 3
    assert Site.objects.count() == 1


def test_corrected_values_follow_a_factor_and_go_with_it(pipeline: Pipeline) -> None:
    displayed = Exam.objects.order_by("started_at").last()
    assert displayed is not None
    assert displayed.dap_corrected_gy_cm2 is None
    enter()
    moved_by_the_worker(pipeline)
    corrected = Exam.objects.get(pk=displayed.pk)
    assert corrected.dap_gy_cm2 == displayed.dap_gy_cm2
    assert corrected.dap_corrected_gy_cm2 == pytest.approx(0.8 * displayed.dap_gy_cm2)
    decisions.undo(SYSTEM, calibrations.CALIBRATIONS, batch_of("K0001"), COMMAND)
    moved_by_the_worker(pipeline)
    assert Exam.objects.get(pk=displayed.pk).dap_corrected_gy_cm2 is None


def moved_by_the_worker(pipeline: Pipeline) -> None:
    decisions.mark_outdated(DECISIONS)
    for key in decisions.outdated(0, 100):
        pipeline.make_anew(key)
