"""What listens on the network: whom it admits, what it answers, and what it cannot reach."""

import os
import subprocess
import sys
import threading
from io import BytesIO

from django.db import close_old_connections
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from doseloop.receive.dimse import OUT_OF_RESOURCES, REFUSED, SUCCESS, Listening, Receiver
from doseloop.receive.quick_ack import QuickAckServer
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.inbox import Inbox
from tests.roles.installation import SRC, free_port


class Listener:
    """A receiver in this process, over a folder, with what it noted."""

    def __init__(
        self, folder: DataFolder, floor_bytes: int = 0, max_object_bytes: int = 10**8, **listening: object
    ) -> None:
        self.port, self.refusals = free_port(), list[tuple[str, str, str]]()
        incoming = folder.root / "incoming"
        incoming.mkdir(exist_ok=True)
        self.inbox = Inbox(folder.spool, max_object_bytes, floor_bytes)
        options = Listening("127.0.0.1", self.port, "DOSELOOP", **{"associations": 8, **listening})  # type: ignore[arg-type]
        note = lambda ae, host, reason: self.refusals.append((ae, host, reason))  # noqa: E731
        self.server: QuickAckServer = Receiver(options, self.inbox, incoming, note, close_old_connections).start()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def associate(self, calling: str = "CT1") -> Association:
        entity = AE(calling)
        entity.add_requested_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
        entity.add_requested_context(Verification)
        return entity.associate("127.0.0.1", self.port, ae_title="DOSELOOP")


def store(association: Association, content: bytes) -> int:
    status = association.send_c_store(dcmread(BytesIO(content)))
    return int(status.Status)


def test_an_echo_is_answered(folder: DataFolder) -> None:
    association = Listener(folder).associate()
    assert association.send_c_echo().Status == SUCCESS
    association.release()


def test_an_object_is_acknowledged_once_it_is_durable(folder: DataFolder) -> None:
    listener = Listener(folder)
    association = listener.associate()
    assert store(association, objects(1, 1)[0]) == SUCCESS
    association.release()
    (spooled,) = [path for path in folder.spool.iterdir() if len(path.name) == 64]
    assert dcmread(spooled).SOPClassUID == XRayRadiationDoseSRStorage


def test_a_full_disk_tells_the_sender_to_try_again(folder: DataFolder) -> None:
    association = Listener(folder, floor_bytes=2**62).associate()
    assert store(association, objects(1, 1)[0]) == OUT_OF_RESOURCES
    association.release()


def test_an_object_past_the_limit_is_refused_for_good(folder: DataFolder) -> None:
    association = Listener(folder, max_object_bytes=1000).associate()
    assert store(association, objects(1, 1)[0]) == REFUSED
    association.release()


def test_a_peer_that_is_not_listed_is_turned_away_and_noted(folder: DataFolder) -> None:
    listener = Listener(folder, peers=("CT1", "CT2@127.0.0.1", "CT3@10.0.0.1"))
    admitted = {name: listener.associate(name) for name in ("CT1", "CT2", "CT3", "CT7")}
    try:
        assert [name for name, one in admitted.items() if one.is_established] == ["CT1", "CT2"]
    finally:
        for one in admitted.values():
            one.abort() if not one.is_established else one.release()
    assert sorted(ae for ae, _, _ in listener.refusals) == ["CT3", "CT7"]


def test_the_receiver_cannot_reach_a_reader() -> None:
    code = (
        "import os, sys; from doseloop.roles.record import open_record; open_record(None);"
        "import doseloop.roles.receiver, doseloop.receive.dimse;"
        "print([name for name in sys.modules if name.startswith(('doseloop.reading', 'doseloop.pipeline'))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )
    assert found.stdout.strip() == "[]"
