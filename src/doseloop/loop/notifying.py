"""Messages about flags sent: what the worker does with the outbox, and what the test button does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from doseloop.access.scope import Scope
from doseloop.loop import channel, notification_address, report_mail
from doseloop.loop.notification_text import Message, message, trial
from doseloop.model.errors import UnusableInput
from doseloop.store import outbox, subscriptions
from doseloop.store.audit import WORKER, Actor
from doseloop.store.keyring import KeyRing

LOST: Final = "No key of this installation opens its address: enter it again."
SENT: Final = "sent"


@dataclass(frozen=True, slots=True)
class Ways:
    """How an installation sends, by its settings."""

    mail_server: str = field(repr=False)
    """`notify_mail`."""
    hosts: tuple[str, ...]
    """`notify_hosts`."""
    web_address: str
    """`web_address`; empty leaves links out."""
    ring: KeyRing
    """The key with which addresses are sealed."""


def tell_next(worker: str, ways: Ways, now: datetime) -> bool:
    """Send the next message that is due. False where none is, or all of them have to wait."""
    batch = outbox.claim(worker, now)
    if batch is None:
        return False
    made = message(batch.site_name, batch.told, batch.timing, ways.web_address, with_links=batch.with_links)
    why = _sent(batch.subscription, made, ways)
    if why is None:
        outbox.note_sent(batch, now, WORKER)
    else:
        outbox.note_failed(batch, now, why)
    return True


def send_trial(scope: Scope, key: int, ways: Ways, actor: Actor) -> str | None:
    """Send a message that says that it is a test. None where it was taken, else why it was not.

    Errors: `NotVisible`.
    """
    found = subscriptions.subscription(scope, key)
    why = _sent(key, trial(found.site_name, ways.web_address), ways)
    subscriptions.note_test(scope, key, why or SENT, actor)
    return why


def _sent(key: int, made: Message, ways: Ways) -> str | None:
    secret = subscriptions.secret_address(key, ways.ring)
    if secret is None:
        return LOST
    if "://" not in secret:
        return report_mail.send(ways.mail_server, secret, made.subject, made.text)
    try:
        notification_address.checked(secret, ways.hosts)
    except UnusableInput as error:
        return str(error)
    return channel.send(secret, made.subject, made.text, asset=notification_address.ASSET)
