"""Rules and what they cost a site, as tables and words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from doseloop.access.scope import Scope
from doseloop.assess.registry import RULES, Rule
from doseloop.assess.replayed import Week
from doseloop.assess.share import Share
from doseloop.report.table import Column, Row, Table
from doseloop.store import judged_flags, rule_settings

_HIGHEST = 48
"""Height of a chart's tallest bar, in its own units."""
_STEP = 12
"""Width that a bar takes, with the gap behind it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a small chart, in the units of its view box."""

    x: int
    y: float
    height: float
    said: str


def rules_table(scope: Scope, site: int) -> Table:
    """Every rule at a site."""
    decided, costs = rule_settings.of_site(scope, site), judged_flags.costs(scope, site)
    columns = (
        Column("rule", "Rule"), Column("state", "State", "state"), Column("a_week", "Flags a week", "number"),
        Column("true", "Found true", "number"), Column("judged", "Judged", "number"),
        Column("low", "Precision, lowest", "number"), Column("high", "Precision, highest", "number"),
        Column("notices", "Notices"), Column("not_seen", "Cannot see"),
    )  # fmt: skip

    def row(rule: Rule) -> Row:
        cost, is_on = costs.get(rule.name), decided.of(rule).is_on
        share = cost.judged if cost else Share(0, 0)
        low, high = share.interval or (None, None)
        state = (
            ("on" if is_on else "off") if rule.may_be_off else "by packs" if rule.name == "rule-pack" else "always on"
        )
        return Row(
            (rule.title, state, cost.a_week if cost else 0.0, share.those, share.of, low, high, rule.notices, rule.not_seen),
            links={"rule": f"{reverse('rule', args=[rule.name])}?site={site}"},
            tones={"state": {"off": "quiet", "on": "good"}.get(state, "accent")},
        )  # fmt: skip

    return Table("rules", "Rules", columns, map(row, RULES.values()))


def precision_said(share: Share) -> str:
    """`5 of 7 judged were true (71 %, 36 to 92 %)`, or that nobody judged any."""
    if share.value is None or share.interval is None:
        return "none judged"
    low, high = share.interval
    return f"{share.those} of {share.of} judged were true ({share.value:.0%}, {low * 100:.0f} to {high * 100:.0f} %)".replace(
        "%,", " %,"
    )  # fmt: skip


def bars(weeks: Iterable[tuple[str, int]]) -> tuple[Bar, ...]:
    """A bar for each week: what it is called, and how many."""
    held = tuple(weeks)
    most = max((number for _, number in held), default=0)
    return tuple(
        Bar(_STEP * place, _HIGHEST - _height(number, most), _height(number, most), f"{name}: {number}")
        for place, (name, number) in enumerate(held)
    )  # fmt: skip


def weeks_said(weeks: Iterable[Week]) -> tuple[tuple[str, int], ...]:
    """Weeks by their Monday, with their flags."""
    return tuple((f"week of {one.monday.day} {one.monday:%b %Y}", one.flags) for one in weeks)


def width(shown: tuple[Bar, ...]) -> int:
    """The width of a chart's view box."""
    return _STEP * len(shown)


def _height(number: int, most: int) -> float:
    """Something that is there is never too low to be seen."""
    return round(max(2.0, _HIGHEST * number / most), 1) if number else 0.0
