"""Each limit of the DICOM receiver, at it and past it, by a peer that sends bytes."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from doseloop.receive.dimse import OUT_OF_RESOURCES, REFUSED, SUCCESS
from doseloop.roles.data_folder import DataFolder
from tests.receive.listener import Listener
from tests.receive.scripted_peer import (
    ABORTED,
    ACCEPTED,
    CLOSED,
    REJECTED,
    RELEASE,
    RELEASED,
    Peer,
    associate,
    command,
    data,
    fragment,
    pdu,
    status,
)
from tests.roles.installation import until

STORE = data(fragment(command(), is_command=True))
ECHO = data(fragment(command(0x0030, with_object=False, sop_class="1.2.840.10008.1.1"), is_command=True, context=3))
HEADERS = 6
"""Bytes of a fragment that are not its content."""


@contextmanager
def seated(listener: Listener, contexts: int = 2) -> Iterator[Peer]:
    with Peer(listener.port) as peer:
        peer.says(associate(contexts))
        assert peer.hears() == ACCEPTED
        yield peer


def answer(peer: Peer) -> int:
    kind, body = peer.hears_whole()
    assert kind == 4
    return status(body)


def test_a_pdu_of_the_longest_length_is_read_and_a_longer_one_is_not(folder: DataFolder) -> None:
    with Listener(folder, pdu_bytes=20_000) as listener:
        with seated(listener) as peer:
            peer.says(STORE + data(fragment(bytes(20_000 - HEADERS))))
            assert answer(peer) == SUCCESS
        with seated(listener) as peer:
            peer.says(STORE + data(fragment(bytes(20_001 - HEADERS))))
            assert peer.hears() == ABORTED
        assert listener.reasons() == ["declared a PDU longer than 20000 bytes"]


def test_four_gibibytes_are_refused_by_their_header_alone(folder: DataFolder) -> None:
    with Listener(folder) as listener:
        with seated(listener) as peer:
            peer.says(pdu(4, b"", declared=0xFFFFFFFF))
            assert peer.hears() == ABORTED
        with Peer(listener.port) as peer:
            peer.says(pdu(1, b"", declared=0xFFFFFFFF))
            assert peer.hears() == CLOSED


def test_peers_are_told_of_a_shorter_longest_pdu_than_is_read(folder: DataFolder) -> None:
    with Listener(folder) as listener:
        association = listener.associate()
        assert association.acceptor.maximum_length == 131_072 - 64
        association.release()


@pytest.mark.parametrize(("length", "heard"), [(4096, ACCEPTED), (4097, CLOSED)])
def test_a_request_of_the_longest_length_is_read_and_a_longer_one_is_not(
    length: int, heard: int, folder: DataFolder
) -> None:
    with Listener(folder, request_bytes=4096) as listener, Peer(listener.port) as peer:
        request = associate(filled_to=length)
        assert len(request) == length + 6
        peer.says(request)
        assert peer.hears() == heard


@pytest.mark.parametrize(("number", "heard"), [(128, ACCEPTED), (129, CLOSED)])
def test_as_many_contexts_as_the_limit_are_negotiated_and_not_one_more(
    number: int, heard: int, folder: DataFolder
) -> None:
    with Listener(folder) as listener, Peer(listener.port) as peer:
        peer.says(associate(number))
        assert peer.hears() == heard


def asked(peers: ExitStack, listener: Listener, source: str) -> int:
    peer = peers.enter_context(Peer(listener.port, source=source))
    peer.says(associate())
    return peer.hears()


def test_one_host_may_have_its_number_of_associations_and_another_still_comes_in(folder: DataFolder) -> None:
    with Listener(folder, associations_per_peer=2) as listener, ExitStack() as peers:
        assert [asked(peers, listener, "127.0.0.1") for _ in range(3)] == [ACCEPTED, ACCEPTED, REJECTED]
        assert asked(peers, listener, "127.0.0.2") == ACCEPTED
        assert listener.reasons() == ["more than 2 associations from one host at the same time"]


def test_associations_are_limited_in_all(folder: DataFolder) -> None:
    with Listener(folder, associations=2) as listener, ExitStack() as peers:
        hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
        assert [asked(peers, listener, host) for host in hosts] == [ACCEPTED, ACCEPTED, REJECTED]


def test_an_association_that_was_released_gives_its_place_back(folder: DataFolder) -> None:
    with Listener(folder, associations=1) as listener:
        for _ in range(5):
            with seated(listener) as peer:
                peer.says(RELEASE)
                assert peer.hears() == RELEASED


def test_connections_that_ask_for_nothing_take_no_association(folder: DataFolder) -> None:
    with Listener(folder, associations=1, waiting=20) as listener, ExitStack() as peers:
        for _ in range(20):
            peers.enter_context(Peer(listener.port))
        assert asked(peers, listener, "127.0.0.1") == ACCEPTED


def test_who_fills_the_waiting_room_makes_way_for_the_next(folder: DataFolder) -> None:
    with Listener(folder, waiting=3) as listener, ExitStack() as peers:
        other = peers.enter_context(Peer(listener.port, source="127.0.0.2"))
        greedy = [peers.enter_context(Peer(listener.port)) for _ in range(3)]
        assert greedy[0].hears() == CLOSED
        for peer in (other, greedy[1], greedy[2]):
            peer.says(associate())
            assert peer.hears() == ACCEPTED


def test_a_request_must_be_whole_by_the_deadline_at_whatever_pace_it_comes(folder: DataFolder) -> None:
    with Listener(folder, deadline_s=1.0) as listener:
        request = associate()
        with Peer(listener.port) as peer:
            peer.says(request, every_s=0.05, piece=len(request) // 8)
            assert peer.hears() == ACCEPTED
        with Peer(listener.port) as peer:
            peer.says(request, every_s=0.25, piece=len(request) // 8)
            assert peer.hears() == CLOSED
        assert listener.reasons() == ["did not ask for an association within 1 s"]


@pytest.mark.parametrize("pieces", ["within one PDU", "a PDU each"])
def test_an_object_must_come_at_the_least_rate(pieces: str, folder: DataFolder) -> None:
    few, many = 20, 5000
    with Listener(folder, rate_bytes_per_s=1000, rate_window_s=0.5) as listener:
        with seated(listener) as peer:
            peer.says(STORE)
            peer.says(_object(many, pieces), every_s=0.1, piece=many)
            assert answer(peer) == SUCCESS
        with seated(listener) as peer:
            peer.says(STORE)
            peer.says(_object(few, pieces), every_s=0.1, piece=few)
            assert peer.hears() == ABORTED
        assert listener.reasons() == ["sent less than 1000 bytes/s for 0.5 s"]


def _object(piece: int, pieces: str) -> bytes:
    """Twelve pieces of about so many bytes, as one PDU or as twelve."""
    if pieces == "within one PDU":
        return data(fragment(bytes(12 * piece)))
    return b"".join(data(fragment(bytes(piece - 12), last=number == 11)) for number in range(12))


def test_an_object_that_pauses_is_ended_by_the_rate(folder: DataFolder) -> None:
    with Listener(folder, rate_window_s=0.5) as listener, seated(listener) as peer:
        peer.says(STORE + data(fragment(bytes(100), last=False)))
        assert peer.hears() == ABORTED
        until(lambda: not list(listener.incoming.iterdir()), 10, "what had arrived removed")


def test_an_association_may_be_silent_for_its_time_and_no_longer(folder: DataFolder) -> None:
    with Listener(folder, idle_s=1.0, rate_window_s=0.3) as listener, seated(listener) as peer:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                peer.hears(0.5)
            peer.says(ECHO)
            assert answer(peer) == SUCCESS
        assert peer.hears() == ABORTED


def size_in_spool(folder: DataFolder) -> int:
    (spooled,) = [path for path in folder.spool.iterdir() if len(path.name) == 64]
    size = spooled.stat().st_size
    spooled.unlink()
    return size


def test_an_object_of_the_largest_size_is_taken_and_a_larger_one_never(folder: DataFolder) -> None:
    content = data(fragment(bytes(5000)))
    with Listener(folder) as listener, seated(listener) as peer:
        peer.says(STORE + content)
        assert answer(peer) == SUCCESS
    size = size_in_spool(folder)
    for limit, told in ((size, SUCCESS), (size - 1, REFUSED)):
        with Listener(folder, max_object_bytes=limit) as listener, seated(listener) as peer:
            peer.says(STORE + content)
            assert answer(peer) == told
            peer.says(ECHO)
            assert answer(peer) == SUCCESS


def written(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_what_is_past_the_limit_is_not_written_while_it_arrives(folder: DataFolder) -> None:
    with Listener(folder, max_object_bytes=50_000) as listener, seated(listener) as peer:
        peer.says(STORE)
        for _ in range(40):
            peer.says(data(fragment(bytes(10_000), last=False)))
        peer.says(data(fragment(b"", last=False)) + data(fragment(b"", last=True)))
        assert answer(peer) == REFUSED
        assert written(listener.incoming) <= 50_000


def test_nothing_of_an_object_is_written_below_the_floor(folder: DataFolder) -> None:
    with Listener(folder, floor_bytes=2**62) as listener, seated(listener) as peer:
        peer.says(STORE + data(fragment(bytes(100_000), last=False)))
        until(lambda: 0 < written(listener.incoming) < 1000, 10, "the file's head alone")
        peer.says(data(fragment(bytes(10))))
        assert answer(peer) == OUT_OF_RESOURCES


def test_a_peer_that_hears_no_answer_is_held_back(folder: DataFolder) -> None:
    with Listener(folder) as listener, seated(listener) as peer:
        peer.connection.settimeout(1.0)
        peer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        sent = 0
        with pytest.raises((TimeoutError, ConnectionError)):
            while sent < 64 * 2**20:
                sent += peer.connection.send(ECHO * 400)


@pytest.mark.parametrize("end", ["leaves", "aborts", "sends nonsense"])
def test_an_object_that_never_ends_leaves_nothing(end: str, folder: DataFolder) -> None:
    with Listener(folder) as listener:
        with seated(listener) as peer:
            peer.says(STORE + data(fragment(bytes(1000), last=False)))
            until(lambda: bool(list(listener.incoming.iterdir())), 10, "the object arriving")
            peer.says({"leaves": b"", "aborts": pdu(7, bytes(4)), "sends nonsense": b"\x09" * 64}[end])
        until(lambda: not list(listener.incoming.iterdir()), 10, "what had arrived removed")
