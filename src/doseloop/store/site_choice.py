"""Which sets of one sort a site goes by, and in which order.

A choice is a decision (`store.decisions`): its subject is the site, and what holds are the keys of the sets.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.store import decisions, locks
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam
from doseloop.store.models.site_sets import ChosenSets
from doseloop.store.site_sets import Sort

T = TypeVar("T")
_SUBJECT = "chosen"


def moves_none(decision: Decision) -> "QuerySet[Exam]":
    """Of what is looked up when something is compared: no exam holds it."""
    return Exam.objects.none()


def choice_kind(
    name: str, action: str, table: type[ChosenSets], moves: Callable[[Decision], "QuerySet[Exam]"] = moves_none
) -> Kind:
    """The decision about which sets of a table's sort a site goes by."""

    def put(wanted: Wanted) -> str:
        _hold(name, wanted.site)
        row = table._default_manager.select_for_update().filter(site=wanted.site)
        before = row.values_list("keys", flat=True).first()
        if wanted.after:
            table._default_manager.update_or_create(site_id=wanted.site, defaults={"keys": wanted.after.split()})
        else:
            row.delete()
        return " ".join(before or ())

    return Kind(name, action, put, moves)


def hold(kind: Kind, site: int) -> None:
    """Keep others from choosing at a site until the transaction ends: one without a choice has no row that could be locked."""
    _hold(kind.name, site)


def _hold(name: str, site: int) -> None:
    locks.hold(f"{name} at {site}")


@dataclass(frozen=True, slots=True)
class Choosing(Generic[T]):
    """Choosing among the sets of one sort."""

    sort: Sort[T]
    table: type[ChosenSets]
    kind: Kind
    written: str
    """What the history calls the choice: `sets compared with`."""
    is_for: str
    """What the order is for, `in which it is compared with`."""

    def choose(self, scope: Scope, site: int, keys: Sequence[str], actor: Actor) -> str:
        """Let a site go by these sets, in this order; no keys take its choice away. Returns the batch's key.

        Errors: `NotVisible`; `UnusableInput` where there is no such set, or one is named twice.
        """
        for key in keys:
            self.sort.named(scope, site, key)
        if len(set(keys)) < len(keys):
            raise UnusableInput(f"A {self.sort.called} is named twice; name each once, in the order {self.is_for}.")
        return decisions.decide(scope, self.kind, [Wanted(site, _SUBJECT, self.written, " ".join(keys))], actor)

    def chosen(self, scope: Scope, site: int) -> tuple[T, ...] | None:
        """The sets that a site goes by, in its order; None where it has not chosen. Errors: `NotVisible`."""
        known = {self.sort.key(one): one for one in self.sort.at(scope, site)}
        keys = self.table._default_manager.filter(site=site).values_list("keys", flat=True).first()
        return None if keys is None else tuple(known[key] for key in keys if key in known)
