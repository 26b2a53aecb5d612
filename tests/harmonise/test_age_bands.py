"""Bands of age."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.age_bands import AGE_BANDS, age_band


@pytest.mark.parametrize(
    ("age", "key"),
    [(0, "child-0-1"), (0.999, "child-0-1"), (1, "child-1-5"), (5, "child-5-10"), (10, "child-10-15"),
     (15, "child-15-18"), (17.99, "child-15-18"), (18, "adult"), (101, "adult")],
)  # fmt: skip
def test_a_band_holds_its_lower_end(age: float, key: str) -> None:
    band = age_band(age)
    assert band is not None and band.key == key


def test_an_age_that_is_not_known_or_impossible_has_no_band() -> None:
    assert age_band(None) is None
    assert age_band(-0.1) is None


@given(st.floats(0, 130))
def test_every_age_has_exactly_one_band(age: float) -> None:
    assert sum(band.holds(age) for band in AGE_BANDS) == 1
