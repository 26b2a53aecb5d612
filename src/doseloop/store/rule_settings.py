"""What a site decided about its rules: looked up once for every exam, by one statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from doseloop.access.scope import Scope
from doseloop.assess.registry import RULES, Rule
from doseloop.assess.rule_settings import made_of, settings_in
from doseloop.model.errors import UnusableInput
from doseloop.store import visible
from doseloop.store.models import RuleSetting
from doseloop.store.prepared import Rows, Slot


@dataclass(frozen=True, slots=True)
class InForce:
    """How one rule runs at a site."""

    is_on: bool
    settings: Any
    """The rule's own dataclass; None where it has none."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a site decided, by rule; a rule without an entry runs as by default."""

    by_rule: Mapping[str, InForce]

    def of(self, rule: Rule) -> InForce:
        """How a rule runs."""
        return self.by_rule.get(rule.name) or InForce(rule.is_on, rule.default)


DEFAULTS = Decided({})


def of_exam(exam: int) -> Decided:
    """What the site of an exam decided."""
    rows = _OF_EXAM.all(exam=exam)
    return _decided(rows) if rows else DEFAULTS


def of_site(scope: Scope, site: int) -> Decided:
    """What a site decided. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    return _decided(RuleSetting.objects.filter(site=site).values_list("rule", "is_on", "values"))


def is_switched_off(site: int, rule: str) -> bool:
    """Whether a site wants no flags of a rule."""
    known = RULES.get(rule)
    if known is None or not known.may_be_off:
        return False
    row = RuleSetting.objects.filter(site=site, rule=rule).values_list("is_on", flat=True).first()
    return not (known.is_on if row is None else row)


_OF_EXAM = Rows(
    lambda: RuleSetting.objects.filter(site__exam=Slot("exam")).order_by().values_list("rule", "is_on", "values")
)


def _decided(rows: Iterable[tuple[str, bool, Mapping[str, Any]]]) -> Decided:
    return Decided({name: in_force(RULES[name], on, values) for name, on, values in rows if name in RULES})


def in_force(rule: Rule, is_on: bool, values: Mapping[str, Any]) -> InForce:
    """How a rule runs by what is held. A value that this version of the rule does not take is as by default."""
    return InForce(is_on, _settings(rule.settings, values) if rule.settings else None)


def _settings(kind: type[Any], values: Mapping[str, Any]) -> Any:
    try:
        return made_of(kind, values)
    except UnusableInput:
        return made_of(kind, {name: value for name, value in values.items() if _is_taken(kind, name, value)})


def _is_taken(kind: type[Any], name: str, value: Any) -> bool:
    for one in settings_in(kind):
        if one.name == name:
            try:
                one.checked(value)
            except UnusableInput:
                return False
            return True
    return False
