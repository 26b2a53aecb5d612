"""The rule packs and reference levels that an exam of a site is judged by: looked up once for every object, by one statement.

What a set or pack holds never changes, so that it is kept once it was read; which of them a site goes by is asked each time.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from doseloop.access.scope import Scope
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.model.rule_pack import RulePack
from doseloop.reference.levels import current_sets, level_set, level_sets
from doseloop.reference.rule_packs import rule_pack, rule_packs
from doseloop.store.models import ChosenLevelSets, ChosenRulePacks, OwnLevelSet, OwnRulePack
from doseloop.store.prepared import Rows, Slot
from doseloop.store.rule_pack_choice import confirmations, is_confirmed

Levels = Mapping[tuple[str | None, str], tuple[tuple[ReferenceLevel, LevelSet], ...]]
"""By procedure and quantity."""


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What a site goes by."""

    site: int
    packs: tuple[RulePack, ...]
    level_sets: tuple[str, ...] | None
    """Keys of the sets that it compares with; None where it has not chosen."""


def rules_in_force(scope: Scope, site: int) -> RulesInForce | None:
    """The packs that a site goes by; None where it goes by none, or lies outside the scope."""
    row = _CHOSEN.first(site=site) if scope.sees(site) else None
    if row is None:
        return None
    packs, levels = row
    known = (_pack(_database(), key) for key in packs)
    return RulesInForce(site, tuple(one for one in known if one), None if levels is None else tuple(levels))


def levels_for(given: RulesInForce, pack: RulePack) -> Levels:
    """The rows of the sets that the site compares with, those of the pack's country first; of one that has not chosen those in
    force in that country alone. Levels that a site computed of its own exams are none that a law refers to."""
    return _levels(_database(), given.level_sets, pack.country)


def confirmed(scope: Scope, given: RulesInForce, pack: RulePack) -> bool:
    """Whether the site has confirmed a pack with the rules that it has now."""
    return is_confirmed(pack, confirmations(scope, given.site).get(pack.key))


def _chosen() -> "QuerySet[ChosenRulePacks, Any]":
    levels = ChosenLevelSets.objects.filter(site=OuterRef("site")).values("keys")
    return ChosenRulePacks.objects.filter(site=Slot("site")).values_list("keys", Subquery(levels))


_CHOSEN = Rows(_chosen)


def _database() -> str:
    """Keys of a site's own sets are those of one record."""
    return str(connection.settings_dict["NAME"])


@lru_cache(64)
def _pack(database: str, key: str) -> RulePack | None:
    packaged = next((one for one in rule_packs() if one.key == key), None)
    if packaged is not None:
        return packaged
    own = OwnRulePack.objects.filter(key=key).first()
    return rule_pack(own.content) if own else None


@lru_cache(64)
def _levels(database: str, keys: tuple[str, ...] | None, country: str) -> Levels:
    sets = _sets(keys)
    if keys is None:
        sets = [one for one in sets if one.country == country]
    found: dict[tuple[str | None, str], list[tuple[ReferenceLevel, LevelSet]]] = defaultdict(list)
    for one in sorted(sets, key=lambda one: one.country != country):
        for level in one.levels:
            found[level.procedure, level.quantity].append((level, one))
    return {group: tuple(rows) for group, rows in found.items()}


def _sets(keys: tuple[str, ...] | None) -> list[LevelSet]:
    if keys is None:
        return list(current_sets())
    own = {row.key: level_set(row.content) for row in OwnLevelSet.objects.filter(key__in=keys)}
    known = {one.id: one for one in level_sets()} | own
    return [known[key] for key in keys if key in known]
