"""Setting up a site."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from django.db import transaction

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.store import visible
from doseloop.store.audit import COMMAND, Actor, record_change
from doseloop.store.models import Site


def set_up(name: str, zone: str | None, units: Mapping[str, str], operators: bool | None) -> str:
    """Make the site of that name or change what is given; a sentence about what it is now.

    Errors: `UnusableInput` for a zone, quantity or unit that there is not.
    """
    if zone is not None and zone not in available_timezones():
        raise UnusableInput(f"There is no time zone {zone!r}; IANA names such as Europe/London are known.")
    for quantity, unit in units.items():
        _check_unit(quantity, unit)
    with transaction.atomic():
        row, _ = Site.objects.select_for_update().get_or_create(name=name)
        before = _shown(row)
        row.zone, row.units = zone or row.zone, {**row.units, **units}
        row.operators_shown = row.operators_shown if operators is None else operators
        row.save()
        record_change(COMMAND, "set up", f"site {row.pk}", site=row.pk, before=before, after=_shown(row))
    shown = ", ".join(f"{quantity} in {unit}" for quantity, unit in row.units.items()) or "own units"
    people = "shown" if row.operators_shown else "not shown"
    return f"{row.name}: zone {row.zone}, {shown}, operators and physicians {people}."


@dataclass(frozen=True, slots=True)
class PeopleSwitch:
    """Whether a site shows its operators and physicians."""

    site: int
    name: str
    on: bool


def people_switches(scope: Scope) -> tuple[PeopleSwitch, ...]:
    """The switch of each site of the scope, by name."""
    rows = visible.sites(scope).order_by("name").values_list("pk", "name", "operators_shown")
    return tuple(PeopleSwitch(*row) for row in rows)


def switch_people(scope: Scope, site: int, actor: Actor, *, on: bool) -> None:
    """Show a site's operators and physicians to those who hold the right, or to nobody. Errors: `NotVisible`."""
    with transaction.atomic():
        row = visible.sites(scope).select_for_update().filter(pk=site).first()
        if row is None:
            raise NotVisible("There is no such site.")
        before, row.operators_shown = _shown(row), on
        row.save(update_fields=["operators_shown"])
        if before != _shown(row):
            record_change(actor, "set up", f"site {row.pk}", site=row.pk, before=before, after=_shown(row))


def _check_unit(quantity: str, unit: str) -> None:
    found = QUANTITIES.get(quantity)
    if found is None:
        raise UnusableInput(f"There is no quantity {quantity!r}; known are {', '.join(sorted(QUANTITIES))}.")
    known = [one.label for one in found.units]
    if unit not in known:
        raise UnusableInput(f"{found.symbol} is not shown in {unit!r}; choose {' or '.join(known)}.")


def _shown(row: Site) -> dict[str, object]:
    return {"zone": row.zone, "units": row.units, "operators_shown": row.operators_shown}
