"""A receiver in this process, over a folder, with what it noted."""

from collections import Counter
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self

from django.db import close_old_connections
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from doseloop.receive.dimse import Port, Receiver
from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.peers import Peers
from doseloop.receive.refusal_book import Record, Refused
from doseloop.roles.data_folder import DataFolder
from doseloop.store.inbox import Inbox
from tests.roles.installation import free_port


class Listener:
    """Limits are given by their names in `DimseLimits`."""

    def __init__(
        self,
        folder: DataFolder,
        *,
        floor_bytes: int = 0,
        max_object_bytes: int = 10**8,
        peers: Peers | None = None,
        tls: Any = None,
        checks_called_ae: bool = False,
        checks_certificates: bool = False,
        **limits: Any,
    ) -> None:
        self.port, self.refusals, self.admitted = free_port(), Counter[Refused](), set[tuple[str, str]]()
        self.incoming = folder.root / "incoming"
        self.incoming.mkdir(exist_ok=True)
        self.receiver = Receiver(
            ae="DOSELOOP",
            ports=(Port("127.0.0.1", self.port, tls),),
            inbox=Inbox(folder.spool, max_object_bytes, floor_bytes),
            incoming=self.incoming,
            record=Record(self._note, self._admitted, close_old_connections),
            peers=peers or Peers(),
            limits=DimseLimits(**limits),
            checks_called_ae=checks_called_ae,
            checks_certificates=checks_certificates,
        )

    def __enter__(self) -> Self:
        self.listening = self.receiver.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.listening.close()

    def reasons(self) -> list[str]:
        """Why peers were refused so far."""
        self.listening.book.keep_up()
        return [reason for _, _, reason in self.refusals]

    def associate(self, calling: str = "CT1", called: str = "DOSELOOP", **given: Any) -> Association:
        """pynetdicom as the sender."""
        entity = AE(calling)
        entity.add_requested_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
        entity.add_requested_context(Verification)
        return entity.associate("127.0.0.1", self.port, ae_title=called, **given)

    def _note(self, counts: Mapping[Refused, int]) -> None:
        self.refusals.update(counts)

    def _admitted(self) -> Collection[tuple[str, str]]:
        return frozenset(self.admitted)
