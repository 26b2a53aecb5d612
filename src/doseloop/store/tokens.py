"""Tokens by which peers send over HTTP: made, listed, revoked, and known again by their hash.

A token is 256 random bits, so that one SHA-256 of it cannot be turned back; a slow hash is for passwords.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from doseloop.model.errors import UnusableInput
from doseloop.store.audit import COMMAND, record_change
from doseloop.store.models import PeerToken

_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never the secret. Times are UTC; None is never."""

    name: str
    made_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def add(name: str) -> str:
    """Make a token for a peer. Returns the secret, which is kept nowhere. Errors: `UnusableInput` where the name has one."""
    if not name.strip():
        raise UnusableInput("A token needs the name of the peer that sends by it.")
    secret = secrets.token_hex(32)  # a first "-" would be an option to the programs that it is given to
    try:
        with transaction.atomic():
            row = PeerToken.objects.create(name=name, sha256=_hash(secret), made_at=timezone.now())
            record_change(COMMAND, "made token", f"token {row.pk}", after={"name": name})
    except IntegrityError:
        raise UnusableInput(f"{name!r} has a token; revoke it first (`doseloop token revoke`).") from None
    return secret


def revoke(name: str) -> None:
    """End a peer's token, at its next request. Errors: `UnusableInput` where it has none in force."""
    with transaction.atomic():
        row = PeerToken.objects.select_for_update().filter(name=name, revoked_at=None).first()
        if row is None:
            raise UnusableInput(f"{name!r} has no token in force.")
        PeerToken.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
        record_change(COMMAND, "revoked token", f"token {row.pk}", before={"name": name})


def tokens() -> tuple[Token, ...]:
    """Every token that was made, by name and age."""
    rows = PeerToken.objects.order_by("name", "made_at")
    return tuple(Token(row.name, row.made_at, row.last_used_at, row.revoked_at) for row in rows)


def owner_of(secret: str) -> str | None:
    """The peer whose token this is, None where there is none in force."""
    row = PeerToken.objects.filter(sha256=_hash(secret), revoked_at=None).first()
    if row is None:
        return None
    now = timezone.now()
    if row.last_used_at is None or row.last_used_at < now - _USE_NOTED_EVERY:
        PeerToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row.name


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
