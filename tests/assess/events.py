"""Events that a rule is for, made of the rule itself: so every rule of every pack is tested, also one that comes later."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from doseloop.assess.notifiable import Event
from doseloop.model.rule_pack import Rule, RulePack


def event_for(pack: RulePack, rule: Rule, value: float | None = None) -> Event:
    """An event that meets every condition of a rule and whose value is `value`; the threshold itself where none is given."""
    first, ended = pack.bounds_of(rule)
    return Event(
        on=ended - timedelta(days=1) if ended else first or date(2026, 11, 27),
        domain=rule.domains[0] if rule.domains else "CT",
        region=rule.region,
        patient=rule.patient,
        exposure=rule.exposure,
        nation=rule.nations[0] if rule.nations else None,
        facts={**dict.fromkeys(rule.facts, True), **dict.fromkeys(rule.without, False)},
        values=values_for(rule, rule.value if value is None else value),
    )


def values_for(rule: Rule, value: float | None) -> dict[str, float]:
    """Values of which a rule computes `value`, with an intended dose that it is for."""
    intended = intended_for(rule)
    found: dict[str, float] = {"intended_msv": intended}
    if rule.triggered_above is not None:
        found["exam_to_level"] = rule.triggered_above + 1
    if rule.quantity == "ratio_to_intended" and value is not None:
        found["effective_dose_msv"] = value * intended
    elif rule.quantity == "excess_effective_dose_msv" and value is not None:
        found |= {"intended_msv": 0.0, "effective_dose_msv": value}
    elif rule.quantity is not None and value is not None:
        found[rule.quantity] = value
    return found


def intended_for(rule: Rule) -> float:
    """An intended dose within the rule's bounds; a power of two where it may be, so that products are exact."""
    if rule.intended_above_msv is not None:
        return 2.0 ** (int(rule.intended_above_msv).bit_length() + 1)
    if rule.intended_below_msv is not None and rule.intended_at_least_msv is None:
        return rule.intended_below_msv / 2
    return 4.0 if (rule.intended_at_most_msv or 0) >= 4 else 1.0


def without(event: Event, name: str) -> Event:
    """The event with one thing not known: a field, a fact or a value by its name."""
    given: dict[str, Any] = {}
    if name in event.facts:
        given["facts"] = {key: held for key, held in event.facts.items() if key != name}
    elif name in event.values:
        given["values"] = {key: held for key, held in event.values.items() if key != name}
    else:
        given[name] = None
    return replace(event, **given)
