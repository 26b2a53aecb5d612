"""The table of quantities: what people see of a value."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import (
    BY_PLAN_NAME,
    COMPUTED,
    QUANTITIES,
    converted,
    number_shown,
    shown,
    unit_of,
    units_shown,
)


@pytest.mark.parametrize(
    ("key", "value", "unit", "text"),
    [
        ("dlp_mgy_cm", 612.4, None, "612 mGy·cm"),
        ("dlp_mgy_cm", 1263.2, None, "1263 mGy·cm"),
        ("ctdi_vol_mgy", 9.996, None, "10.0 mGy"),
        ("ctdi_vol_mgy", 0.004, None, "0.004 mGy"),
        ("dap_gy_cm2", 12.346, "cGy·cm²", "1235 cGy·cm²"),
        ("dap_gy_cm2", 1.6e-5, None, "0.0000160 Gy·cm²"),
        ("ka_r_mgy", 2345.0, "Gy", "2.35 Gy"),
        ("fluoro_time_s", 754.0, "min", "12.6 min"),
        ("kvp", 119.6, None, "120 kV"),
        ("exposure_index", 400.0, None, "400"),
    ],
)
def test_a_value_is_shown_with_the_digits_that_mean_something(
    key: str, value: float, unit: str | None, text: str
) -> None:
    assert shown(key, value, unit) == text


def test_a_missing_value_is_a_dash_and_never_zero() -> None:
    assert shown("dlp_mgy_cm", None) == "–"
    assert shown("dlp_mgy_cm", float("nan")) == "–"
    assert shown("dlp_mgy_cm", 0.0) == "0 mGy·cm"


@pytest.mark.parametrize(
    ("unit", "per_gy_cm2"), [("cGy·cm²", 100), ("dGy·cm²", 10), ("mGy·cm²", 1000), ("µGy·m²", 100)]
)
def test_units_of_the_area_product_have_exact_factors(unit: str, per_gy_cm2: int) -> None:
    assert unit_of("dap_gy_cm2", unit).per_own == Fraction(per_gy_cm2)


@given(st.sampled_from(sorted(QUANTITIES)), st.floats(1e-6, 1e7))
def test_what_is_shown_is_within_half_a_digit_of_the_value(key: str, value: float) -> None:
    for unit in QUANTITIES[key].units:
        number = converted(key, value, unit.label)
        text = number_shown(key, value, unit.label)
        decimals = len(text.partition(".")[2])
        assert abs(float(text) - number) <= 0.5 * 10**-decimals * 1.0001


def test_every_quantity_explains_itself_with_a_source() -> None:
    for key, one in QUANTITIES.items():
        assert one.key == key
        assert one.meaning.endswith(".") and one.limits.endswith(".") and one.source
        assert one.units[0].per_own == 1


def test_names_of_plans_lead_to_one_quantity_each() -> None:
    assert BY_PLAN_NAME["kar"].key == "ka_r_mgy"
    assert len(BY_PLAN_NAME) == sum(one.plan_name is not None for one in QUANTITIES.values())


def test_a_unit_that_the_quantity_does_not_have_is_refused() -> None:
    with pytest.raises(UnusableInput):
        shown("dlp_mgy_cm", 1.0, "Gy·cm²")
    with pytest.raises(UnusableInput):
        shown("dlp", 1.0)


def test_what_is_computed_is_shown_in_the_unit_of_what_is_stated_unless_it_has_its_own() -> None:
    chosen = {"dap_gy_cm2": "cGy·cm²", "ka_r_corrected_mgy": "Gy", "ka_r_mgy": "mGy"}
    found = units_shown(chosen)
    assert found == {**chosen, "dap_corrected_gy_cm2": "cGy·cm²"}


def test_what_is_computed_has_every_unit_of_what_is_stated() -> None:
    for computed, stated in COMPUTED.items():
        assert {one.label for one in QUANTITIES[computed].units} >= {one.label for one in QUANTITIES[stated].units}
