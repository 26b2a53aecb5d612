"""A protocol that is set otherwise is dated and told once enough exams agree; what follows the patient tells nothing."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.protocol_change import LEAST_RUN, Use, changes, on_period, usual, versions_of
from doseloop.assess.protocol_fingerprint import of_exam
from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.projection import Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading


def read(value: Any) -> Reading[Any]:
    return Reading(value, "1.1", str(value))


def uses(*values: str | None, setting: str = "pitch", dose: float = 5.0) -> list[Use]:
    """One exam a day."""
    days = (f"2026-{1 + number // 28:02d}-{1 + number % 28:02d}T08:00:00" for number in range(len(values)))
    return [
        Use(number, day, {} if value is None else {setting: value}, dose + number)
        for number, (value, day) in enumerate(zip(values, days, strict=True))
    ]


def test_a_fingerprint_has_what_the_protocol_sets_and_not_the_current() -> None:
    event = CtEvent(
        sources=(CtSource(kvp=read(120.0), tube_current_ma=read(212.0), rotation_time_s=read(0.5)),),
        pitch=read(0.9),
        total_collimation_mm=read(38.4),
        phantom_cm=32,
        modulation=read("XYZ_EC"),
    )
    expected = {"kvp": "120", "rotation_time_s": "0.5", "pitch": "0.9", "total_collimation_mm": "38.4"}
    assert of_exam([event]) == {**expected, "phantom_cm": "32", "modulation": "XYZ_EC"}


def test_events_of_one_exam_have_what_they_share() -> None:
    both = [CtEvent(pitch=read(0.9), phantom_cm=32), CtEvent(pitch=read(1.2), phantom_cm=32)]
    assert of_exam(both) == {"phantom_cm": "32"}
    assert of_exam([]) == {}


def test_a_projection_has_its_pulses_filters_and_field() -> None:
    copper = Filter(material=read(Code("C-127F9", "SRT", "Copper")), thickness_max_mm=read(0.3))
    event = ProjectionEvent(pulse_rate_per_s=read(7.5), filters=(copper,), field_area_cm2=read(402.0), kvp=read(0.0))
    assert of_exam([event]) == {"pulse_rate_per_s": "7.5", "filter": "0.3 mm Copper", "field_cm2": "400"}


def test_a_change_is_dated_to_its_first_exam_and_counts_those_it_touched() -> None:
    (found,) = changes("Thorax", uses(*["1.2"] * 100, *["0.8"] * 8))
    assert (found.exam, found.exams, found.since) == (100, 8, "2026-04-17T08:00:00")
    assert found.differences[0].sentence == "pitch 1.2 → 0.8"
    assert (found.dose_before, found.dose_since) == (54.5, 108.5)


def test_it_is_told_from_the_third_exam_where_a_hundred_agreed() -> None:
    assert changes("Thorax", uses(*["1.2"] * 100, *["0.8"] * (LEAST_RUN - 1))) == []
    assert changes("Thorax", uses(*["1.2"] * 100, *["0.8"] * LEAST_RUN))


def test_less_history_needs_more_exams() -> None:
    needed = [
        next(run for run in range(1, 50) if changes("p", uses(*["a"] * before, *["b"] * run)))
        for before in (10, 30, 100)
    ]
    assert needed == [6, 4, 3]


def test_too_little_history_or_a_setting_that_follows_the_patient_tells_nothing() -> None:
    assert changes("p", uses(*["a"] * 9, *["b"] * 9)) == []
    assert changes("p", uses(*["a", "a", "a", "b"] * 20, *["b"] * 6)) == []


def test_a_return_is_told_as_one() -> None:
    first, second = changes("p", uses(*["a"] * 50, *["b"] * 30, *["a"] * 10))
    assert (first.differences[0].is_return, second.differences[0].is_return) == (False, True)
    assert (first.exams, second.exams) == (30, 10)
    assert second.differences[0].sentence.endswith("b → a (as it was earlier)")


def test_exams_without_the_setting_neither_make_nor_break_a_run() -> None:
    assert changes("p", uses(*["a"] * 100, "b", None, "b", None, "b"))[0].exam == 100


def test_settings_that_change_together_are_one_change() -> None:
    before, after = {"pitch": "1.2", "kvp": "100"}, {"pitch": "0.8", "kvp": "120"}
    days = [Use(number, f"2026-01-{1 + number // 5:02d}", before if number < 60 else after) for number in range(70)]
    (found,) = changes("p", days)
    assert {one.setting for one in found.differences} == {"pitch", "kvp"}


def test_changes_that_came_with_one_version_are_one_finding() -> None:
    two = [*changes("A", uses(*["a"] * 49, *["b"] * 9)), *changes("B", uses(*["a"] * 50, *["b"] * 9))]
    versions = {"VA": "2026-01-01", "VB": "2026-02-22"}
    (found,) = on_period(4, "CT 4", versions_of(two, versions))
    assert found.cause == "software VB"
    assert found.sentence == (
        "Set otherwise on CT 4 since 2026-02-22 with software VB: “A”: pitch a → b; “B”: pitch a → b."
    )


def test_without_a_new_version_the_day_is_the_cause() -> None:
    found = on_period(4, "CT 4", versions_of(changes("A", uses(*["a"] * 50, *["b"] * 9)), {"VA": "2026-01-01"}))
    assert [one.cause for one in found] == ["day 2026-02-23"]


def test_the_sentence_stays_as_more_exams_come() -> None:
    few, many = (on_period(4, "CT 4", versions_of(changes("A", uses(*["a"] * 50, *["b"] * n)), {})) for n in (9, 40))
    assert few == many


def test_children_now_and_then_make_no_change_of_voltage() -> None:
    draw = Random(7)
    values = ["80" if draw.random() < 0.09 else "120" for _ in range(20_000)]
    assert changes("Head", uses(*values, setting="kvp")[:20_000]) == []


def test_what_is_usual_needs_nine_of_ten() -> None:
    assert usual(uses(*["a"] * 18, *["b"] * 2)) == {"pitch": "a"}
    assert usual(uses(*["a"] * 17, *["b"] * 3)) == {}


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=200))
def test_any_history_has_changes_in_the_order_of_time_each_from_one_value_to_another(values: list[str | None]) -> None:
    found = changes("p", uses(*values))
    assert [one.exam for one in found] == sorted({one.exam for one in found})
    assert all(one.exams >= LEAST_RUN for one in found)
    assert all(each.before != each.after for one in found for each in one.differences)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 0.0])
def test_what_is_no_setting_is_missing(value: float) -> None:
    assert of_exam([CtEvent(pitch=read(value))]) == {}
