"""A local level or a typical value out of the values of rooms."""

import doctest
from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.mstats import mquantiles

from doseloop.assess import local_level
from doseloop.assess.level_settings import Settings
from doseloop.assess.local_level import local_value, value_of
from doseloop.assess.samples import Sample, Samples, samples_of
from doseloop.model.local_level import LocalGroup
from doseloop.model.patient_group import PatientGroup

LEVEL = LocalGroup("ct-chest", "dlp_mgy_cm", PatientGroup("adult"), "examination", 32).level("CT")
CHILDREN = LocalGroup("ct-chest", "dlp_mgy_cm", PatientGroup("child", 12, 60), "examination", 32).level("CT")
MEDIANS = [310.0, 325.0, 340.0, 355.0, 360.0, 372.0, 390.0, 405.0, 430.0, 480.0, 510.0]
SMALL = Settings(min_n=3, min_rooms=4)
doses = st.floats(0.5, 5000.0)


def room(*values: float, **told: object) -> Samples:
    given = {"weight_kg": 70.0, "phantom_cm": 32, "age_months": 600.0, **told}
    return samples_of(Sample(value, patient=place, exam=place, **given) for place, value in enumerate(values, 1))  # type: ignore[arg-type]


def rooms_of(medians: list[float], patients: int = 20) -> dict[int, Samples]:
    return {key: room(*[value] * patients) for key, value in enumerate(medians, 1)}


def test_the_worked_example_of_the_module_holds() -> None:
    assert doctest.testmod(local_level).failed == 0
    assert doctest.testmod(local_level).attempted >= 3


def test_the_75th_percentile_of_the_rooms_medians_is_that_of_numpy_and_scipy() -> None:
    found = local_value(rooms_of(MEDIANS), LEVEL)
    assert (found.value, found.statistic) == (417.5, "p75")
    assert found.value == np.quantile(MEDIANS, 0.75, method="linear")
    assert found.value == pytest.approx(mquantiles(MEDIANS, 0.75, alphap=1, betap=1)[0], rel=1e-12)


@given(st.lists(doses, min_size=1, max_size=25))
def test_every_value_is_type_7_of_the_medians(medians: list[float]) -> None:
    value, statistic = value_of(medians, 10)
    share = 0.75 if statistic == "p75" else 0.5
    assert statistic == ("p75" if len(medians) >= 10 else "p50")
    assert value == pytest.approx(np.quantile(medians, share, method="linear"), rel=1e-12)
    assert value == pytest.approx(mquantiles(medians, share, alphap=1, betap=1)[0], rel=1e-9)


def test_ten_rooms_give_a_local_level_and_nine_a_typical_value() -> None:
    ten, nine = local_value(rooms_of(MEDIANS[:10]), LEVEL), local_value(rooms_of(MEDIANS[:9]), LEVEL)
    assert (ten.statistic, ten.value) == ("p75", 401.25)
    assert (nine.statistic, nine.value) == ("p50", 360.0)
    assert ten.sentences[0].startswith("401 mGy·cm is the 75th percentile of the medians of 10 rooms")
    assert nine.sentences[0] == (
        "360 mGy·cm is the median of the medians of 9 rooms, 180 patients: a typical value by ICRP Publication 135, since a "
        "local level needs 10 rooms."
    )


def test_one_room_gives_its_median() -> None:
    found = local_value({7: room(*range(100, 121))}, LEVEL)
    assert (found.value, found.statistic) == (110.0, "p50")
    assert "110 mGy·cm is the median of the values of one room, 21 patients" in found.sentences[0]


def test_rooms_count_alike_however_many_patients_they_have() -> None:
    found = local_value({1: room(*[100.0] * 400), 2: room(*[200.0] * 20), 3: room(*[300.0] * 20)}, LEVEL)
    assert found.value == 200.0


def test_a_room_with_too_few_patients_is_listed_with_its_median_and_left_out() -> None:
    found = local_value({1: room(*[100.0] * 20), 2: room(*[900.0] * 19)}, LEVEL)
    few = found.rooms[1]
    assert (found.value, len(found.used), few.median) == (100.0, 1, 900.0)
    assert few.left_out == "19 patients of the 20 that a median needs."
    assert "1 room left out." in found.sentences


def test_patients_make_a_room_enough_and_not_their_values() -> None:
    many = samples_of(Sample(100.0, 70.0, 32, patient=1 + place % 19, age_months=600.0) for place in range(100))
    found = local_value({1: many}, LEVEL)
    assert found.value is None
    assert found.rooms[0].left_out == "19 patients of the 20 that a median needs."


def test_where_no_room_has_enough_nothing_is_set_and_it_is_said_when() -> None:
    days = [np.datetime64("2026-01-01") + place for place in range(10)]
    few = samples_of(
        Sample(100.0, 70.0, 32, day=day, patient=place + 1, age_months=600.0) for place, day in enumerate(days)
    )
    found = local_value({1: few}, LEVEL, days=(date(2025, 1, 11), date(2026, 1, 10)))
    assert (found.value, found.statistic) == (None, None)
    assert found.sentences == (
        "No room has the 20 patients that a median needs. At their pace the first room will have enough on 2026-01-20.",
    )


def test_nothing_at_all_is_said_to_be_nothing() -> None:
    assert local_value({}, LEVEL).sentences == ("No room has a value of this group in this period.",)
    with pytest.raises(ValueError, match="no room"):
        value_of([], 10)


def test_values_of_another_phantom_are_never_in_a_room_s_median() -> None:
    found = local_value({1: room(*[100.0] * 20), 2: room(*[900.0] * 40, phantom_cm=16)}, LEVEL)
    assert found.value == 100.0
    assert "values of other phantoms are not comparable" in (found.rooms[1].left_out or "")


def test_children_are_taken_by_their_ages_and_ten_are_enough() -> None:
    children = room(*[50.0] * 10, age_months=30.0, weight_kg=14.0)
    adults = room(*[300.0] * 30)
    assert local_value({1: children, 2: adults}, CHILDREN).value == 50.0


def test_rooms_of_different_sizes_say_so() -> None:
    found = local_value({1: room(*[100.0] * 20), 2: room(*[200.0] * 20, weight_kg=None)}, LEVEL)
    assert found.value == 150.0
    assert any("others all sizes" in one for one in found.sentences)


values_of_rooms = st.dictionaries(st.integers(1, 9), st.lists(doses, min_size=1, max_size=8), max_size=8)


@given(values_of_rooms, st.randoms())
def test_the_order_of_exams_and_rooms_changes_nothing(given_: Mapping[int, list[float]], chance: object) -> None:
    shuffled = {key: chance.sample(list(values), len(values)) for key, values in reversed(given_.items())}  # type: ignore[attr-defined]
    one = local_value({key: room(*values) for key, values in given_.items()}, LEVEL, SMALL)
    other = local_value({key: room(*values) for key, values in shuffled.items()}, LEVEL, SMALL)
    assert (one.value, one.statistic, one.sentences) == (other.value, other.statistic, other.sentences)
    assert [(place.scanner, place.median, place.left_out) for place in one.rooms] == [
        (place.scanner, place.median, place.left_out) for place in other.rooms
    ]


@given(values_of_rooms, st.sampled_from([0.25, 2.0, 8.0]))
def test_scaling_every_value_scales_the_level(given_: Mapping[int, list[float]], factor: float) -> None:
    plain = local_value({key: room(*values) for key, values in given_.items()}, LEVEL, SMALL)
    scaled = local_value({key: room(*(factor * one for one in values)) for key, values in given_.items()}, LEVEL, SMALL)
    assert scaled.statistic == plain.statistic
    assert scaled.value == (None if plain.value is None else pytest.approx(factor * plain.value, rel=1e-12))


@given(st.lists(doses, min_size=1, max_size=25))
def test_a_value_lies_among_the_medians(medians: list[float]) -> None:
    value, _ = value_of(medians, 10)
    assert min(medians) <= value <= max(medians)
