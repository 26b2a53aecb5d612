"""Sets of reference levels that were not verified, and that a site confirmed: only then may a signed report use them.

Whoever confirms has compared the values with the source. A confirmation is a decision (`store.decisions`): its subject is the
set, and what holds is by whom, on which grounds and for which values. Where an update of Doseloop changes a value, the
confirmation lapses by itself.
"""

import json
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.model.reference_level import LevelSet
from doseloop.store import decisions
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.level_choice import chosen
from doseloop.store.level_sets import check_site, fingerprint, set_at
from doseloop.store.models import ConfirmedLevelSet, Decision, Exam

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

    def is_of(self, one: LevelSet) -> bool:
        """Whether the values are still those that were confirmed."""
        return self.set_key == one.id and self.fingerprint == fingerprint(one)


def confirm(scope: Scope, site: int, key: str, by: str, grounds: str, actor: Actor) -> str:
    """Confirm a set for a site. `by` compared its values with the source; `grounds` say how. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where there is no such set, it needs no confirmation, or by whom or why is missing.
    """
    one = set_at(scope, site, key)
    if one.is_verified:
        raise UnusableInput(f"The set {key} was read in the authority's own text and needs no confirmation.")
    if not by.strip() or len(grounds.strip()) < _SHORTEST or "\0" in by + grounds:
        raise UnusableInput(
            f"Say who compared the values of {key} with their source, and how: the edition and the tables."
        )
    told = {"by": by.strip(), "on": timezone.now().date().isoformat(), "grounds": grounds.strip()}
    after = json.dumps({**told, "fingerprint": fingerprint(one)}, ensure_ascii=False)
    return decisions.decide(scope, CONFIRMATION, [Wanted(site, key, one.title, after)], actor)


def confirmations(scope: Scope, site: int) -> dict[str, Confirmation]:
    """What a site has confirmed, by key of the set. Errors: `NotVisible`."""
    check_site(scope, site)
    rows = ConfirmedLevelSet.objects.filter(site=site)
    found = (Confirmation(row.set_key, row.by, row.on, row.grounds, row.fingerprint) for row in rows)
    return {one.set_key: one for one in found}


def usable_when_signed(scope: Scope, site: int) -> tuple[LevelSet, ...]:
    """The chosen sets that a signed report may use: verified, or confirmed by the site with the values that they have now."""
    confirmed = confirmations(scope, site)
    return tuple(
        one for one in chosen(scope, site) if one.is_verified or (one.id in confirmed and confirmed[one.id].is_of(one))
    )


def _put(wanted: Wanted) -> str:
    row = ConfirmedLevelSet.objects.select_for_update().filter(site=wanted.site, set_key=wanted.subject)
    held = row.first()
    if wanted.after:
        ConfirmedLevelSet.objects.update_or_create(
            site_id=wanted.site, set_key=wanted.subject, defaults=json.loads(wanted.after)
        )
    else:
        row.delete()
    return "" if held is None else _told(held)


def _told(row: ConfirmedLevelSet) -> str:
    told = {"by": row.by, "on": row.on.isoformat(), "grounds": row.grounds, "fingerprint": row.fingerprint}
    return json.dumps(told, ensure_ascii=False)


def _moves_none(decision: Decision) -> "QuerySet[Exam]":
    """Confirming moves no exam."""
    return Exam.objects.none()


CONFIRMATION = Kind("level confirmation", "levels confirmed", _put, _moves_none)
