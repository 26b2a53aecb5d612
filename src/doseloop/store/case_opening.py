"""Flags become a case, or come to one that is there."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.case import StepKind
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.site_clock import clock
from doseloop.store import flags, visible
from doseloop.store.audit import Actor
from doseloop.store.case_steps import locked, note, written
from doseloop.store.models import Case, Flag

LONGEST_TITLE = 120
DAYS = 28
"""How long a new case has until it is due, until somebody says another day."""


@transaction.atomic
def open_case(scope: Scope, flag_ids: Sequence[int], title: str, actor: Actor) -> int:
    """Follow flags of one cause: key of their case. Whoever opens it owns it at first.

    Errors: `UnusableInput` where none is named, one is not open, they are of several sites, or the title is missing or too long;
    `NotVisible`.
    """
    said = written(title, "what the case is about", LONGEST_TITLE)
    rows = [flags.locked(scope, key, {Flag.State.OPEN}) for key in dict.fromkeys(flag_ids)]
    if len({row.site_id for row in rows}) != 1:
        raise UnusableInput("A case has flags of one site: choose at least one, and none of another site.")
    site = rows[0].site
    due = clock(site.zone, timezone.now()).date() + timedelta(days=DAYS)
    case = Case.objects.create(site=site, title=said, owner_id=actor.account, due=due, opened_at=timezone.now())
    for row in rows:
        _follow(row, case, StepKind.OPENED, actor)
    return case.pk


@transaction.atomic
def add_flag(scope: Scope, flag_id: int, case: int, actor: Actor) -> None:
    """Let a case that is not closed follow an open flag of its site too. Errors: `UnusableInput`; `NotVisible`."""
    row = flags.locked(scope, flag_id, {Flag.State.OPEN})
    found = locked(scope, case)
    if found.site_id != row.site_id:
        raise UnusableInput("That case is of another site.")
    _follow(row, found, StepKind.FLAG_ADDED, actor)


def cases_for(scope: Scope, site: int) -> tuple[tuple[int, str], ...]:
    """Key and title of the cases at a site that are not closed, the newest first."""
    rows = visible.cases(scope).filter(site_id=site, closed_at=None).order_by("-pk")
    return tuple(rows.values_list("pk", "title"))


def suggested_title(scope: Scope, flag_id: int, rule: str) -> str:
    """What a case of the flag may be called: the rule in words, its procedure and its scanner; nothing about a patient."""
    row = visible.flags(scope).select_related("procedure", "scanner").filter(pk=flag_id).first()
    if row is None:
        raise NotVisible(f"There is no flag {flag_id}.")
    about = [one.name for one in (row.procedure, row.scanner) if one is not None and one.name]
    return f"{rule}: {', '.join(about)}"[:LONGEST_TITLE] if about else rule


def _follow(row: Flag, case: Case, kind: StepKind, actor: Actor) -> None:
    flags.followed(row, case.pk, actor, str(kind))
    note(case, kind, f"Flag {row.pk}, rule {row.rule}", actor)
