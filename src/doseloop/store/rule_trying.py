"""Whether a rule may be tried over the history of a site."""

from doseloop.access.scope import Scope
from doseloop.assess.registry import Rule, rule_named
from doseloop.model.errors import UnusableInput
from doseloop.store import visible


def may_be_tried(scope: Scope, site: int, name: str) -> Rule:
    """The rule of that name. Errors: `UnusableInput` with the reason where there is none or it cannot be tried at the site;
    `NotVisible`."""
    rule = rule_named(name)
    visible.check_site(scope, site)
    if rule.not_replayed:
        raise UnusableInput(f"The rule {rule.name} cannot be tried over the history: {rule.not_replayed}.")
    if rule.name in visible.ABOUT_PEOPLE:
        if not scope.operators:
            raise UnusableInput(f"The rule {rule.name} is about people, whom your role does not see.")
        if not visible.sites(scope).filter(pk=site, operators_shown=True).exists():
            raise UnusableInput(f"The rule {rule.name} compares people, and the site shows none.")
    return rule
