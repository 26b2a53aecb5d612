"""What the limits take for granted of pynetdicom, asked of the version that is installed.

Where one of these fails after an upgrade, `receive/pdu_reader.py`, `receive/messages.py` and `receive/server.py` name the seam.
"""

import threading

import psutil
import pytest
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.fsm import StateMachine
from pynetdicom.pdu_primitives import P_DATA
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]
from pynetdicom.transport import AssociationSocket

from doseloop.receive.messages import Messages
from doseloop.receive.pdu_reader import PduReader
from doseloop.receive.states import States
from doseloop.roles.data_folder import DataFolder
from tests.receive.listener import Listener
from tests.receive.scripted_peer import (
    ABORTED,
    ACCEPTED,
    CLOSED,
    RELEASE,
    VERIFICATION,
    Peer,
    associate,
    command,
    data,
    fragment,
    pdu,
)
from tests.roles.installation import until


def test_a_pdu_is_asked_for_as_six_bytes_and_then_as_its_length(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    recv = PduReader.recv

    def noting(self: PduReader, nr_bytes: int) -> bytearray:
        asked.append(nr_bytes)
        return recv(self, nr_bytes)

    monkeypatch.setattr(PduReader, "recv", noting)
    verification = command(0x0030, with_object=False, sop_class=VERIFICATION)
    request, echo = associate(2), data(fragment(verification, is_command=True, context=3))
    with Listener(folder) as listener, Peer(listener.port) as peer:
        peer.says(request)
        assert peer.hears() == ACCEPTED
        peer.says(echo)
        peer.hears()
        peer.says(RELEASE)
        peer.hears()
    assert asked[:6] == [6, len(request) - 6, 6, len(echo) - 6, 6, 4]


def test_each_association_has_our_socket_and_our_messages_and_one_notice_of_its_connection(folder: DataFolder) -> None:
    with Listener(folder) as listener:
        association = listener.associate()
        assert association.is_established
        (ours,) = listener.listening.servers[0].house.associations._standing
        assert type(ours.dul.socket) is PduReader
        assert type(ours.dimse) is Messages
        assert type(ours.dul.state_machine) is States
        assert ours.dul.event_queue.empty()
        association.release()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (AssociationSocket, "recv"),
        (AssociationSocket, "ready"),
        (AssociationSocket, "event_queue"),
        (DIMSEServiceProvider, "receive_primitive"),
        (DIMSEServiceProvider, "get_msg"),
        (StateMachine, "do_action"),
        (Association, "kill"),
    ],
)
def test_what_is_overridden_or_called_is_there(kind: type, name: str) -> None:
    assert hasattr(kind, name)


def test_an_association_whose_thread_dies_is_ended_for_it(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener(folder) as listener:
        association = listener.associate()
        standing = listener.listening.servers[0].house.associations._standing
        (ours,) = standing
        monkeypatch.setattr(threading, "excepthook", lambda _: None)
        monkeypatch.setattr(ours.dimse, "get_msg", lambda **_: 1 / 0)
        until(lambda: not standing, 10, "the association forgotten, and its place given back")
        until(lambda: not association.is_established, 10, "its peer told")


def test_fragments_may_be_handed_over_one_at_a_time() -> None:
    one = P_DATA()
    one.presentation_data_value_list = [[1, b"\3abc"]]  # type: ignore[list-item]
    assert [tuple(pair) for pair in one.presentation_data_value_list] == [(1, b"\3abc")]


def test_a_declared_length_costs_no_memory(folder: DataFolder) -> None:
    with Listener(folder) as listener, Peer(listener.port) as peer:
        peer.says(associate())
        assert peer.hears() == ACCEPTED
        before = psutil.Process().memory_info().rss
        peer.says(pdu(4, b"", declared=0xFFFFFFFF))
        peer.says(bytes(32 * 2**20))
        assert peer.hears() in (ABORTED, CLOSED)
        assert psutil.Process().memory_info().rss - before < 16 * 2**20


def test_pynetdicom_alone_still_reads_whatever_length_is_declared() -> None:
    """Where this fails, pynetdicom has a limit of its own: see what of ours it makes needless."""
    entity = AE()
    entity.acse_timeout = 1
    entity.add_supported_context(Verification)
    bare = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_ECHO, lambda _: 0)])
    try:
        with Peer(bare.server_address[1]) as peer:  # type: ignore[union-attr]
            peer.says(pdu(1, b"", declared=0xFFFFFFFF))
            peer.says(bytes(2**20))
            with pytest.raises(TimeoutError):
                peer.hears(0.5)
    finally:
        bare.shutdown()  # type: ignore[union-attr]
        until(lambda: not any("Acceptor" in one.name for one in threading.enumerate()), 20, "its threads ended")
