"""Questions that an account saved, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import locks
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import SavedQuestion

MOST: Final = 200
LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """A question under its name."""

    id: int
    name: str
    plan: Mapping[str, Any]
    saved_at: datetime


def saved_questions(account: int) -> tuple[Saved, ...]:
    """The account's own, by name."""
    rows = SavedQuestion.objects.filter(account_id=account)
    return tuple(
        sorted((Saved(row.pk, row.name, row.plan, row.saved_at) for row in rows), key=lambda one: one.name.casefold())
    )


def save(account: int, name: str, plan: Mapping[str, Any], actor: Actor) -> None:
    """Keep a plan under a name; a name that is taken leads to the new plan from now on.

    Errors: `UnusableInput` where the name is empty or too long, or there are too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise UnusableInput(f"Give the question a name of at most {LONGEST} characters.")
    with transaction.atomic():
        locks.hold(f"questions {account}")
        rows = SavedQuestion.objects.filter(account_id=account)
        before = rows.filter(name=name).first()
        if before is None and rows.count() >= MOST:
            raise UnusableInput(f"An account keeps up to {MOST} questions: remove one first.")
        SavedQuestion.objects.update_or_create(
            account_id=account, name=name, defaults={"plan": dict(plan), "saved_at": timezone.now()}
        )
        held = {"name": name, "plan": before.plan} if before else {}
        record_change(
            actor, "saved a question", f"account {account}", before=held, after={"name": name, "plan": dict(plan)}
        )


def remove(account: int, question: int, actor: Actor) -> str:
    """Take one away; its name. Errors: `NotVisible` where it is not the account's."""
    with transaction.atomic():
        row = SavedQuestion.objects.filter(account_id=account, pk=question).first()
        if row is None:
            raise NotVisible("There is no such question.")
        record_change(actor, "removed a question", f"account {account}", before={"name": row.name, "plan": row.plan})
        row.delete()
        return row.name
