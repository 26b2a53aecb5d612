"""Who is told of a site's flags: set up, changed, paused, removed. Their addresses are kept sealed and never shown again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.notification import Severity, Timing
from doseloop.store import outbox, visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.keyring import KeyRing
from doseloop.store.models import Notification, Subscription
from doseloop.store.sealed_text import seal, unseal

LONGEST_NAME: Final = 80
_PURPOSE: Final = "address of a subscription"


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go."""

    secret: str
    """A mail address, or a URL of Apprise."""
    shown: str
    """What may be shown of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody is told, and when."""

    name: str
    least: Severity
    timing: Timing
    with_links: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription as it stands (times UTC)."""

    key: int
    site: int
    site_name: str
    address: str
    """What may be shown of it."""
    wanted: Wanted
    made_by: str
    made_at: datetime
    paused_at: datetime | None
    sent_at: datetime | None


def add(scope: Scope, site: int, wanted: Wanted, address: Address, ring: KeyRing, actor: Actor) -> int:
    """Tell somebody of a site's flags from now on. Returns the subscription's key.

    Errors: `NotVisible`; `UnusableInput` where the name is missing, too long or taken.
    """
    visible.check_site(scope, site)
    given = {**_columns(wanted), "address": seal(ring, address.secret, _PURPOSE), "shown": address.shown}
    try:
        with transaction.atomic():
            made = Subscription.objects.create(site_id=site, made_at=timezone.now(), made_by=actor.name, **given)
            record_change(actor, "notification set up", f"subscription {made.pk}", site=site, after=_told(made))
    except IntegrityError:
        raise UnusableInput(f"The site has a subscription named {wanted.name!r}; choose another name.") from None
    return made.pk


def change(scope: Scope, key: int, wanted: Wanted, address: Address | None, ring: KeyRing, actor: Actor) -> None:
    """Change what somebody is told; without an address it stays. What waits already goes when it was to go.

    Errors: `NotVisible`; `UnusableInput` as in `add`.
    """
    try:
        with transaction.atomic():
            row = _locked(scope, key)
            before = _told(row)
            for name, value in _columns(wanted).items():
                setattr(row, name, value)
            if address is not None:
                row.address, row.shown = seal(ring, address.secret, _PURPOSE), address.shown
            row.save()
            about, after = f"subscription {key}", _told(row) | ({"address": "changed"} if address else {})
            record_change(actor, "notification changed", about, site=row.site_id, before=before, after=after)
    except IntegrityError:
        raise UnusableInput(f"The site has a subscription named {wanted.name!r}; choose another name.") from None


def pause(scope: Scope, key: int, actor: Actor) -> None:
    """Send nothing until it goes on; flags that are raised meanwhile are not told. Errors: `NotVisible`."""
    _set_pause(scope, key, timezone.now(), actor)


def go_on(scope: Scope, key: int, actor: Actor) -> None:
    """Tell again of what is raised from now on, and of what waited when it was paused. Errors: `NotVisible`."""
    _set_pause(scope, key, None, actor)


def remove(scope: Scope, key: int, actor: Actor) -> None:
    """Remove it with its address and what waits. Errors: `NotVisible`."""
    with transaction.atomic():
        row = _locked(scope, key)
        about = f"subscription {key}"
        record_change(actor, "notification removed", about, site=row.site_id, before=_told(row))
        Notification.objects.filter(subscription=row).delete()
        row.delete()


def subscriptions(scope: Scope) -> tuple[Shown, ...]:
    """Every subscription of the scope's sites, by site and name."""
    return tuple(_shown(row) for row in _rows(scope).order_by("site__name", "name"))


def subscription(scope: Scope, key: int) -> Shown:
    """One of them. Errors: `NotVisible`."""
    row = _rows(scope).filter(pk=key).first()
    if row is None:
        raise NotVisible(f"There is no subscription {key}.")
    return _shown(row)


def secret_address(key: int, ring: KeyRing) -> str | None:
    """Where a subscription's messages go, for who sends; None where it is gone or no key opens its address."""
    held = Subscription.objects.filter(pk=key).values_list("address", flat=True).first()
    return None if held is None else unseal(ring, held, _PURPOSE)


def note_test(scope: Scope, key: int, outcome: str, actor: Actor) -> None:
    """Note in the audit that a message was sent for trial, and what came of it. Errors: `NotVisible`."""
    found = subscription(scope, key)
    record_change(actor, "notification tested", f"subscription {key}", site=found.site, after={"outcome": outcome})


def _set_pause(scope: Scope, key: int, at: datetime | None, actor: Actor) -> None:
    with transaction.atomic():
        row = _locked(scope, key)
        if (row.paused_at is None) == (at is None):
            return
        Subscription.objects.filter(pk=key).update(paused_at=at)
        before, after = ("in force", "paused") if at else ("paused", "in force")
        record_change(
            actor, "notification changed", f"subscription {key}", site=row.site_id, before={"state": before},
            after={"state": after},
        )  # fmt: skip


def _columns(wanted: Wanted) -> dict[str, Any]:
    name = " ".join(wanted.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UnusableInput(f"Give it a name of at most {LONGEST_NAME} characters.")
    timing = wanted.timing
    return {
        "name": name, "least": str(wanted.least), "how": str(timing.how), "digest_at": timing.digest_at,
        "wait_h": timing.wait_h, "quiet_begin": timing.quiet.begin if timing.quiet else None,
        "quiet_end": timing.quiet.end if timing.quiet else None, "with_links": wanted.with_links,
    }  # fmt: skip


def _told(row: Subscription) -> dict[str, Any]:
    """What the audit holds of it: never the address."""
    quiet = f"{row.quiet_begin} to {row.quiet_end}" if row.quiet_begin else "none"
    return {
        "name": row.name, "to": row.shown, "least": row.least, "how": row.how, "digest_at": str(row.digest_at),
        "wait_h": row.wait_h, "quiet": quiet, "with_links": row.with_links,
    }  # fmt: skip


def _rows(scope: Scope) -> "QuerySet[Subscription]":
    return Subscription.objects.filter(site__in=visible.sites(scope)).select_related("site")


def _locked(scope: Scope, key: int) -> Subscription:
    row = Subscription.objects.filter(site__in=visible.sites(scope), pk=key).select_for_update().first()
    if row is None:
        raise NotVisible(f"There is no subscription {key}.")
    return row


def _wanted(row: Subscription) -> Wanted:
    return Wanted(row.name, Severity(row.least), outbox.timing_of(row), row.with_links)


def _shown(row: Subscription) -> Shown:
    return Shown(
        row.pk,
        row.site_id,
        row.site.name,
        row.shown,
        _wanted(row),
        row.made_by,
        row.made_at,
        row.paused_at,
        row.sent_at,
    )
