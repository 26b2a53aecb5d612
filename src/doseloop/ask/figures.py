"""Which figures a plan asks for: its statistics of its quantities, with the usual ones where it names none."""

from dataclasses import dataclass
from typing import Final

from doseloop.ask.measures import MEASURES, USUAL, Measure
from doseloop.ask.plan import Plan
from doseloop.ask.validity import NEEDS_QUANTITY

USUAL_STATS: Final = ("median", "p75")
"""The median is what levels are compared with (ICRP Publication 135), the third quartile what national ones are made of."""
COUNTS: Final = frozenset(("count", "distinct_patients", "repeat_count", "exceed_count"))
SHARES: Final = frozenset(("exceed_rate", "missing_rate", "share"))


@dataclass(frozen=True, slots=True)
class Figure:
    """One statistic."""

    stat: str
    measure: Measure | None = None

    @property
    def key(self) -> str:
        """As the order of a plan names it: `median:dlp`, `count`."""
        return f"{self.stat}:{self.measure.name}" if self.measure else self.stat


def figures_of(plan: Plan, modalities: frozenset[str]) -> tuple[Figure, ...]:
    """Each once, in the order of the plan. `modalities` are those whose usual quantities stand for what is not named."""
    found: list[Figure] = []
    for metric in plan.metrics:
        stats = USUAL_STATS if metric.stat in ("default", "value") else (metric.stat,)
        found += [Figure(stat, one) for one in _measures(metric.stat, metric.quantity, modalities) for stat in stats]
    if not plan.metrics:
        found = [Figure(stat, one) for one in usual(modalities) for stat in USUAL_STATS]
    return tuple(dict.fromkeys(found))


def valued(plan: Plan, modalities: frozenset[str]) -> tuple[Measure, ...]:
    """The quantities of which single values are asked, each once."""
    listed = [one for metric in plan.metrics for one in _measures(metric.stat, metric.quantity, modalities) if one]
    return tuple(dict.fromkeys(listed)) or usual(modalities)


def usual(modalities: frozenset[str]) -> tuple[Measure, ...]:
    """The usual quantities of modalities that share them."""
    names = {name: None for one in sorted(modalities) for name in USUAL.get(one, ())}
    return tuple(MEASURES[name] for name in names)


def _measures(stat: str, quantity: str | None, modalities: frozenset[str]) -> tuple[Measure | None, ...]:
    if quantity not in (None, "default"):
        return (MEASURES[quantity],)
    return usual(modalities) if stat in NEEDS_QUANTITY else (None,)
