"""Rules that somebody tries over a site's history: the task, and what has it begun."""

import time
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from doseloop.access.scope import SYSTEM
from doseloop.assess.registry import RULES, Rule
from doseloop.assess.rule_settings import Value, made_of
from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.model.errors import DoseloopError, NotVisible
from doseloop.rule_suggestion import suggested
from doseloop.rule_trial import trial
from doseloop.store import claims, rule_replays, rule_settings
from doseloop.store.outage import is_outage
from doseloop.store.rule_replays import Tried

_COURTESY_S: Final = 0.5
"""Objects that wait go first: the try pauses so long before each few exams."""
_log = structlog.get_logger()


def enqueue_waiting() -> None:
    """Have every try begun that somebody asked for."""
    for key in rule_replays.waiting():
        with transaction.atomic():
            if rule_replays.take(key):
                try_rule.enqueue(key)
    rule_replays.forget_lost(timezone.now())


@task()
def try_rule(key: int) -> None:
    """Try a rule over the history of its site, or look for the setting that spares the flags of a reason and try that."""
    try:
        _try(rule_replays.tried(SYSTEM, key))
    except NotVisible:
        return  # somebody stopped it
    except Exception as error:
        _log.exception("a rule could not be tried", key=key)
        if is_outage(error):
            raise
        said = (
            str(error)
            if isinstance(error, DoseloopError)
            else f"It failed ({type(error).__name__}); the log has where."
        )
        rule_replays.note_failed(key, said)


def _try(wanted: Tried) -> None:
    rule = RULES[wanted.rule]
    values, said = dict(wanted.values), ""
    if wanted.reason:
        found = suggested(wanted.site, rule, wanted.reason)
        if found is None:
            rule_replays.note_done(
                wanted.key, None, {}, "No setting of this rule would have spared flags with this reason."
            )
            return
        values, said = dict(found.values), found.sentence
    _replay(wanted, rule, values, said)


def _replay(wanted: Tried, rule: Rule, values: dict[str, Value], said: str) -> None:
    tried = made_of(rule.settings, values) if rule.settings else None
    today = rule_settings.of_site(SYSTEM, wanted.site).of(rule)
    replay = trial(wanted.site, rule, tried, today, _facts())
    total = replay.total
    if not rule_replays.note_progress(wanted.key, 0, total):
        return
    for looked_at in replay.steps():
        if not rule_replays.note_progress(wanted.key, looked_at, total):
            return
        if claims.anything_waiting():
            time.sleep(_COURTESY_S)
    rule_replays.note_done(wanted.key, replay.budget(), values, said)


def _facts() -> Facts:
    return Facts(FactsPaths.in_data(settings.FOLDER.root, settings.RECORD))
