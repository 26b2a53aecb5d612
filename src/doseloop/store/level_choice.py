"""Which sets of reference levels a site compares with, and in which order."""

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.model.reference_level import LevelSet
from doseloop.reference.levels import current_sets
from doseloop.store import visible
from doseloop.store.audit import Actor
from doseloop.store.level_sets import LEVELS, set_at, sites_in
from doseloop.store.models import ChosenLevelSets
from doseloop.store.site_choice import Choosing, choice_kind, hold

CHOICE = choice_kind("level choice", "levels chosen", ChosenLevelSets)
_CHOOSING = Choosing(LEVELS, ChosenLevelSets, CHOICE, "sets compared with", "in which it is compared with")


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
    return _CHOOSING.choose(scope, site, keys, actor)


def rearrange(scope: Scope, site: int, key: str, move: Move, actor: Actor) -> None:
    """Do this to one set of what the site compares with now, as often as somebody asks: what is so already stays so.

    Errors: `NotVisible`; `UnusableInput` where there is no such set, or it is the last one and would be removed.
    """
    set_at(scope, site, key)
    with transaction.atomic():
        hold(CHOICE, site)
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
    found = _CHOOSING.chosen(scope, site)
    return current_sets() if found is None else found


def has_chosen(scope: Scope, site: int) -> bool:
    """Whether the site has made a choice of its own. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    return ChosenLevelSets.objects.filter(site=site).exists()


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
