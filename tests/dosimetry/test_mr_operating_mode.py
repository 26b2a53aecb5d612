"""MR indices against the operating modes: the published table, what no limit is known of, and what contradicts."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.mr_operating_mode import MODES, implied_mode, judge
from doseloop.model.image import ImageHeader
from doseloop.model.mr import MrSeries
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reading import Reading
from doseloop.reference.mr_limits import mr_limits

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"


def series(mode: str | None = None, rf_mode: str | None = None, **values: float) -> MrSeries:
    told: dict[str, Any] = {name: Reading(value, "", "") for name, value in values.items()}
    told |= {"operating_mode": Reading(mode, "", "")} if mode else {}
    told |= {"rf_mode": Reading(rf_mode, "", "")} if rf_mode else {}
    return MrSeries(ImageHeader("2.25.1"), **told)


def test_the_limits_follow_their_schema_and_are_of_known_quantities() -> None:
    told = yaml.safe_load((DATA / "mr_limits.yaml").read_text("utf-8"))
    jsonschema.validate(told, json.loads((DATA / "mr_limits.schema.json").read_text("utf-8")))
    assert {one.index for one in mr_limits().limits} | set(mr_limits().without_limit) <= set(QUANTITIES)


@pytest.mark.parametrize(
    ("index", "value", "mode"),
    [
        ("sar_whole_body_w_kg", 2.0, "IEC_NORMAL"),
        ("sar_whole_body_w_kg", 2.01, "IEC_FIRST_LEVEL"),
        ("sar_whole_body_w_kg", 4.0, "IEC_FIRST_LEVEL"),
        ("sar_whole_body_w_kg", 4.01, "IEC_SECOND_LEVEL"),
        ("sar_head_w_kg", 3.2, "IEC_NORMAL"),
        ("sar_head_w_kg", 3.21, "IEC_SECOND_LEVEL"),
    ],
)
def test_a_rate_implies_the_mode_of_the_published_table(index: str, value: float, mode: str) -> None:
    """J Med Radiat Sci 2022;69:250, table 3 (PMC9163467); JIS Z 4951:2017 has the same."""
    assert implied_mode(index, value) == mode


@pytest.mark.parametrize(
    ("value", "mode"), [(2.0, "IEC_NORMAL"), (2.1, None), (10.0, None), (10.1, "IEC_SECOND_LEVEL")]
)
def test_a_rate_of_part_of_the_body_has_a_mode_only_where_the_exposed_share_does_not_matter(
    value: float, mode: str | None
) -> None:
    assert implied_mode("sar_partial_body_w_kg", value) == mode


def test_a_local_rate_above_the_one_limit_that_is_known_has_no_mode_and_says_why() -> None:
    (one,) = judge(series(sar_local_w_kg=11.0)).indices
    assert (one.mode, one.is_verified) == (None, False)
    assert "not known" in one.reason


def test_b1_rms_has_no_limit_and_says_so() -> None:
    (one,) = judge(series(b1_rms_ut=2.8)).indices
    assert (one.limit, one.share, one.mode) == (None, None, None)
    assert "No limit" in one.reason


def test_a_stated_mode_below_the_implied_one_is_a_contradiction() -> None:
    found = judge(series("IEC_NORMAL", sar_whole_body_w_kg=2.6))
    assert found.implied_mode == "IEC_FIRST_LEVEL"
    assert found.contradiction == (
        "The object states the normal mode, and its values imply the first level controlled mode."
    )


@pytest.mark.parametrize("mode", ["IEC_FIRST_LEVEL", "IEC_SECOND_LEVEL", None])
def test_a_stated_mode_that_allows_the_values_is_none(mode: str | None) -> None:
    assert judge(series(mode, sar_whole_body_w_kg=2.6)).contradiction == ""


def test_the_mode_of_the_radio_frequency_field_counts_before_that_of_all_fields() -> None:
    found = judge(series("IEC_FIRST_LEVEL", "IEC_NORMAL", sar_whole_body_w_kg=2.6))
    assert (found.stated_mode, bool(found.contradiction)) == ("IEC_NORMAL", True)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1])
def test_what_is_no_rate_is_not_judged(value: float) -> None:
    assert judge(series(sar_whole_body_w_kg=value)).indices == ()


def test_a_series_without_an_index_implies_no_mode() -> None:
    assert judge(series("IEC_NORMAL")).implied_mode is None


@given(st.lists(st.floats(0, 100), min_size=2, max_size=2))
def test_a_higher_rate_never_implies_a_lower_mode(pair: list[float]) -> None:
    low, high = sorted(pair)
    for index in ("sar_whole_body_w_kg", "sar_head_w_kg", "sar_partial_body_w_kg"):
        modes = [implied_mode(index, value) for value in (low, high)]
        ranks = [MODES.index(one) for one in modes if one]
        assert ranks == sorted(ranks)


@given(st.floats(0, 1e6))
def test_the_share_is_one_at_the_limit_and_linear(value: float) -> None:
    (one,) = judge(series(sar_whole_body_w_kg=value)).indices
    assert one.share == pytest.approx(value / 2)
