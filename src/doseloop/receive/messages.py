"""DIMSE messages of one association, within limits, as their fragments arrive (PS3.7 section 6.3, PS3.8 annex E)."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_primitives import C_ECHO, C_STORE
from pynetdicom.pdu_primitives import P_DATA
from pynetdicom.service_class import StorageServiceClass, VerificationServiceClass
from pynetdicom.sop_class import uid_to_service_class

from doseloop.model.errors import InboxError, ObjectTooLarge, PeerRefused
from doseloop.receive.command_set import C_CANCEL_RQ, C_ECHO_RQ, C_STORE_RQ, command_field
from doseloop.store.inbox import Inbox

if TYPE_CHECKING:
    from pynetdicom.dimse import _QueueItem
    from pynetdicom.dimse_primitives import DimseServiceType

_SERVED = (C_STORE_RQ, C_ECHO_RQ, C_CANCEL_RQ)
_IN_MEMORY = 65_536
"""Bytes of a command set. C-ECHO and C-CANCEL have no data set; an object's goes to a file."""
_LOOK_AGAIN = 16 * 1024 * 1024
"""Bytes of an object after which the free space is looked at again."""
_COMMAND, _LAST = 0x01, 0x02
_SERVED_BY: dict[type, type] = {C_STORE: StorageServiceClass, C_ECHO: VerificationServiceClass}
_log = structlog.get_logger()


@dataclass(slots=True)
class Arriving:
    """An object between its command and its answer."""

    file: Any
    """pynetdicom's temporary file."""
    stopped: InboxError | None = None
    """Why no further byte is written: what the sender is told at the end."""
    looked_at: int = -1
    """At how many bytes, in steps of `_LOOK_AGAIN`, the free space was looked at."""


class Messages(DIMSEServiceProvider):
    """pynetdicom's DIMSE provider, which by itself serves every command and keeps whatever comes."""

    def __init__(self, association: Association, inbox: Inbox) -> None:
        super().__init__(association)
        self._inbox = inbox
        self._arriving: dict[Path, Arriving] = {}

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Take in the fragments of one P-DATA, each by itself. What cannot be a message ends the association."""
        try:
            for context, fragment in primitive.presentation_data_value_list:
                self._take(context, fragment)
        except PeerRefused as error:
            _log.warning("message refused", reason=str(error))
            self.dul.event_queue.put("Evt19")
        except Exception as error:  # noqa: BLE001 (the rim: an association ends in order, whatever it was sent)
            _log.warning("message could not be understood", error=type(error).__name__)
            self.dul.event_queue.put("Evt19")

    def get_msg(self, block: bool = False) -> "_QueueItem":
        """The next message, without those that no service of ours can serve: they end the association."""
        taken = super().get_msg(block)
        if taken[1] is None or _is_served(taken[1]):
            return taken
        _log.warning("message refused", reason="sent a command for a SOP class that it does not fit")
        self.dul.event_queue.put("Evt19")
        return None, None

    def finish(self, path: Path) -> None:
        """Let go of an object that has come to its end. Errors: the `InboxError` for which writing it was stopped."""
        done = self._arriving.pop(path, None)
        if done is not None and done.stopped:
            raise done.stopped

    def drop(self) -> None:
        """Remove what never came to its end: the association has."""
        while self._arriving:
            path, left = self._arriving.popitem()
            left.file.close()
            path.unlink(missing_ok=True)

    def _take(self, context: int, fragment: bytes) -> None:
        one = P_DATA()
        one.presentation_data_value_list = [[context, self._kept(fragment)]]  # type: ignore[list-item]
        try:
            super().receive_primitive(one)
        finally:
            file = self.message._data_set_file if self.message else None
            if file is not None:
                self._arriving.setdefault(Path(file.name), Arriving(file))

    def _kept(self, fragment: bytes) -> bytes:
        """What of a fragment is kept: all of it, or its control header alone."""
        if fragment[0] & _COMMAND:
            self._check_command(fragment)
            return fragment
        file = self.message._data_set_file if self.message else None
        if file is None:
            raise PeerRefused("sent a data set that belongs to no object")
        arriving = self._arriving[Path(file.name)]
        arriving.stopped = arriving.stopped or self._obstacle(arriving, len(fragment) - 1)
        return fragment[:1] if arriving.stopped else fragment

    def _check_command(self, fragment: bytes) -> None:
        if self.message and self.message._data_set_file:
            raise PeerRefused("sent a command within an object")
        begun = self.message.encoded_command_set if self.message else BytesIO()
        if begun.tell() + len(fragment) > _IN_MEMORY:
            raise PeerRefused(f"sent a command longer than {_IN_MEMORY} bytes")
        if fragment[0] & _LAST and command_field(begun.getvalue() + fragment[1:]) not in _SERVED:
            raise PeerRefused("sent a command that is not served here")

    def _obstacle(self, arriving: Arriving, coming: int) -> InboxError | None:
        """Why the next bytes of an object may not be written, None where they may."""
        size = arriving.file.tell() + coming
        if size > self._inbox.max_object_bytes:
            return ObjectTooLarge(f"The object is longer than {self._inbox.max_object_bytes} bytes.")
        if size // _LOOK_AGAIN == arriving.looked_at:
            return None
        arriving.looked_at = size // _LOOK_AGAIN
        try:
            self._inbox.check_space()
        except InboxError as error:
            return error
        return None


def _is_served(message: "DimseServiceType") -> bool:
    """Whether the command fits the service of its SOP class. pynetdicom's services take any command for theirs."""
    sop_class = getattr(message, "AffectedSOPClassUID", None)
    return sop_class is not None and uid_to_service_class(sop_class) is _SERVED_BY.get(type(message))
