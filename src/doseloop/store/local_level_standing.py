"""Setting, replacing and withdrawing local levels: what people decide about them, and may take back.

A decision (`store.decisions`) is about one level; what holds is how it stands. At a site one is in force for each group: setting
another replaces it in the same batch, so that taking back gives the earlier one back too. The level itself never changes and
stays when it was taken back (`store.local_levels`).
"""

import json
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import decisions, locks, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.local_levels import NewLevel, freeze, local_level, slot_of
from doseloop.store.models import Decision, Exam, FrozenLevel, FrozenLevelStanding

LONGEST_NAME: Final = 100
LONGEST_NOTE: Final = 1_000
LONGEST_REVIEW: Final = timedelta(days=5 * 366)
"""ICRP Publication 135 has national levels reviewed every 3 to 5 years; nothing waits longer."""
_LOCK = "local levels"


def set_level(scope: Scope, site: int, new: NewLevel, replaces: int | None, actor: Actor) -> int:
    """Set a local level at a site in the place of the one that `replaces` names (None: of none). Returns its key.

    Errors: `NotVisible`; `UnusableInput` where the name, the note or the day of review cannot be used, or where meanwhile another
    one than `replaces` is in force for the group.
    """
    where = visible.sites(scope).filter(pk=site).first()
    if where is None:
        raise NotVisible("There is no such site.")
    _check(new)
    today = timezone.now().date()
    with transaction.atomic():
        locks.hold(_LOCK)
        held = _in_force(site, slot_of(new.of)).first()
        if (held.level_id if held else None) != replaces:
            raise UnusableInput("Another local level was set for this group meanwhile. Look at the preview again.")
        made = freeze(where, new, replaces)
        wanted = [] if held is None else [_wanted(scope, held.level, _told(held.level, "replaced", today, by=made.pk))]
        decisions.decide(scope, LOCAL, [*wanted, _wanted(scope, made, _told(made, "in force", today))], actor)
    return made.pk


def withdraw(scope: Scope, key: int, why: str, actor: Actor) -> str:
    """Let a local level hold no more. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where it is not in force, or no reason is given.
    """
    local_level(scope, key)  # what lies elsewhere looks like what does not exist, whatever the reason
    reason = " ".join(why.split())
    if not 0 < len(reason) <= LONGEST_NOTE or not reason.isprintable():
        raise UnusableInput(f"Say in 1 to {LONGEST_NOTE} printable characters why the level is withdrawn.")
    with transaction.atomic():
        locks.hold(_LOCK)
        found = local_level(scope, key)
        if found.state != "in force":
            raise UnusableInput(f"Local level {key} is {found.state} and cannot be withdrawn.")
        row = FrozenLevel.objects.get(pk=key)
        after = _told(row, "withdrawn", timezone.now().date(), why=reason)
        return decisions.decide(scope, LOCAL, [_wanted(scope, row, after)], actor)


def said(told: str) -> str:
    """How a level stands, of what a decision holds, in words."""
    if not told:
        return "not in force"
    held = json.loads(told)
    if held["state"] == "replaced":
        return f"replaced by level {held['by']}"
    return f"withdrawn: {held['why']}" if held["state"] == "withdrawn" else str(held["state"])


def _check(new: NewLevel) -> None:
    today = timezone.now().date()
    wrong = [
        (3 <= len(new.name) <= LONGEST_NAME, f"a name of 3 to {LONGEST_NAME} characters"),
        (0 < len(new.author) <= LONGEST_NAME, "an author"),
        (len(new.note) <= LONGEST_NOTE, f"a note of at most {LONGEST_NOTE} characters"),
        ((new.name + new.author + new.note).isprintable(), "printable characters alone"),
        (today < new.review_on <= today + LONGEST_REVIEW, "a day of review after today and within five years"),
    ]
    wanted = [words for is_right, words in wrong if not is_right]
    if wanted:
        raise UnusableInput(f"A local level needs {'; '.join(wanted)}.")


def _wanted(scope: Scope, row: FrozenLevel, after: str) -> Wanted:
    level = local_level(scope, row.pk).level
    return Wanted(row.site_id, str(row.pk), level.name if level else f"local level {row.pk}", after)


def _told(row: FrozenLevel, state: str, since: date, by: int | None = None, why: str = "") -> str:
    """The digest stands with it, so that the sealed audit knows what was set."""
    held = {"state": state, "since": since.isoformat(), "by": by, "why": why, "sha256": row.sha256}
    return json.dumps(held, ensure_ascii=False)


def _put(wanted: Wanted) -> str:
    locks.hold(_LOCK)
    key = int(wanted.subject)
    rows = FrozenLevelStanding.objects.select_for_update().filter(level=key)
    held = rows.first()
    if wanted.after:
        told = json.loads(wanted.after)
        if told["state"] == "in force":
            _check_is_alone(key)
        values = {"state": told["state"], "replaced_by_id": told["by"], "why": told["why"]}
        FrozenLevelStanding.objects.update_or_create(
            level_id=key, defaults={**values, "since": date.fromisoformat(told["since"])}
        )
    else:
        rows.delete()
    return "" if held is None else _told(held.level, held.state, held.since, held.replaced_by_id, held.why)


def _check_is_alone(key: int) -> None:
    row = FrozenLevel.objects.defer("packed_values").get(pk=key)
    other = _in_force(row.site_id, row.slot).exclude(level=key).first()
    if other is not None:
        raise UnusableInput(
            f"Local level {other.level_id} is in force for the same group. Withdraw it or take it back first."
        )


def _in_force(site: int, slot: str) -> "QuerySet[FrozenLevelStanding]":
    return FrozenLevelStanding.objects.filter(level__site=site, level__slot=slot, state="in force").select_related(
        "level"
    )


def _moves_none(decision: Decision) -> "QuerySet[Exam]":
    """Levels are looked up when something is compared: no exam holds one."""
    return Exam.objects.none()


LOCAL = Kind("local level", "local level decided", _put, _moves_none)
