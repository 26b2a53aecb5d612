"""Who can sign in, and the sites."""

from collections.abc import Iterator
from zoneinfo import available_timezones

from django.contrib.auth.models import User

from doseloop.access.rights import Role
from doseloop.roles.doctor.check import Check, Place, check
from doseloop.store.models import RoleAtSite, Site

CHECKS: list[Check] = []
_DEMO = "demo"


@check(CHECKS, "administrator-missing", "Make one: `doseloop account add NAME`.")
def administrator_missing(place: Place) -> Iterator[str]:
    """Nobody can set the installation up on the pages."""
    if not RoleAtSite.objects.filter(role=Role.ADMINISTRATOR.value, account__is_active=True).exists():
        yield "No account is administrator."


@check(CHECKS, "demo-account", "Use a data folder of its own for patients; the demo's password was shown on a screen.")
def demo_account(place: Place) -> Iterator[str]:
    """The account of `make demo` in a record that is no demo's."""
    if not place.settings.demo and User.objects.filter(username=_DEMO, is_active=True).exists():
        yield "The demo's account can sign in."


@check(CHECKS, "zone-unknown", "Set it: `doseloop site NAME --zone Europe/London`.")
def zone_unknown(place: Place) -> Iterator[str]:
    """Days of a site cannot be counted."""
    for name, zone in Site.objects.order_by("name").values_list("name", "zone"):
        if zone not in available_timezones():
            yield f"The time zone {zone!r} of {name} is not known on this machine."
