"""Rules that somebody tried over the history of a department."""

from datetime import date

from doseloop.access.scope import SYSTEM
from doseloop.assess.replayed import Replayed, budget
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


def give_tried(site: int, exam: int) -> None:
    """A try that came to one flag, of this exam."""
    day = date(2026, 5, 4)
    found = Replayed("high-dose/exam/dose", "dose", exam, 1, None, day, "A dose far above others.")
    key = rule_replays.ask(SYSTEM, site, "high-dose", {}, _WHO)
    rule_replays.take(key)
    rule_replays.note_done(key, budget((day, day), 1, 0, [found], [found], {}), {})
