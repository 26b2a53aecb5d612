"""A mail with files through the hospital's mail server, by Apprise."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Final
from urllib.parse import quote, urlsplit

import apprise
from apprise.attachment.memory import AttachMemory

_LONGEST_REASON: Final = 300
NOT_SET: Final = "No mail server is set: `notify_mail` in the settings names it (docs/operating.md)."


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


def send(server: str, recipient: str, subject: str, text: str, files: Sequence[Enclosed]) -> str | None:
    """Send one mail. None where the server took it, else why it did not, in words.

    `server` is a URL of Apprise (`mailto://`, `mailtos://`) without a recipient; nothing of it stands in what is returned.
    """
    if not server:
        return NOT_SET
    channel = apprise.Apprise()
    if not channel.add(_with_recipient(server, recipient)):
        return "`notify_mail` in the settings is no mail server that can be used (docs/operating.md)."
    enclosed = apprise.AppriseAttachment()
    for one in files:
        held = AttachMemory(content=one.content, name=one.name, mimetype=one.media_type)  # type: ignore[no-untyped-call]
        enclosed.add(held)
    with _reasons() as told:
        sent = channel.notify(title=subject, body=text, body_format=apprise.NotifyFormat.TEXT, attach=enclosed)
    return None if sent else _without_secrets(told.getvalue(), server)


def _with_recipient(server: str, recipient: str) -> str:
    joint = "&" if urlsplit(server).query else "?"
    return f"{server}{joint}to={quote(recipient)}"


@contextmanager
def _reasons() -> Iterator[StringIO]:
    """What Apprise logs of its failures, which its answer does not say."""
    told: StringIO
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as told:  # type: ignore[no-untyped-call]
        yield told


def _without_secrets(told: str, server: str) -> str:
    """The last reason, short, on one line and without the user's name and password."""
    said = (told.strip().splitlines() or ["The mail server did not take the mail."])[-1]
    parts = urlsplit(server)
    for secret in filter(None, (parts.password, parts.username)):
        said = said.replace(secret, "…")
    return " ".join(said.split())[:_LONGEST_REASON]
