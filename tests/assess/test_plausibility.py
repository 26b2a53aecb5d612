"""Limits that a scanner's past gives: how often a right value lies outside of them, and how often a wrong power does not."""

import random
from collections.abc import Callable

import pytest

from doseloop.assess.plausibility import LEAST, LEAST_OF_SCANNER, limits

Draw = Callable[[random.Random], tuple[str, float]]
MIXED = (("chest", 0.1, 5), ("abdomen", 1.2, 2), ("coronary", 30.0, 1))
"""Protocols of one scanner: typical value, and how often."""


def of_one(chance: random.Random) -> tuple[str, float]:
    return "chest", 0.1 * chance.lognormvariate(0, 0.25)


def of_several(chance: random.Random) -> tuple[str, float]:
    name, typical, _ = chance.choices(MIXED, [often for *_, often in MIXED])[0]
    return name, typical * chance.lognormvariate(0, 0.25)


def unnamed(chance: random.Random) -> tuple[str, float]:
    return "", of_several(chance)[1]


def share_outside(draw: Draw, times: float = 1.0, n: int = 200, histories: int = 60, each: int = 50) -> float:
    """Share of new values, multiplied, that lie outside of the limits that simulated histories of `n` values give."""
    chance, outside = random.Random(11), 0
    for _ in range(histories):
        past = [draw(chance) for _ in range(n)]
        known = {name: limits(name, past) for name in {name for name, _ in past}}
        for _ in range(each):
            name, value = draw(chance)
            found = known.get(name)
            outside += bool(found and not found.holds(value * times))
    return outside / (histories * each)


@pytest.mark.parametrize("draw", [of_one, of_several, unnamed])
def test_fewer_than_one_right_value_in_a_thousand_lies_outside(draw: Draw) -> None:
    assert share_outside(draw) < 0.001


@pytest.mark.parametrize("times", [10, 100, 1000, 0.1, 0.01, 0.001])
def test_of_one_protocol_nearly_every_power_of_ten_lies_outside(times: float) -> None:
    assert share_outside(of_one, times) > 0.99
    assert share_outside(of_several, times) > 0.85  # the rare protocol is held against the scanner


@pytest.mark.parametrize("times", [1000, 0.001])
def test_without_names_of_protocols_only_what_leaves_all_of_them_lies_outside(times: float) -> None:
    assert share_outside(unnamed, times) > 0.4
    assert share_outside(unnamed, 10) < 0.3


def test_a_short_past_says_nothing() -> None:
    assert limits("chest", [("chest", 1.0)] * (LEAST - 1)) is None
    assert limits("chest", []) is None
    assert limits("rare", [("chest", 1.0)] * (LEAST_OF_SCANNER - 1)) is None


def test_a_protocol_with_too_few_values_is_held_against_the_scanner() -> None:
    past = [*[("chest", 1.0 + n / 100) for n in range(LEAST_OF_SCANNER)], *[("rare", 50.0)] * 3]
    found = limits("rare", past)
    assert found is not None
    assert (found.protocol, found.n) == ("", LEAST_OF_SCANNER + 3)
    assert found.holds(50.0)


def test_zeros_and_what_is_no_number_teach_nothing() -> None:
    past = [("a", value) for value in (0.0, -1.0, float("nan"), float("inf"))] * LEAST_OF_SCANNER
    assert limits("a", past) is None


def test_a_fixed_technique_still_has_room() -> None:
    found = limits("a", [("a", 5.0)] * 100)
    assert found is not None
    assert found.low < 4.0 < 6.0 < found.high
