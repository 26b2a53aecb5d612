"""The setting that would have spared people the flags that they set aside with one reason, and what true ones it would lose.

Tried on exams whose flags people judged, by the rule itself: each setting at a time, from mild to strict, as `assess.rule_settings`
lists them. It is a suggestion, and a person decides; flags that nobody judged say nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from doseloop.access.scope import SYSTEM
from doseloop.assess.registry import Rule
from doseloop.assess.rule_settings import Value, values_of
from doseloop.replay import keys_found
from doseloop.store import judged_flags, rule_settings
from doseloop.store.judged_flags import JudgedFlag

MOST_TRUE_LOST: Final = 0.1
"""Share of the true flags that a suggestion may lose."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A setting and what it would have done to the flags that people judged."""

    values: dict[str, Value]
    spared: int
    """Of those set aside with the reason."""
    with_reason: int
    lost: int
    """Of those that became cases."""
    true: int

    @property
    def sentence(self) -> str:
        """For people."""
        return (
            f"It spares {self.spared} of {self.with_reason} flags that were set aside with this reason, and loses {self.lost} of "
            f"{self.true} that became cases."
        )


def suggested(site: int, rule: Rule, reason: str) -> Suggestion | None:
    """The setting that spares most, of those that lose at most a tenth of the true flags; the mildest of equals. None where no
    single setting spares any."""
    known = judged_flags.of_rule(SYSTEM, site, rule.name)
    aside, true = [one for one in known if one.verdict == reason], [one for one in known if one.is_true]
    today = rule_settings.of_site(SYSTEM, site).of(rule).settings
    tried = [_tried(rule, settings, aside, true) for settings in candidates(rule, today)]
    good = [one for one in tried if one.spared and one.lost <= MOST_TRUE_LOST * one.true]
    return max(good, key=lambda one: (one.spared, -one.lost), default=None)


def candidates(rule: Rule, today: Any) -> Iterator[Any]:
    """Settings that are stricter in one point than those of today, from mild to strict for each."""
    for one in rule.schema:
        now = getattr(today, one.name)
        for value in one.stricter:
            if value != now and (one.is_switch or _is_beyond(value, now, one.default)):
                yield replace(today, **{one.name: value})


def _is_beyond(value: Value, now: Value, default: Value) -> bool:
    """Whether it lies further from the default than what holds now, on the same side."""
    return value > now if value > default else value < now


def _tried(rule: Rule, settings: Any, aside: list[JudgedFlag], true: list[JudgedFlag]) -> Suggestion:
    still = keys_found([one.exam for one in (*aside, *true)], rule, settings)
    return Suggestion(
        values_of(settings),
        sum(one.key not in still for one in aside), len(aside),
        sum(one.key not in still for one in true), len(true),
    )  # fmt: skip
