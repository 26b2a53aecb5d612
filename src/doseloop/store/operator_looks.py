"""Looks at a site's operators: kept by the worker's clock, read by pages, forgotten where the site shows no people.

Looks are kept for as long as they tell whether a difference stands; names are no part of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess import operators
from doseloop.assess.operators import Look
from doseloop.model.flag import Finding
from doseloop.store import findings, visible
from doseloop.store.models import OperatorLook, Site
from doseloop.store.packing import pack, unpack
from doseloop.store.scanner_list import scanner_names

KEPT: Final = timedelta(days=400)
_NO_MORE: Final = timedelta(days=15)
"""After so long without a look, the last one tells nothing about today."""


def sites_shown(scope: Scope) -> Mapping[int, str]:
    """Zone by site of those that show their people."""
    return dict(visible.sites(scope).filter(operators_shown=True).values_list("pk", "zone"))


def looked_at(site: int, modality: str) -> frozenset[date]:
    """The last days of the looks that are kept, by the rule as it is."""
    rows = OperatorLook.objects.filter(site=site, modality=modality, version=operators.VERSION)
    return frozenset(rows.values_list("last", flat=True))


def keep(site: int, looks: Sequence[Look]) -> None:
    """Keep looks, in place of earlier ones of the same days, and forget what is too old."""
    with transaction.atomic():
        for one in looks:
            told = {"made_at": timezone.now(), "version": operators.VERSION, "content": pack(one)}
            OperatorLook.objects.update_or_create(site_id=site, modality=one.modality, last=one.last, defaults=told)
        newest = max((one.last for one in looks), default=None)
        if newest is not None:
            OperatorLook.objects.filter(site=site, last__lt=newest - KEPT).delete()


def looks(scope: Scope, site: int) -> dict[str, tuple[Look, ...]]:
    """By modality those of the rule as it is, the earliest first; none where the scope does not show the site's people."""
    if not scope.operators or not visible.sites(scope).filter(pk=site, operators_shown=True).exists():
        return {}
    rows = OperatorLook.objects.filter(site=site, version=operators.VERSION).order_by("modality", "last")
    found: dict[str, tuple[Look, ...]] = {}
    for row in rows:
        found[row.modality] = (*found.get(row.modality, ()), unpack(bytes(row.content), Look))
    return found


def judge(scope: Scope, site: int, today: date) -> bool:
    """Make the site's flags what its looks tell. True where any changed."""
    names, told = scanner_names(scope), dict[Finding, int | None]()
    for of_modality in looks(scope, site).values():
        if today - of_modality[-1].last <= _NO_MORE:
            told |= operators.on_period(of_modality, names)
    return findings.apply_to_site(site, operators.RULE, told)


def forget(site: int) -> bool:
    """Forget every look at a site and withdraw its flags. True where there was anything."""
    gone, _ = OperatorLook.objects.filter(site=site).delete()
    return bool(findings.apply_to_site(site, operators.RULE, {}) or gone)


def sites_to_forget() -> tuple[int, ...]:
    """Sites that show no people, and have looks."""
    rows = Site.objects.filter(operators_shown=False, pk__in=OperatorLook.objects.values("site"))
    return tuple(rows.values_list("pk", flat=True))
