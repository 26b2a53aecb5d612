"""Who acts in a request, and what it showed, for the audit."""

from collections.abc import Iterable
from datetime import timedelta

from django.http import HttpRequest

from doseloop.access.scope import Scope
from doseloop.store.audit import Actor, Seen, record_sight


def actor_of(request: HttpRequest) -> Actor:
    """The account that is signed in, and the address it came from."""
    address = request.META.get("REMOTE_ADDR") or ""
    return Actor(account=request.user.pk, name=request.user.get_username(), address=address)


def note_sight(request: HttpRequest, subject: str, seen: Iterable[Seen], once_within: timedelta | None = None) -> None:
    """Note that this request's page showed rows about these patients, with identity where its scope shows it."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    record_sight(actor_of(request), "saw", subject, seen, identified=scope.identity, once_within=once_within)
