"""Which sets of reference levels a site compares with, and in which order.

A choice is a decision (`store.decisions`): its subject is the site's levels, and what holds are the keys of the sets.
"""

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.model.reference_level import LevelSet
from doseloop.reference.levels import current_sets
from doseloop.store import decisions, locks
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.level_sets import set_at, sets_at, sites_in
from doseloop.store.models import ChosenLevelSets, Decision, Exam

_SUBJECT = "chosen"


class Move(StrEnum):
    """What may be done to one set of a choice."""

    ADD = "add"
    """Behind the others."""
    REMOVE = "remove"
    UP = "up"
    DOWN = "down"


def choose(scope: Scope, site: int, keys: Sequence[str], actor: Actor) -> str:
    """Let a site compare with these sets, in this order; no keys take its choice away. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where there is no such set, or one is named twice.
    """
    for key in keys:
        set_at(scope, site, key)
    if len(set(keys)) < len(keys):
        raise UnusableInput("A set is named twice; name each once, in the order in which it is compared with.")
    return decisions.decide(scope, CHOICE, [Wanted(site, _SUBJECT, "sets compared with", " ".join(keys))], actor)


def rearrange(scope: Scope, site: int, key: str, move: Move, actor: Actor) -> None:
    """Do this to one set of what the site compares with now, as often as somebody asks: what is so already stays so.

    Errors: `NotVisible`; `UnusableInput` where there is no such set, or it is the last one and would be removed.
    """
    set_at(scope, site, key)
    with transaction.atomic():
        _hold(site)
        now = [one.id for one in chosen(scope, site)]
        wanted = moved(now, key, move)
        if not wanted:
            raise UnusableInput(
                f"{key} is the only set that the site compares with. Add another first, or compare with the sets in force."
            )
        if wanted != now:
            choose(scope, site, wanted, actor)


def chosen(scope: Scope, site: int) -> tuple[LevelSet, ...]:
    """The sets that a site compares with, in its order; those in force where it has not chosen. Errors: `NotVisible`."""
    known = {one.id: one for one in sets_at(scope, site)}
    keys = ChosenLevelSets.objects.filter(site=site).values_list("keys", flat=True).first()
    return current_sets() if keys is None else tuple(known[key] for key in keys if key in known)


def has_chosen(scope: Scope, site: int) -> bool:
    """Whether the site has made a choice of its own."""
    return bool(sets_at(scope, site)) and ChosenLevelSets.objects.filter(site=site).exists()


def chosen_in(scope: Scope) -> tuple[LevelSet, ...]:
    """The sets that any site of a scope compares with, in the order of the sites; for pages over several."""
    found = (one for site in sites_in(scope) for one in chosen(scope, site.pk))
    return tuple({one.id: one for one in found}.values())


def moved(keys: list[str], key: str, move: Move) -> list[str]:
    """The keys after a move; as they were where it is so already."""
    others = [one for one in keys if one != key]
    if move is Move.REMOVE:
        return others
    if move is Move.ADD:
        return keys if key in keys else [*keys, key]
    if key not in keys:
        return keys
    place = max(0, keys.index(key) + (1 if move is Move.DOWN else -1))
    return [*others[:place], key, *others[place:]]


def _hold(site: int) -> None:
    """A site without a choice has no row that could be locked."""
    locks.hold(f"levels chosen at {site}")


def _put(wanted: Wanted) -> str:
    _hold(wanted.site)
    row = ChosenLevelSets.objects.select_for_update().filter(site=wanted.site)
    before = row.values_list("keys", flat=True).first()
    if wanted.after:
        ChosenLevelSets.objects.update_or_create(site_id=wanted.site, defaults={"keys": wanted.after.split()})
    else:
        row.delete()
    return " ".join(before or ())


def _moves_none(decision: Decision) -> "QuerySet[Exam]":
    """Levels are looked up when something is compared: no exam holds one."""
    return Exam.objects.none()


CHOICE = Kind("level choice", "levels chosen", _put, _moves_none)
