"""Tokens by which peers send and programs read over HTTP: made, listed, revoked, and known again by their hash.

A token is for one of both. One for reading has the rights of an account, which are looked up at each use.
A token is 256 random bits, so that one SHA-256 of it cannot be turned back; a slow hash is for passwords.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from doseloop.model.errors import NotAdmitted, NotVisible, UnusableInput
from doseloop.store.audit import COMMAND, Actor, record_change
from doseloop.store.models import PeerToken

DAYS_OF_READING: Final = 365
"""How long a token for reading is in force where nothing else is said."""
MOST_DAYS: Final = 3650
_USE_NOTED_EVERY = timedelta(minutes=1)
_SEND, _READ = PeerToken.Purpose.SEND, PeerToken.Purpose.READ


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never the secret. Times are UTC; None is never. `account` is a name, empty for one that sends."""

    key: int
    name: str
    purpose: str
    account: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads by a token: the account (key and name), and the token's name."""

    account: int
    account_name: str
    token: str


def add(name: str, days: int | None = None) -> str:
    """Make a token by which a peer sends. Returns the secret, which is kept nowhere. `days` None: it has no end.

    Errors: `UnusableInput` where the name has one.
    """
    return _made(name, days, COMMAND, purpose=_SEND)


def add_for_reading(name: str, account: int, days: int = DAYS_OF_READING, actor: Actor = COMMAND) -> str:
    """Make a token by which a program reads with an account's rights. Returns the secret, which is kept nowhere.

    Errors: `UnusableInput` where the account has one of this name.
    """
    return _made(name, days, actor, purpose=_READ, account_id=account)


def _made(name: str, days: int | None, actor: Actor, **of: Any) -> str:
    name = name.strip()
    if not name:
        raise UnusableInput("A token needs the name of the peer or program that uses it.")
    if days is not None and not 0 < days <= MOST_DAYS:
        raise UnusableInput(f"A token is in force for 1 to {MOST_DAYS} days.")
    secret = secrets.token_hex(32)  # a first "-" would be an option to the programs that it is given to
    now = timezone.now()
    ends = {"made_at": now, "expires_at": now + timedelta(days=days) if days else None}
    try:
        with transaction.atomic():
            row = PeerToken.objects.create(name=name, sha256=_hash(secret), **ends, **of)
            record_change(actor, "made token", f"token {row.pk}", after=_told(row))
    except IntegrityError:
        raise UnusableInput(f"{name!r} has a token; revoke it first.") from None
    return secret


def revoke(name: str, account: int | None = None, actor: Actor = COMMAND) -> None:
    """End a peer's token, or a program's that reads as the account, at its next request.

    Errors: `UnusableInput` where it has none in force.
    """
    with transaction.atomic():
        of = {"name": name.strip(), "account_id": account, "revoked_at": None}
        row = PeerToken.objects.select_for_update().filter(**of).first()
        if row is None:
            raise UnusableInput(f"{name!r} has no token in force.")
        _end(row, actor)


def revoke_one(key: int, account: int | None, actor: Actor) -> str:
    """End a token of the account's own, or any where `account` is None. Returns its name.

    Errors: `NotVisible` where it is another's, or there is none in force.
    """
    with transaction.atomic():
        rows = PeerToken.objects.select_for_update().filter(pk=key, revoked_at=None)
        row = (rows if account is None else rows.filter(account_id=account)).first()
        if row is None:
            raise NotVisible(f"There is no token {key} in force.")
        _end(row, actor)
        return row.name


def _end(row: PeerToken, actor: Actor) -> None:
    PeerToken.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
    record_change(actor, "revoked token", f"token {row.pk}", before=_told(row))


def tokens(account: int | None = None) -> tuple[Token, ...]:
    """Every token that was made, or those that read as the account, by name and age."""
    rows = PeerToken.objects.select_related("account").order_by("name", "made_at")
    return tuple(
        Token(
            row.pk,
            row.name,
            row.purpose,
            row.account.get_username() if row.account else "",
            row.made_at,
            row.expires_at,
            row.last_used_at,
            row.revoked_at,
        )
        for row in (rows if account is None else rows.filter(account_id=account))
    )


def owner_of(secret: str) -> str | None:
    """The peer that sends by this token, None where none is in force for sending."""
    row = PeerToken.objects.filter(sha256=_hash(secret), purpose=_SEND).first()
    if row is None or _why_not(row):
        return None
    _note_use(row)
    return row.name


def reader_of(secret: str) -> Reader:
    """Who reads by this token. Errors: `NotAdmitted`, saying why, where none is in force for reading."""
    row = PeerToken.objects.select_related("account").filter(sha256=_hash(secret)).first()
    if row is None:
        raise NotAdmitted("The token is not known.")
    if row.purpose != _READ or row.account is None:
        raise NotAdmitted("The token is for sending objects: no figures are read by it.")
    if why := _why_not(row):
        raise NotAdmitted(why)
    if not row.account.is_active:
        raise NotAdmitted("The account of the token is closed.")
    _note_use(row)
    return Reader(row.account.pk, row.account.get_username(), row.name)


def _why_not(row: PeerToken) -> str:
    """Why a token is in force no more; empty where it is."""
    if row.revoked_at is not None:
        return f"The token was revoked on {row.revoked_at:%Y-%m-%d}."
    if row.expires_at is not None and row.expires_at <= timezone.now():
        return f"The token ended on {row.expires_at:%Y-%m-%d}."
    return ""


def _note_use(row: PeerToken) -> None:
    now = timezone.now()
    if row.last_used_at is None or row.last_used_at < now - _USE_NOTED_EVERY:
        PeerToken.objects.filter(pk=row.pk).update(last_used_at=now)


def _told(row: PeerToken) -> dict[str, Any]:
    """What the audit holds of a token."""
    return {"name": row.name, "purpose": str(row.purpose), **({"account": row.account_id} if row.account_id else {})}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
