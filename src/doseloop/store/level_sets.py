"""Sets of reference levels at a site: those of the package and the site's own."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.model.reference_level import LevelSet
from doseloop.reference.levels import level_set, level_sets
from doseloop.store import visible
from doseloop.store.audit import Actor
from doseloop.store.local_level_set import key_of, local_set
from doseloop.store.models import OwnLevelSet, Site
from doseloop.store.site_sets import Sort


def _local(scope: Scope, site: int) -> tuple[LevelSet, ...]:
    local = local_set(scope, site)
    return () if local is None else (local,)


LEVELS: Sort[LevelSet] = Sort(
    "set", "levels", OwnLevelSet, lambda: level_sets(), level_set, lambda one: one.id, computed=_local
)


def sets_at(scope: Scope, site: int) -> tuple[LevelSet, ...]:
    """Every set that a site may compare with: its local levels, its own sets by key, then the package's. Errors: `NotVisible`."""
    return LEVELS.at(scope, site)


def set_at(scope: Scope, site: int, key: str) -> LevelSet:
    """One of them. Errors: `NotVisible`; `UnusableInput` naming those that there are."""
    return LEVELS.named(scope, site, key)


def sites_with(scope: Scope, key: str) -> tuple[int, ...]:
    """The sites of a scope that may compare with a set, by name: of a site's own set, and of its local levels, that site alone.

    Errors: `NotVisible` where there is no such set, or it is another site's.
    """
    rows = visible.sites(scope).order_by("name")
    if key not in {one.id for one in level_sets()}:
        local = [site for site in rows.values_list("pk", flat=True) if key == key_of(site) and local_set(scope, site)]
        rows = rows.filter(Q(ownlevelset__key=key) | Q(pk__in=local))
    found = tuple(rows.values_list("pk", flat=True))
    if not found:
        raise NotVisible("There is no such set of reference levels.")
    return found


def add_own(scope: Scope, site: int, content: Mapping[str, Any], actor: Actor) -> LevelSet:
    """Add a set of a site's own: plain values that follow the schema (`reference.level_csv.own_set`).

    Errors: `NotVisible`; `UnusableInput` where there is a set of that key already.
    """
    return LEVELS.add_own(scope, site, content, _told, actor)


def _told(one: LevelSet) -> dict[str, Any]:
    return {"title": one.title, "author": one.author, "source": one.seen_at, "rows": len(one.levels)}


def fingerprint(one: LevelSet) -> str:
    """SHA-256 of what the values of a set are and what they are for: another where a new version changes any of them."""
    rows = [
        [
            level.id, level.procedure, level.quantity, level.value, level.phantom_cm, level.scope, level.kind,
            level.group.category, level.group.age_min_months, level.group.age_max_months, level.group.weight_min_kg,
            level.group.weight_max_kg, level.indication,
        ]
        for level in one.levels
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def site_named(scope: Scope, name: str) -> int:
    """Key of the scope's site of that name. Errors: `NotVisible`."""
    found = visible.sites(scope).filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise NotVisible(f"There is no site {name!r}.")
    return found


def site_name(scope: Scope, site: int) -> str:
    """Name of a site. Errors: `NotVisible`."""
    found = visible.sites(scope).filter(pk=site).values_list("name", flat=True).first()
    if found is None:
        raise NotVisible("There is no such site.")
    return found


def sites_in(scope: Scope) -> list[Site]:
    """The scope's sites, in a stable order."""
    return list(visible.sites(scope).order_by("pk"))
