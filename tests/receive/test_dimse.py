"""What listens on the network: whom it admits, what it answers, and what it cannot reach."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.uid import XRayRadiationDoseSRStorage
from pynetdicom.association import Association

from doseloop.receive.dimse import OUT_OF_RESOURCES, REFUSED, SUCCESS
from doseloop.receive.peers import Peers
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.peers import NOT_KNOWN
from tests.receive.listener import Listener
from tests.receive.scripted_peer import REJECTED, associate
from tests.roles.installation import SRC, until


def store(association: Association, content: bytes) -> int:
    status = association.send_c_store(dcmread(BytesIO(content)))
    return int(status.Status)


def test_an_echo_is_answered(folder: DataFolder) -> None:
    with Listener(folder) as listener:
        association = listener.associate()
        assert association.send_c_echo().Status == SUCCESS
        association.release()


def test_an_object_is_acknowledged_once_it_is_durable(folder: DataFolder) -> None:
    with Listener(folder) as listener:
        association = listener.associate()
        assert store(association, objects(1, 1)[0]) == SUCCESS
        association.release()
    (spooled,) = [path for path in folder.spool.iterdir() if len(path.name) == 64]
    assert dcmread(spooled).SOPClassUID == XRayRadiationDoseSRStorage


def test_a_full_disk_tells_the_sender_to_try_again(folder: DataFolder) -> None:
    with Listener(folder, floor_bytes=2**62) as listener:
        association = listener.associate()
        assert store(association, objects(1, 1)[0]) == OUT_OF_RESOURCES
        association.release()


def test_an_object_past_the_limit_is_refused_for_good(folder: DataFolder) -> None:
    with Listener(folder, max_object_bytes=1000) as listener:
        association = listener.associate()
        assert store(association, objects(1, 1)[0]) == REFUSED
        association.release()


def admitted(listener: Listener, *names: str) -> list[str]:
    found = []
    for name in names:
        association = listener.associate(name)
        if association.is_established:
            found.append(name)
            association.release()
    return found


def test_a_peer_that_is_not_listed_is_turned_away_and_noted(folder: DataFolder) -> None:
    listed = Peers(("CT1", "CT2@127.0.0.1", "CT3@10.0.0.1"))
    with Listener(folder, peers=listed) as listener:
        assert admitted(listener, "CT1", "CT2", "CT3", "CT7", "CT7") == ["CT1", "CT2"]
    assert listener.refusals == {("CT3", "127.0.0.1", NOT_KNOWN): 1, ("CT7", "127.0.0.1", NOT_KNOWN): 2}


def test_a_closed_door_admits_whom_a_person_admits_while_it_runs(folder: DataFolder) -> None:
    with Listener(folder, peers=Peers(known_only=True)) as listener:
        assert admitted(listener, "CT7") == []
        listener.admitted.add(("CT7", "127.0.0.1"))
        until(lambda: admitted(listener, "CT7") == ["CT7"], 10, "CT7 admitted without a restart")
        assert admitted(listener, "CT8") == []


def test_a_peer_that_asks_for_another_title_is_refused_where_titles_are_checked(folder: DataFolder) -> None:
    with Listener(folder, checks_called_ae=True) as listener:
        assert listener.associate(called="SOMEONE").is_rejected
        assert "asked for another AE title than DOSELOOP" in listener.reasons()
        association = listener.associate()
        assert association.is_established
        association.release()


def test_a_peer_that_was_rejected_closes_the_connection_itself_or_is_closed_soon(folder: DataFolder) -> None:
    with Listener(folder, checks_called_ae=True) as listener:
        address = ("127.0.0.1", listener.port)
        with socket.create_connection(address, 5) as peer, socket.create_connection(address, 5) as stays:
            for one in (peer, stays):
                one.sendall(associate(called="SOMEONE"))
                assert one.recv(10)[0] == REJECTED
            peer.settimeout(0.5)
            with pytest.raises(TimeoutError):
                peer.recv(1)
            peer.close()
            assert stays.recv(1) == b""
        assert listener.associate().is_established


def test_many_rejected_peers_that_never_close_cost_no_more_than_their_number_allows(folder: DataFolder) -> None:
    with Listener(folder, checks_called_ae=True) as listener, ExitStack() as held:
        for _ in range(70):
            peer = held.enter_context(socket.create_connection(("127.0.0.1", listener.port), 5))
            peer.sendall(associate(called="SOMEONE"))
            assert peer.recv(10)[0] == REJECTED
        assert listener.associate().is_established


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
