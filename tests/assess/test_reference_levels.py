"""A group's median against a reference level."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.reference_levels import Sample, Settings, compare
from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import ReferenceLevel
from doseloop.reference.levels import level_sets

LEVEL = ReferenceLevel(
    id="x", set_id="s", procedure="ct-chest", as_written="CT chest", indication=None, technique=None,
    group=PatientGroup("adult"), quantity="dlp_mgy_cm", value=300.0, statistic="p75", phantom_cm=32,
    phantom_basis="stated", scope="complete examination",
)  # fmt: skip


def samples(n: int, value: float = 310.0, weight: float | None = 70.0, phantom: int | None = 32) -> list[Sample]:
    return [Sample(value, weight, phantom) for _ in range(n)]


def test_nineteen_are_too_few_and_twenty_are_enough() -> None:
    few = compare(samples(19), LEVEL)
    assert (few.state, few.n, few.median, few.interval) == ("too few", 19, 310.0, None)
    assert few.sentences[0] == "Too few: 19 of the 20 patients that a comparison with 300 mGy·cm needs."
    enough = compare(samples(20), LEVEL)
    assert (enough.state, enough.n, enough.interval) == ("above", 20, (310.0, 310.0))


def test_one_exam_is_never_compared() -> None:
    assert compare(samples(1, 9000.0), LEVEL).state == "too few"
    assert compare([], LEVEL).state == "too few"
    assert compare([], LEVEL).median is None


def test_a_median_equal_to_the_level_is_within() -> None:
    assert compare(samples(20, 300.0), LEVEL).state == "within"
    assert compare(samples(20, 300.1), LEVEL).state == "above"


def test_provisional_values_are_counted_and_left_out() -> None:
    verdict = compare([*samples(20), *(replace(one, provisional=True) for one in samples(3, 5000))], LEVEL)
    assert (verdict.n, verdict.n_provisional, verdict.median) == (20, 3, 310.0)
    assert "3 provisional left out, since their exams may still grow." in verdict.sentences


def test_a_group_of_another_or_an_unknown_phantom_gets_no_verdict() -> None:
    other = compare(samples(30, phantom=16), LEVEL)
    assert (other.state, other.median, other.n_other_phantom) == ("no verdict", None, 30)
    unknown = compare(samples(30, phantom=None), LEVEL)
    assert (unknown.state, unknown.n_unknown_phantom) == ("no verdict", 30)
    assert "not known" in unknown.sentences[0]


def test_a_level_of_unknown_phantom_gives_no_verdict() -> None:
    assert compare(samples(30), replace(LEVEL, phantom_cm=None, phantom_basis=None)).state == "no verdict"


def test_products_of_the_two_phantoms_are_never_pooled() -> None:
    mixed = compare([*samples(25, 200.0), *samples(25, 900.0, phantom=16), *samples(2, phantom=None)], LEVEL)
    assert (mixed.state, mixed.n, mixed.median) == ("within", 25, 200.0)
    assert (mixed.n_other_phantom, mixed.n_unknown_phantom) == (25, 2)
    assert compare([*samples(15), *samples(15, phantom=16)], LEVEL).state == "too few"


def test_the_area_product_needs_no_phantom() -> None:
    level = replace(LEVEL, quantity="dap_gy_cm2", value=100.0, phantom_cm=None, phantom_basis=None)
    assert compare(samples(20, 120.0, phantom=None), level).state == "above"


def test_only_standard_weights_count_where_all_weights_are_known() -> None:
    verdict = compare([*samples(10), *samples(30, 900.0, weight=120.0)], LEVEL)
    assert (verdict.state, verdict.sizes, verdict.n, verdict.n_outside_size) == ("too few", "standard size", 10, 30)


def test_where_weights_are_missing_all_sizes_count_and_it_is_said() -> None:
    verdict = compare([*samples(10, weight=None), *samples(10), *samples(5, weight=120.0)], LEVEL)
    assert (verdict.sizes, verdict.n, verdict.sized.missing) == ("all sizes", 25, 10)
    assert "All sizes, 10 without weight." in verdict.sentences


def test_enough_standard_weights_are_preferred_to_all_sizes() -> None:
    verdict = compare([*samples(20), *samples(40, 900.0, weight=None)], LEVEL)
    assert (verdict.sizes, verdict.n, verdict.n_outside_size) == ("standard size", 20, 40)


def test_a_level_by_weight_takes_only_known_weights_of_its_own() -> None:
    level = replace(LEVEL, group=PatientGroup("child", weight_min_kg=15, weight_max_kg=30))
    given_values = [*samples(12, weight=20.0), *samples(4, weight=30.0), *samples(4, weight=None)]
    verdict = compare(given_values, level, Settings(min_n=10))
    assert (verdict.sizes, verdict.n, verdict.n_outside_size) == ("level's weights", 12, 8)


def test_an_adult_level_by_weight_is_compared_as_all_sizes_where_no_weight_is_known() -> None:
    level = replace(LEVEL, group=PatientGroup("adult", weight_min_kg=50, weight_max_kg=90))
    verdict = compare(samples(20, weight=None), level)
    assert (verdict.state, verdict.sizes, verdict.n, verdict.sized.missing) == ("above", "all sizes", 20, 20)
    assert "All sizes, 20 without weight." in verdict.sentences
    known = compare([*samples(20, weight=None), *samples(19)], level)
    assert (known.state, known.sizes, known.n) == ("too few", "level's weights", 19)
    child = compare(samples(20, weight=None), replace(level, group=replace(level.group, category="child")))
    assert (child.state, child.n) == ("too few", 0)


def test_a_level_by_convention_or_at_second_hand_says_so() -> None:
    japan = next(one for one in level_sets() if one.id == "jp-jrime-2025")
    level = next(one for one in japan.levels if one.procedure == "ct-chest" and one.quantity == "dlp_mgy_cm")
    words = " ".join(compare(samples(20), level, source=japan).sentences)
    assert "convention" in words and "J-RIME" in words


def test_an_interval_that_holds_the_level_is_pointed_out() -> None:
    values = [Sample(290.0 + i, 70.0, 32) for i in range(25)]
    assert any("interval holds the level" in one for one in compare(values, LEVEL).sentences)


VALUES = st.lists(st.floats(1, 1e4), min_size=20, max_size=40)


@given(VALUES, st.sampled_from([0.25, 2.0, 64.0]))
def test_scaling_doses_and_level_changes_no_verdict(values: list[float], factor: float) -> None:
    plain = compare([Sample(one, 70.0, 32) for one in values], LEVEL)
    scaled = compare([Sample(one * factor, 70.0, 32) for one in values], replace(LEVEL, value=300.0 * factor))
    assert scaled.state == plain.state
    assert scaled.median == pytest.approx((plain.median or 0) * factor)


@given(VALUES, st.integers(0, 39), st.floats(1, 1e4))
def test_raising_one_dose_never_brings_a_group_below_its_level(values: list[float], place: int, more: float) -> None:
    raised = list(values)
    raised[place % len(raised)] += more
    if compare([Sample(one, 70.0, 32) for one in values], LEVEL).state == "above":
        assert compare([Sample(one, 70.0, 32) for one in raised], LEVEL).state == "above"


@given(st.lists(st.builds(Sample, st.floats(1, 1e4), st.one_of(st.none(), st.floats(5, 150)),
                          st.sampled_from([16, 32, None]), st.booleans()), max_size=60))  # fmt: skip
def test_every_value_that_was_handed_in_is_accounted_for(given_values: list[Sample]) -> None:
    one = compare(given_values, LEVEL)
    left_out = one.n_provisional + one.n_outside_size + one.n_other_phantom + one.n_unknown_phantom
    assert one.n + left_out == len(given_values)


def test_a_level_for_an_indication_says_that_exams_were_not_sorted_by_it() -> None:
    level = replace(LEVEL, indication="lung cancer")
    sentences = " ".join(compare([Sample(10.0, 70.0, 32)] * 20, level).sentences)
    assert "The level is for lung cancer" in sentences


def test_a_verdict_says_how_many_weights_were_imported_or_are_missing() -> None:
    """Only where some did not come from the object: else its n and what lacks a weight say all."""
    weighed = samples(15)
    imported = [replace(one, weight_source="imported") for one in samples(8)]
    level = LEVEL
    assert "n = 23: 15 weighed, 8 imported." in compare([*weighed, *imported], level).sentences
    assert not [one for one in compare([*weighed, *weighed], level).sentences if one.startswith("n =")]
