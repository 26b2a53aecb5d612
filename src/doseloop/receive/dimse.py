"""DIMSE: C-STORE (PS3.4 Annex B) and C-ECHO (PS3.4 Annex A) as SCP, by pynetdicom. Bytes go to the inbox as they came.

Status codes of C-STORE are those of PS3.4 table B.2-1: 0x0000 once the object is durable, 0xA700 where the inbox cannot take
it now (the sender keeps it and tries again), 0xA900 where it never will.
"""

import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from doseloop.model.errors import InboxError
from doseloop.receive.associations import Associations
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.messages import Messages
from doseloop.receive.peers import Peers
from doseloop.receive.refusal_book import Record, RefusalBook
from doseloop.receive.server import DimseServer, House
from doseloop.store.failpoint import failpoint
from doseloop.store.inbox import Inbox, Origin

SUCCESS, OUT_OF_RESOURCES, REFUSED = 0x0000, 0xA700, 0xA900
TRANSFER_SYNTAXES = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"]
"""Explicit VR Little Endian, Implicit VR Little Endian, Explicit VR Big Endian. Deflated is not offered: it unpacks unbounded."""

_ROOM_FOR_HEADERS = 64
"""The longest PDU that peers are told of is shorter than what is read by this much: some senders leave the headers of the
fragments out of the count."""
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Port:
    """An address to listen on."""

    host: str
    number: int
    tls: ssl.SSLContext | None = None
    """None for the port without TLS."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """One DICOM receiver over one inbox, on one port or more."""

    ae: str
    ports: tuple[Port, ...]
    inbox: Inbox
    incoming: Path
    """Folder for objects while they arrive."""
    record: Record
    peers: Peers
    limits: DimseLimits = field(default_factory=DimseLimits)
    checks_called_ae: bool = False
    checks_certificates: bool = False

    def start(self) -> "Listening":
        """Open the ports and listen. Errors: `OSError` where one is taken."""
        book = RefusalBook(self.record, self.peers)
        associations = Associations(self.limits)
        house = House(
            self.ae,
            self.limits,
            self.inbox,
            self.peers,
            associations,
            book,
            self.checks_called_ae,
            self.checks_certificates,
        )
        servers = [self.server(port, house) for port in self.ports]
        book.start()
        for server in servers:
            threading.Thread(target=server.serve_forever, name="dicom port", daemon=True).start()
        return Listening(tuple(servers), book)

    def _entity(self) -> AE:
        entity = AE(self.ae)
        entity.maximum_associations = 2 * self.limits.associations + 1  # counted by `Associations`, never by pynetdicom
        entity.maximum_pdu_size = max(self.limits.pdu_bytes - _ROOM_FOR_HEADERS, 1)
        entity.acse_timeout, entity.dimse_timeout = self.limits.deadline_s, self.limits.idle_s
        entity.network_timeout = self.limits.idle_s
        entity.add_supported_context(Verification)
        for context in AllStoragePresentationContexts:
            entity.add_supported_context(str(context.abstract_syntax), TRANSFER_SYNTAXES)
        return entity

    def server(self, port: Port, house: House) -> DimseServer:
        """A port of the house, open and not served yet. Errors: `OSError` where it is taken."""
        _config.STORE_RECV_CHUNKED_DATASET, _config.LOG_HANDLER_LEVEL = True, "none"
        tempfile.tempdir = str(self.incoming)
        server = self._entity().make_server(
            (port.host, port.number), ssl_context=port.tls, evt_handlers=self._handlers(), server_class=DimseServer, house=house
        )  # fmt: skip
        assert isinstance(server, DimseServer)
        return server

    def _handlers(self) -> list[evt.EventHandlerType]:
        return [(evt.EVT_C_STORE, self._on_store), (evt.EVT_C_ECHO, _on_echo)]

    def _on_store(self, event: evt.Event) -> int:
        ae, host = _peer(event)
        if event.dataset_path is None:
            _log.error("object refused", reason="a C-STORE without an object", ae=ae, host=host)
            return REFUSED
        try:
            assert isinstance(event.assoc.dimse, Messages)
            event.assoc.dimse.finish(event.dataset_path)
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
            self.record.after_each()
        return SUCCESS


@dataclass(frozen=True, slots=True)
class Listening:
    """A receiver that runs."""

    servers: tuple[DimseServer, ...]
    book: RefusalBook

    def close(self) -> None:
        """Close the ports and end what stands."""
        for server in self.servers:
            server.shutdown()
        self.book.close()


def _on_echo(event: evt.Event) -> int:
    return SUCCESS


def _peer(event: evt.Event) -> tuple[str, str]:
    """Calling AE title and host."""
    requestor = event.assoc.requestor
    return str(requestor.ae_title).strip(), str(requestor.address or "")
