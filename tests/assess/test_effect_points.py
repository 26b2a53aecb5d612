"""Exams beside an effect: in parts of the median before, of their group and at one size."""

from datetime import datetime, timedelta

import pytest

from bench.effect import Department
from doseloop.assess.effect import Action, DatedDose, effect
from doseloop.assess.effect_points import effect_points

BEGIN = datetime(2026, 1, 1)


def dose(day: int, value: float, weight_kg: float | None = None, group: str = "head") -> DatedDose:
    return DatedDose(BEGIN + timedelta(days=day), value, "A", group, weight_kg)


def test_groups_of_another_level_and_patients_of_another_size_come_to_lie_together() -> None:
    before = [dose(day, 10.0 * weight, weight) for day, weight in zip(range(30), [50.0, 75.0, 100.0] * 10, strict=True)]
    others = [dose(day, 70.0 * 3, 70.0, "trunk") for day in range(30)]
    since = [dose(day, 8.0 * 60, 60.0) for day in range(30, 45)]
    found = effect_points(Action("A", BEGIN + timedelta(days=30), -0.2), [*since, *others, *before], 1.0)
    assert (found.before, found.since) == (pytest.approx(1.0), pytest.approx(0.8))
    assert {round(one.of_before, 9) for one in found.points if not one.is_since} == {1.0}
    assert [one.at for one in found.points] == sorted(one.at for one in found.points)


def test_what_does_not_count_is_shown_and_moves_no_median() -> None:
    action = Action("A", BEGIN + timedelta(days=50), -0.2, fault_from=BEGIN + timedelta(days=20))
    doses = [dose(day, 5.0 if day < 20 else 10.0) for day in range(50)]
    found = effect_points(action, doses, None)
    assert [one.of_before for one in found.points if not one.counts] == [0.5] * 20
    assert (found.before, found.since) == (1.0, None)


def test_nothing_comes_of_exams_without_a_level_or_a_weight() -> None:
    action = Action("A", BEGIN + timedelta(days=30), -0.2)
    doses = [dose(day, 10.0, 70.0) for day in range(30)]
    doses += [dose(31, 9.0), dose(32, 9.0, 70.0, "rare"), dose(33, float("nan"), 70.0), dose(34, -1.0, 70.0)]
    found = effect_points(action, doses, 1.0)
    assert [one.position for one in found.points] == list(range(30))
    assert effect_points(action, doses[30:], None).points == ()


def test_the_medians_tell_what_the_effect_tells() -> None:
    action, doses = Department("falls", change=-0.2).doses(5)
    told = effect(action, doses)
    found = effect_points(action, doses, told.slope)
    assert told.change is not None and found.before and found.since
    assert found.since / found.before - 1 == pytest.approx(told.change, abs=0.05)
    counted = [one for one in found.points if one.counts]
    assert (sum(not one.is_since for one in counted), sum(one.is_since for one in counted)) == (told.before, told.after)
