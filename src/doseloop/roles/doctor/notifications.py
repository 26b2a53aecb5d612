"""Who is told of flags, and what is on its way to them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.roles.doctor.check import Check, Place, check
from doseloop.store import outbox_list, subscriptions
from doseloop.store.keyring import KeyRing

CHECKS: list[Check] = []
_LATE: Final = timedelta(hours=1)


@check(CHECKS, "outbox-late", "See that a worker runs (`doseloop serve`); its log says why it sends nothing.")
def outbox_late(place: Place) -> Iterator[str]:
    """Notifications are over an hour late."""
    late = outbox_list.late(timezone.now() - _LATE)
    if late:
        yield f"{late} notifications have been due for over an hour, and nobody tried to send them."


@check(CHECKS, "subscription-failing", "See the reason on the page Notifications, mend it, and send again from there.")
def subscription_failing(place: Place) -> Iterator[str]:
    """Somebody who should be told of flags is not."""
    for one in subscriptions.subscriptions(SYSTEM):
        said = outbox_list.last_failure(one.key)
        if said and one.paused_at is None:
            yield f"{one.wanted.name} ({one.site_name}) is not reached: {said}"


@check(
    CHECKS,
    "subscription-sealed",
    "Put the key back from the file that `doseloop backup --keys` wrote, or enter it again.",
)
def subscription_sealed(place: Place) -> Iterator[str]:
    """The address of a subscription cannot be opened: its key is missing or another one."""
    ring = KeyRing(place.root / "keys" / "notifications")
    for one in subscriptions.subscriptions(SYSTEM):
        if not ring.path.exists() or subscriptions.secret_address(one.key, ring) is None:
            yield f"No key opens the address of {one.wanted.name} ({one.site_name})."
