"""DIMSE: C-STORE (PS3.4 Annex B) and C-ECHO (PS3.4 Annex A) as SCP, by pynetdicom. Bytes go to the inbox as they came.

Status codes of C-STORE are those of PS3.4 table B.2-1: 0x0000 once the object is durable, 0xA700 where the inbox cannot take
it now (the sender keeps it and tries again), 0xA900 where it never will.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from doseloop.model.errors import InboxError
from doseloop.receive.quick_ack import QuickAckServer
from doseloop.store.failpoint import failpoint
from doseloop.store.inbox import Inbox, Origin

SUCCESS, OUT_OF_RESOURCES, REFUSED = 0x0000, 0xA700, 0xA900
TRANSFER_SYNTAXES = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"]
"""Explicit VR Little Endian, Implicit VR Little Endian, Explicit VR Big Endian. Deflated is not offered: it unpacks unbounded."""

_CALLING_AE_NOT_RECOGNISED = (0x01, 0x01, 0x03)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and for whom the receiver listens."""

    host: str
    port: int
    ae: str
    associations: int
    peers: tuple[str, ...] = ()
    """Calling AE titles that may send, each alone or as `AE@host`; empty admits every peer."""

    def admits(self, ae: str, host: str) -> bool:
        """Whether a peer may send."""
        return not self.peers or ae in self.peers or f"{ae}@{host}" in self.peers


@dataclass(frozen=True, slots=True)
class Receiver:
    """One DICOM receiver over one inbox."""

    listening: Listening
    inbox: Inbox
    incoming: Path
    """Folder for objects while they arrive."""
    note_refusal: Callable[[str, str, str], None]
    """Called with AE title, host and reason of each peer that was turned away."""
    after_each: Callable[[], None]
    """Called when a thread is done with the record for now."""

    def start(self) -> QuickAckServer:
        """Open the port. Errors: `OSError` where it is taken."""
        _config.STORE_RECV_CHUNKED_DATASET = True
        tempfile.tempdir = str(self.incoming)
        entity = AE(self.listening.ae)
        entity.maximum_associations = self.listening.associations
        entity.acse_timeout, entity.dimse_timeout, entity.network_timeout = 10, 60, 60
        entity.add_supported_context(Verification)
        for context in AllStoragePresentationContexts:
            entity.add_supported_context(str(context.abstract_syntax), TRANSFER_SYNTAXES)
        address = (self.listening.host, self.listening.port)
        server = entity.make_server(address, evt_handlers=self._handlers(), server_class=QuickAckServer)
        assert isinstance(server, QuickAckServer)
        return server

    def _handlers(self) -> list[evt.EventHandlerType]:
        return [
            (evt.EVT_REQUESTED, self._on_request),
            (evt.EVT_REJECTED, self._on_rejection),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_C_ECHO, _on_echo),
        ]

    def _on_request(self, event: evt.Event) -> None:
        ae, host = _peer(event)
        if self.listening.admits(ae, host):
            return
        event.assoc.acse.send_reject(*_CALLING_AE_NOT_RECOGNISED)
        self._refuse(ae, host, "not among the peers that may send")
        event.assoc.kill()

    def _on_rejection(self, event: evt.Event) -> None:
        self._refuse(*_peer(event), f"more than {self.listening.associations} associations at the same time")

    def _refuse(self, ae: str, host: str, reason: str) -> None:
        _log.warning("peer refused", ae=ae, host=host, reason=reason)
        try:
            self.note_refusal(ae, host, reason)
        finally:
            self.after_each()

    def _on_store(self, event: evt.Event) -> int:
        ae, host = _peer(event)
        try:
            failpoint("receiver: object arrived, before the inbox")
            with event.dataset_path.open("rb") as stream:
                self.inbox.put(stream, Origin("dimse", ae, host))
            failpoint("receiver: object in the inbox, before the answer")
        except InboxError as error:
            _log.error("object refused", code=error.code, reason=str(error), ae=ae, host=host)
            return OUT_OF_RESOURCES if error.retry else REFUSED
        except Exception:  # noqa: BLE001 (the rim: an association answers, whatever happens)
            _log.exception("object could not be taken in", ae=ae, host=host)
            return OUT_OF_RESOURCES
        finally:
            self.after_each()
        return SUCCESS


def _on_echo(event: evt.Event) -> int:
    return SUCCESS


def _peer(event: evt.Event) -> tuple[str, str]:
    """Calling AE title and host; the title as requested, since before the answer the association has none yet."""
    requestor = event.assoc.requestor
    asked = requestor.primitive
    return str(asked.calling_ae_title).strip() if asked else "", str(requestor.address or "")
