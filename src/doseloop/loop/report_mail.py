"""A mail through the hospital's mail server, by Apprise."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from doseloop.loop import channel
from doseloop.loop.channel import Enclosed

__all__ = ["NOT_SET", "Enclosed", "send"]
NOT_SET: Final = "No mail server is set: `notify_mail` in the settings names it (docs/operating.md)."


def send(server: str, recipient: str, subject: str, text: str, files: Sequence[Enclosed] = ()) -> str | None:
    """Send one mail. None where the server took it, else why it did not, in words.

    `server` is a URL of Apprise (`mailto://`, `mailtos://`) without a recipient; nothing of it stands in what is returned.
    """
    if not server:
        return NOT_SET
    url = _with_recipient(server, recipient)
    if not channel.is_usable(url):
        return "`notify_mail` in the settings is no mail server that can be used (docs/operating.md)."
    return channel.send(url, subject, text, files, secret_in=_account(server))


def _with_recipient(server: str, recipient: str) -> str:
    joint = "&" if urlsplit(server).query else "?"
    return f"{server}{joint}to={quote(recipient)}"


def _account(server: str) -> str:
    """The server's address without what is no secret: who it sends as stands in each mail."""
    parts = urlsplit(server)
    return f"{parts.scheme}://{parts.netloc}"
