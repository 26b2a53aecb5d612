"""What is kept of a group, when there will be enough, the low side, and what SciPy says of the same values."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from doseloop.assess.enough import enough_on
from doseloop.assess.level_settings import Settings
from doseloop.assess.reference_levels import FATES, Sample, compare, keep, standing
from doseloop.assess.samples import samples_of
from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import ReferenceLevel

LEVEL = ReferenceLevel(
    id="x", set_id="s", procedure="ct-chest", as_written="CT chest", group=PatientGroup("adult"),
    quantity="dlp_mgy_cm", value=300.0, phantom_cm=32, phantom_basis="stated", scope="complete examination",
)  # fmt: skip
ADULT = 50 * 12.0


def values(n: int, value: float = 310.0, age: float | None = ADULT, **more: object) -> list[Sample]:
    return [Sample(value, 70.0, 32, age_months=age, patient=1 + k, **more) for k in range(n)]  # type: ignore[arg-type]


def test_each_value_has_one_fate() -> None:
    given_values = [
        Sample(1.0, 70, 32, age_months=ADULT),
        Sample(1.0, 70, 32, provisional=True, age_months=ADULT),
        Sample(1.0, 70, 32, age_months=60),
        Sample(1.0, 70, 32),
        Sample(1.0, 70, 16, age_months=ADULT),
        Sample(1.0, 70, None, age_months=ADULT),
        Sample(1.0, 130, 32, age_months=ADULT),
    ]
    kept = keep(samples_of(given_values), LEVEL, by_age=True)
    assert [FATES[one] for one in kept.fates] == [
        *("in the median", "provisional", "other or unknown age", "other or unknown age"),
        *("other phantom", "unknown phantom", "other or unknown size"),
    ]


def test_a_group_whose_ages_are_not_known_is_never_compared_with_a_level_of_an_age() -> None:
    unknown = compare(values(30, age=None), LEVEL, by_age=True)
    assert (unknown.state, unknown.n, unknown.n_outside_age) == ("too few", 0, 30)
    child = replace(LEVEL, group=PatientGroup("child", 12, 60))
    assert compare(values(30, age=None), child, by_age=True).n == 0


@pytest.mark.parametrize(("months", "n"), [(11.9, 0), (12, 10), (59.9, 10), (60, 0)])
def test_children_are_counted_in_the_level_s_own_band(months: float, n: int) -> None:
    level = replace(LEVEL, group=PatientGroup("child", 12, 60))
    assert compare(values(10, age=months), level, by_age=True).n == n


def test_ten_children_are_enough_and_nine_are_too_few() -> None:
    level = replace(LEVEL, group=PatientGroup("child", 12, 60))
    assert compare(values(9, age=30), level, by_age=True).state == "too few"
    enough = compare(values(10, age=30), level, by_age=True)
    assert enough.state == "above"
    assert "10 patients are enough; 20 are preferred (ICRP Publication 135)." in enough.sentences


@pytest.mark.parametrize(("modality", "least"), [("CT", 30), ("XA", 30), ("MG", 50), ("DX", 20)])
def test_a_site_may_ask_for_what_icrp_prefers(modality: str, least: int) -> None:
    level = replace(LEVEL, modality=modality, quantity="dap_gy_cm2", phantom_cm=None)
    strict = Settings(min_n_of={"CT": 30, "XA": 30, "MG": 50})
    assert compare(values(least - 1), level, strict).state == "too few"
    assert compare(values(least), level, strict).state == "above"


def test_patients_are_counted_not_acquisitions() -> None:
    twice = [replace(one, patient=1 + k // 2) for k, one in enumerate(values(38))]
    few = compare(twice, LEVEL)
    assert (few.state, few.n, few.n_patients) == ("too few", 38, 19)
    assert few.sentences[0].startswith("Too few: 19 of the 20 patients")
    enough = compare([*twice, *(replace(one, patient=99) for one in values(2))], LEVEL)
    assert enough.state == "above" and "40 values of 20 patients" in enough.sentences[0]


def test_breasts_are_compared_at_the_level_s_thickness() -> None:
    level = replace(
        LEVEL, modality="MG", quantity="agd_mgy", phantom_cm=None, value=2.0,
        group=PatientGroup("adult", thickness_min_mm=40, thickness_max_mm=60),
    )  # fmt: skip
    thin, right = values(30, 3.0, thickness_mm=39.9), values(50, 3.0, thickness_mm=40.0)
    found = compare([*thin, *right, *values(5, 9.0)], level)
    assert (found.n, found.n_outside_size) == (50, 35)


def test_a_median_below_the_25th_percentile_of_a_set_is_low_and_one_at_it_is_not() -> None:
    level = replace(LEVEL, kind="p25", statistic="p25", value=100.0)
    low = compare(values(20, 99.9), level)
    assert low.state == "low" and "image quality" in " ".join(low.sentences)
    assert compare(values(20, 100.0), level).state == "within"
    assert compare(values(20, 500.0), level).state == "within"


def test_an_achievable_value_is_spoken_of_by_its_name() -> None:
    found = compare(values(30), replace(LEVEL, kind="achievable", statistic="p50"))
    assert found.state == "above" and "is above the achievable value of 300 mGy·cm" in found.sentences[0]


FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def days(*offsets: int) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return np.array([np.datetime64(LAST - timedelta(days=one), "D") for one in offsets])


def test_at_one_a_week_twenty_are_there_ten_weeks_after_the_tenth() -> None:
    weekly = days(*range(0, 70, 7))
    assert enough_on(weekly, 20, FIRST, LAST) == LAST + timedelta(days=64)  # 10 in 64 days


def test_no_day_is_told_of_too_few_to_tell_or_where_the_window_never_holds_enough() -> None:
    assert enough_on(days(0, 3), 20, FIRST, LAST) is None
    assert enough_on(days(*range(20)), 20, FIRST, LAST) is None
    assert enough_on(days(360, 200, 100, 20), 20, FIRST, LAST) is None


def test_the_verdict_says_when_there_will_be_enough() -> None:
    dated = [replace(one, day=np.datetime64(LAST - timedelta(days=7 * k), "D")) for k, one in enumerate(values(10))]
    found = compare(dated, LEVEL, days=(FIRST, LAST))
    assert found.enough_on == LAST + timedelta(days=64)
    assert f"At their pace there will be enough on {found.enough_on.isoformat()}." in found.sentences


@given(st.lists(st.floats(1, 1e4), min_size=20, max_size=60), st.floats(1, 1e4))
def test_close_is_what_the_interval_says(given_values: list[float], level_value: float) -> None:
    level = replace(LEVEL, value=level_value)
    samples = samples_of([Sample(one, 70.0, 32) for one in given_values])
    verdict = compare(samples, level)
    low, high = verdict.interval or (0, 0)
    assert standing(keep(samples, level, by_age=False), level).is_close == (low <= level_value < high)


TIED = [
    4.0,
    4.0,
    4.0,
    7.5,
    7.5,
    8.0,
    8.0,
    8.0,
    8.0,
    9.25,
    9.25,
    10.0,
    10.0,
    10.0,
    11.0,
    12.5,
    12.5,
    13.0,
    40.0,
    40.0,
    41.5,
]
"""Frozen values with ties."""


def test_median_and_quartiles_of_tied_values_are_scipy_s() -> None:
    found = compare([Sample(one, 70.0, 32) for one in TIED], LEVEL)
    assert found.median == float(np.median(TIED)) == 9.25
    expected = stats.mstats.mquantiles(TIED, [0.25, 0.75], alphap=1, betap=1)
    assert found.quartiles == pytest.approx(tuple(expected), rel=1e-15)


@pytest.mark.parametrize("n", [20, 21])
def test_the_interval_is_that_of_scipy_s_percentile_bootstrap(n: int) -> None:
    sample = TIED[:n]
    own = compare([Sample(one, 70.0, 32) for one in sample], LEVEL).interval
    found = stats.bootstrap(
        (np.array(sample),), np.median, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    assert own == pytest.approx((found.low, found.high), abs=0.13)
