"""The sites of a scope: names, zones and display units."""

from datetime import date

from django.db.models import Count
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.quantities import units_shown
from doseloop.model.site_clock import clock
from doseloop.store import visible
from doseloop.store.exam_detail import SiteShown
from doseloop.store.models import Site


def sites(scope: Scope) -> tuple[SiteShown, ...]:
    """The scope's sites by name."""
    rows = visible.sites(scope).order_by("name")
    return tuple(SiteShown(row.pk, row.name, row.zone, units_shown(row.units)) for row in rows)


def largest_first(scope: Scope) -> tuple[SiteShown, ...]:
    """The scope's sites, those with most scanners first."""
    counted = dict(visible.scanners(scope).filter(root=None).order_by().values_list("site").annotate(Count("pk")))
    return tuple(sorted(sites(scope), key=lambda one: -counted.get(one.id, 0)))


def today_at(site: SiteShown) -> date:
    """The day that it is at a site."""
    return clock(site.zone, timezone.now()).date()


def display_units(scope: Scope) -> dict[str, str]:
    """Display units by quantity on pages over several sites: a unit on which the sites differ is left out."""
    chosen = [site.units for site in sites(scope)]
    names = {name for units in chosen for name in units}
    return {name: chosen[0][name] for name in names if len({units.get(name) for units in chosen}) == 1}


def site_named(name: str) -> int:
    """Key of the site of that name, or of the only one where the name is empty.

    Errors: `UnusableInput` where there is none, or several and no name.
    """
    keys = dict(Site.objects.values_list("name", "pk"))
    if not name and len(keys) == 1:
        return next(iter(keys.values()))
    if name not in keys:
        raise UnusableInput(f"Name one of the sites: {', '.join(sorted(keys))}.")
    return keys[name]


def display_units_of(scope: Scope, site: int) -> dict[str, str]:
    """Display units of one site, by quantity. Errors: `NotVisible`."""
    found = visible.sites(scope).filter(pk=site).values_list("units", flat=True).first()
    if found is None:
        raise NotVisible("There is no such site.")
    return units_shown(found)
