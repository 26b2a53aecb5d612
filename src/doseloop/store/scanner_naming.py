"""What people call a scanner: a decision (`store.decisions`) whose subject is the scanner's key."""

from django.db.models import Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import decisions, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Batch, Kind, Wanted
from doseloop.store.models import Decision, Exam, Scanner

LONGEST = 80
"""Characters of a name: what a column of a table can show."""


def rename(scope: Scope, scanner: int, name: str, actor: Actor) -> None:
    """Call a scanner so. The name that it has already changes nothing.

    Errors: `NotVisible`; `UnusableInput` where the name is empty, too long, or holds what cannot be printed.
    """
    row = visible.scanners(scope).filter(pk=scanner).first()
    if row is None:
        raise NotVisible(f"There is no scanner {scanner}.")
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        raise UnusableInput(f"A name has 1 to {LONGEST} characters that can be printed.")
    if wanted != row.name:
        decisions.decide(scope, NAMED, [Wanted(row.site_id, str(scanner), row.name, wanted)], actor)


def names_given(scope: Scope, scanner: int) -> tuple[Batch, ...]:
    """What the scanner was called, the latest first."""
    return decisions.history(scope, NAMED, about=Q(subject=str(scanner)))


def _put(wanted: Wanted) -> str:
    row = Scanner.objects.select_for_update(no_key=True).get(pk=int(wanted.subject), site=wanted.site)
    before, row.name = row.name, wanted.after
    row.save(update_fields=["name"])
    return before


def _none(decision: Decision) -> "QuerySet[Exam]":
    """A name is read beside the exams, never written into one."""
    return Exam.objects.none()


NAMED = Kind("scanner name", "scanner named", _put, _none)
