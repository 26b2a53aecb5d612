"""A rule that is tried over a site's history, by the way in which it runs live: exam after exam, or day after day of the clock."""

from collections.abc import Iterator
from typing import Any, Protocol

from doseloop.assess.registry import Rule
from doseloop.assess.replayed import Budget
from doseloop.facts.engine import Facts
from doseloop.replay import Replay
from doseloop.series_replay import SeriesReplay
from doseloop.store.rule_settings import InForce


class Trial(Protocol):
    """One try."""

    @property
    def total(self) -> int:
        """How many exams or looks there are."""

    def steps(self) -> Iterator[int]:
        """How many were dealt with, time and again, up to all."""

    def budget(self) -> Budget | None:
        """What it came to; None where there is no exam to look at."""


def trial(site: int, rule: Rule, settings: Any, today: InForce, facts: Facts) -> Trial:
    """A try of a rule that may be tried (`store.rule_trying`) with these settings, compared with those of today."""
    if rule.form == "on_exam":
        return Replay(site, rule, settings, today)
    return SeriesReplay(site, rule, today, facts)
