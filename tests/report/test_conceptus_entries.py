"""What a physicist enters: what cannot be used is refused in words, and what holds for all fills what was not said."""

from math import inf, nan
from typing import Any

import pytest

from doseloop.model.errors import UnusableInput
from doseloop.report.conceptus_entries import Entries, EventEntry, check


def test_what_holds_for_all_fills_what_was_not_said_for_one() -> None:
    entries = Entries(placement="in field", view="AP", events=(EventEntry(1, placement="outside"),))
    assert (entries.of(0).placement, entries.of(0).view) == ("in field", "AP")
    assert (entries.of(1).placement, entries.of(1).view) == ("outside", "AP")


@pytest.mark.parametrize("field", ["gestational_age_weeks", "depth_mm", "diameter_mm"])
@pytest.mark.parametrize("value", [-1.0, 1e6, nan, inf])
def test_a_number_that_cannot_be_is_refused(field: str, value: float) -> None:
    given: dict[str, Any] = {field: value}
    with pytest.raises(UnusableInput, match="is not between"):
        check(Entries(**given))


@pytest.mark.parametrize(("low", "high"), [(None, 1.0), (1.0, None), (2.0, 1.0), (-1.0, 1.0), (nan, 1.0), (0.0, inf)])
def test_an_interval_of_ones_own_has_two_ends_in_order(low: float | None, high: float | None) -> None:
    with pytest.raises(UnusableInput, match="two doses"):
        check(Entries(basis="own", own_low_mgy=low, own_high_mgy=high, reasoning="By hand."))
    with pytest.raises(UnusableInput, match="Exposure 1 needs two doses"):
        check(Entries(events=(EventEntry(0, "own", own_low_mgy=low, own_high_mgy=high, note="By hand."),)))


def test_an_interval_of_ones_own_needs_its_reason() -> None:
    with pytest.raises(UnusableInput, match="reason in words"):
        check(Entries(basis="own", own_low_mgy=0.0, own_high_mgy=1.0, reasoning=" "))


def test_what_is_left_out_needs_its_reason() -> None:
    with pytest.raises(UnusableInput, match="Exposure 3: say why"):
        check(Entries(events=(EventEntry(2, "left out"),)))


def test_texts_have_a_length() -> None:
    with pytest.raises(UnusableInput, match="8,000"):
        check(Entries(reasoning="x" * 8001))
    with pytest.raises(UnusableInput, match="at most 500"):
        check(Entries(events=(EventEntry(0, note="x" * 501),)))
