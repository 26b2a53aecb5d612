"""A site decides about a rule: on or off, and its settings within their bounds.

It is a decision (`store.decisions`): its subject is the rule, and what holds is how the rule runs, as text. Exams with a flag of
the rule, and those of the last four weeks, are judged anew at once. What a person said about a flag stays.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.assess.registry import RULES, Rule, rule_named
from doseloop.assess.rule_settings import Value, made_of, values_of
from doseloop.model.errors import UnusableInput
from doseloop.store import decisions, findings, locks, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Batch, Kind, Wanted
from doseloop.store.models import Decision, Exam, RuleSetting

ANEW: Final = timedelta(days=28)
"""Exams that began since then are judged anew; nobody is told today of what lies further back."""
_NAME: Final = "rule setting"


def decide(scope: Scope, site: int, rule: str, values: Mapping[str, Any], actor: Actor, *, is_on: bool) -> str:
    """Let a rule run so at a site, with defaults for what `values` do not name. Returns the batch's key, empty where it runs so
    already.

    Errors: `NotVisible`; `UnusableInput` where there is no such rule, it cannot be switched, or a value is out of its bounds.
    """
    one = rule_named(rule)
    if not one.may_be_off and not is_on:
        raise UnusableInput(f"The rule {rule} has no switch.")
    set_otherwise = checked(one, values)
    after = "" if is_on == one.is_on and not set_otherwise else _text(set_otherwise, is_on=is_on)
    visible.check_site(scope, site)
    if after == _held(site, rule):
        return ""
    return decisions.decide(scope, SETTING, [Wanted(site, rule, one.title, after)], actor)


def checked(rule: Rule, values: Mapping[str, Any]) -> dict[str, Value]:
    """Those of the values that are not as by default. Errors: `UnusableInput` where one is out of its bounds."""
    if rule.settings is None:
        if values:
            raise UnusableInput(f"The rule {rule.name} has no settings.")
        return {}
    return values_of(made_of(rule.settings, values))


def said(rule: str, held: str) -> str:
    """What a decision holds, as people read it."""
    if not held:
        return "as by default"
    told = json.loads(held)
    schema = RULES[rule].schema if rule in RULES else ()
    of = (f"{one.title}: {one.said(told['values'][one.name])}" for one in schema if one.name in told["values"])
    return ", ".join(["on" if told["on"] else "off", *of])


def history(scope: Scope, site: int, rule: str, most: int = 10) -> tuple[Batch, ...]:
    """What was decided about a rule at a site, the latest first. What holds is text for `said`."""
    return decisions.history(scope, SETTING, most, Q(site=site, subject=rule))


def _put(wanted: Wanted) -> str:
    locks.hold(f"{_NAME} {wanted.subject} at {wanted.site}")
    before = _held(wanted.site, wanted.subject)
    RuleSetting.objects.filter(site=wanted.site, rule=wanted.subject).delete()
    is_on = RULES[wanted.subject].is_on
    if wanted.after:
        told = json.loads(wanted.after)
        is_on = told["on"]
        RuleSetting.objects.create(site_id=wanted.site, rule=wanted.subject, is_on=is_on, values=told["values"])
    if not is_on:
        findings.withdraw_of_scanners(wanted.site, wanted.subject)
    return before


def _held(site: int, rule: str) -> str:
    row = RuleSetting.objects.filter(site=site, rule=rule).first()
    return _text(row.values, is_on=row.is_on) if row else ""


def _moved(decision: Decision) -> "QuerySet[Exam]":
    """Exams with a flag of the rule, and those of the last weeks that it may flag now."""
    rows = Exam.objects.filter(site=decision.site_id)
    since = (decision.at - ANEW).date().isoformat()
    may_flag = not decision.after or json.loads(decision.after)["on"]
    if may_flag and RULES[decision.subject].form == "on_exam":
        rows = rows.filter(Q(flags__rule=decision.subject) | Q(started_at__gte=since))
    else:
        rows = rows.filter(flags__rule=decision.subject)
    return rows.distinct()


def _text(values: Mapping[str, Any], *, is_on: bool) -> str:
    return json.dumps({"on": is_on, "values": dict(values)}, sort_keys=True)


SETTING: Final = Kind(_NAME, "rule set", _put, _moved)
