"""Sets that were not verified, and that a site confirmed.

Whoever confirms has compared the values with the source. A confirmation is a decision (`store.decisions`): its subject is the set,
and what holds is by whom, on which grounds and for which values. Where an update of Doseloop changes a value, the confirmation
lapses by itself.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.store import decisions, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam
from doseloop.store.models.site_sets import ConfirmedSet
from doseloop.store.site_choice import moves_none

_SHORTEST = 10


@dataclass(frozen=True, slots=True)
class Confirmation:
    """By whom, when and on which grounds a site confirmed a set."""

    set_key: str
    by: str
    on: date
    """Day (UTC)."""
    grounds: str
    fingerprint: str

    def is_of(self, key: str, fingerprint: str) -> bool:
        """Whether the values are still those that were confirmed."""
        return self.set_key == key and self.fingerprint == fingerprint


@dataclass(frozen=True, slots=True)
class Confirmable:
    """A set that a site may confirm."""

    key: str
    title: str
    fingerprint: str
    """Of its values: another where a new version changes any of them."""


def confirm(scope: Scope, kind: Kind, site: int, one: Confirmable, by: str, grounds: str, actor: Actor) -> str:
    """Confirm a set for a site. `by` compared its values with the source; `grounds` say how. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where by whom or why is missing.
    """
    if not by.strip() or len(grounds.strip()) < _SHORTEST or "\0" in by + grounds:
        raise UnusableInput(
            f"Say who compared the values of {one.key} with their source, and how: the edition and the tables."
        )
    told = {"by": by.strip(), "on": timezone.now().date().isoformat(), "grounds": grounds.strip()}
    after = json.dumps({**told, "fingerprint": one.fingerprint}, ensure_ascii=False)
    return decisions.decide(scope, kind, [Wanted(site, one.key, one.title, after)], actor)


def confirmations(scope: Scope, table: type[ConfirmedSet], site: int) -> dict[str, Confirmation]:
    """What a site has confirmed, by key of the set. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    rows = table._default_manager.filter(site=site)
    found = (Confirmation(row.set_key, row.by, row.on, row.grounds, row.fingerprint) for row in rows)
    return {one.set_key: one for one in found}


def confirmation_kind(
    name: str, action: str, table: type[ConfirmedSet], moves: Callable[[Decision], "QuerySet[Exam]"] = moves_none
) -> Kind:
    """The decision by which a site confirms a set of a table's sort."""

    def put(wanted: Wanted) -> str:
        row = table._default_manager.select_for_update().filter(site=wanted.site, set_key=wanted.subject)
        held = row.first()
        if wanted.after:
            table._default_manager.update_or_create(
                site_id=wanted.site, set_key=wanted.subject, defaults=json.loads(wanted.after)
            )
        else:
            row.delete()
        return "" if held is None else _told(held)

    return Kind(name, action, put, moves)


def _told(row: ConfirmedSet) -> str:
    told = {"by": row.by, "on": row.on.isoformat(), "grounds": row.grounds, "fingerprint": row.fingerprint}
    return json.dumps(told, ensure_ascii=False)
