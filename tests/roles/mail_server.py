"""A real SMTP server on this machine, which keeps what it gets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller

from tests.roles.installation import free_port


@dataclass
class Kept:
    """What came in, and how the server answers."""

    answer: str = "250 OK"
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep it, unless it is refused."""
        if self.answer.startswith("250"):
            self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
            self.recipients.append(envelope.rcpt_tos)
        return self.answer


@dataclass
class MailServer:
    """The server's address as Doseloop names it."""

    url: str
    kept: Kept


@contextmanager
def mail_server(port: int | None = None, kept: Kept | None = None) -> Iterator[MailServer]:
    """A server that ends with the block; on a free port where none is named."""
    kept, port = kept or Kept(), port or free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield MailServer(url_of(port), kept)
    finally:
        controller.stop()


def url_of(port: int) -> str:
    """`notify_mail` of a server on this port."""
    return f"mailto://127.0.0.1:{port}?from=doseloop@hospital.example"


def enclosed(mail: EmailMessage) -> dict[str, bytes]:
    """The files of a mail by name."""
    return {str(one.get_filename()): one.get_payload(decode=True) for one in mail.iter_attachments()}  # type: ignore[misc]
