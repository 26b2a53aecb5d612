"""Setting up a site."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.db import transaction

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.store.audit import COMMAND, record_change
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
    return f"{row.name}: zone {row.zone}, {shown}, operators' figures {people}."


def _check_unit(quantity: str, unit: str) -> None:
    found = QUANTITIES.get(quantity)
    if found is None:
        raise UnusableInput(f"There is no quantity {quantity!r}; known are {', '.join(sorted(QUANTITIES))}.")
    known = [one.label for one in found.units]
    if unit not in known:
        raise UnusableInput(f"{found.symbol} is not shown in {unit!r}; choose {' or '.join(known)}.")


def _shown(row: Site) -> dict[str, object]:
    return {"zone": row.zone, "units": row.units, "operators_shown": row.operators_shown}
