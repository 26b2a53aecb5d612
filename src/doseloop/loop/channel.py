"""One message by Apprise, and why it did not go, in words without secrets."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import apprise
from apprise.attachment.memory import AttachMemory

_LONGEST_REASON: Final = 300
_SHORTEST_SECRET: Final = 3


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


def is_usable(url: str) -> bool:
    """Whether Apprise can make something of it."""
    return apprise.Apprise.instantiate(url) is not None


def send(
    url: str, subject: str, text: str, files: Sequence[Enclosed] = (), *, asset: apprise.AppriseAsset | None = None,
    secret_in: str = "",
) -> str | None:  # fmt: skip
    """Send a message. None where it was taken, else why it was not.

    What is told holds no name, password, token or path of `url`, nor of `secret_in` where that is given in its place.
    """
    channel, one_way = apprise.Apprise(), apprise.Apprise.instantiate(url, asset=asset)
    if one_way is None:
        return "Its address cannot be used."
    channel.add(one_way)
    enclosed = apprise.AppriseAttachment()
    for one in files:
        held = AttachMemory(content=one.content, name=one.name, mimetype=one.media_type)  # type: ignore[no-untyped-call]
        enclosed.add(held)
    with _reasons() as told:
        sent = channel.notify(
            title=subject, body=text, body_format=apprise.NotifyFormat.TEXT, attach=enclosed if files else None
        )
    return None if sent else _without(secrets_of(secret_in or url), told.getvalue())


def secrets_of(url: str) -> list[str]:
    """Every part of a URL that may be a secret, the longest first: all but scheme, port and a mail server's host."""
    try:
        parts = urlsplit(url)
        named = [
            parts.username,
            parts.password,
            *parts.path.split("/"),
            *(value for _, value in parse_qsl(parts.query)),
        ]
    except ValueError:
        return [url]
    if not parts.scheme.startswith("mailto"):
        named.append(parts.hostname)
    written = {form for one in named if one for form in (one, unquote(one)) if len(form) >= _SHORTEST_SECRET}
    return sorted(written, key=len, reverse=True)


@contextmanager
def _reasons() -> Iterator[StringIO]:
    """What Apprise logs of its failures, which its answer does not say."""
    told: StringIO
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as told:  # type: ignore[no-untyped-call]
        yield told


def _without(secrets: Sequence[str], told: str) -> str:
    """The last reason, short, on one line and without secrets."""
    said = (told.strip().splitlines() or ["It was not taken, without a reason."])[-1]
    for secret in secrets:
        said = re.sub(re.escape(secret), "…", said, flags=re.IGNORECASE)
    return " ".join(said.split())[:_LONGEST_REASON]
