"""Rules that somebody tried over the history of a department."""

from doseloop.access.scope import SYSTEM
from doseloop.roles import replay_tasks
from doseloop.store import rule_changes, rule_replays
from doseloop.store.audit import Actor

_WHO = Actor(None, "l.moreau", "")


def try_rules(site: int) -> None:
    """One try that is done, one under way, and a rule that is off."""
    tried = rule_replays.ask(SYSTEM, site, "high-dose", {"min_factor": 1.5, "sure_factor": 1.6}, _WHO)
    rule_replays.take(tried)
    replay_tasks.try_rule.call(tried)
    rule_replays.ask(SYSTEM, site, "wrong-protocol", {"contrast": False}, _WHO)
    rule_changes.decide(SYSTEM, site, "new-name", {"most_new": 0.05}, _WHO, is_on=False)
