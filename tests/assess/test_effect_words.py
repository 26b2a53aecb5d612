"""An effect in a sentence: how much, how sure, by how many exams, and what was expected."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doseloop.assess.effect_words import changed, interval, said
from doseloop.model.effect_look import EffectLook

LOOK = EffectLook(
    action=1, case=1, scanner=1, at=datetime(2026, 3, 1, tzinfo=UTC), verdict="not met", expected=-0.2, before=80, after=143,
    change=-0.12, low=-0.16, high=-0.08, more_exams=None, controls=(), slope=None, not_seen=(), version="1",
)  # fmt: skip
UNKNOWN = replace(LOOK, change=None, low=None, high=None)


def test_what_is_known_is_said_with_its_interval() -> None:
    assert said(LOOK) == "12 % less, 95 % interval 8 to 16 % less, 143 exams since; expected 20 % less: not met."


@pytest.mark.parametrize(
    ("look", "end"),
    [
        (
            replace(LOOK, verdict="worse", change=-0.5, low=-0.6, high=-0.4),
            "worse, far below what was meant: look at the images.",
        ),
        (replace(LOOK, verdict="worse", change=0.3, low=0.1, high=0.5), "worse, the dose went the other way."),
        (
            replace(LOOK, verdict="worse", expected=0.2, change=0.9, low=0.7, high=1.1),
            "worse, far above what was meant.",
        ),
        (
            replace(LOOK, verdict="worse", expected=0.2, change=-0.3, low=-0.4, high=-0.1),
            "worse, the dose went the other way.",
        ),
        (replace(LOOK, verdict="too early", more_exams=1), "too early, about 1 exam more are expected to be needed."),
        (replace(LOOK, verdict="too early"), "too early."),
    ],
)
def test_beside_the_verdict_stands_which_way_it_went_wrong_or_what_is_missing(look: EffectLook, end: str) -> None:
    assert said(look).endswith(end)


def test_too_few_exams_are_counted_against_what_is_needed() -> None:
    assert said(replace(UNKNOWN, verdict="too early", after=1)) == (
        "1 exam since, at least 10 are needed; expected 20 % less: too early."
    )
    assert said(replace(UNKNOWN, verdict="cannot tell", before=6)) == (
        "6 exams from before count, 20 are needed; expected 20 % less: cannot tell."
    )
    assert said(replace(UNKNOWN, verdict="too early", after=12)) == "12 exams since; expected 20 % less: too early."


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.16, -0.08, "8 to 16 % less"),
        (0.02, 0.09, "2 to 9 % more"),
        (-0.16, 0.03, "16 % less to 3 % more"),
        (-0.16, 0.001, "16 % less to no change"),
        (-0.5, float("inf"), "50 % less to any more"),
    ],
)
def test_an_interval_says_which_way_its_ends_lie(low: float, high: float, words: str) -> None:
    assert interval(low, high) == words


def test_a_change_that_rounds_to_nothing_is_none() -> None:
    assert [changed(one) for one in (-0.004, 0.0, 0.004, 0.006)] == ["no change", "no change", "no change", "1 % more"]
