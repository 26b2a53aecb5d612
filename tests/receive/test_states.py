"""States of the receiver x what a peer may send x valid, short, long, slow: a table with what each is answered."""

from dataclasses import dataclass

import pytest

from doseloop.roles.data_folder import DataFolder
from tests.receive.listener import Listener
from tests.receive.scripted_peer import (
    ABORT,
    ABORTED,
    ACCEPTED,
    CLOSED,
    RELEASE,
    RELEASED,
    VERIFICATION,
    Peer,
    associate,
    command,
    data,
    fragment,
    pdu,
)

ANSWERED = 4
REQUEST = associate(2)
STORE = data(fragment(command(), is_command=True))
OBJECT = data(fragment(bytes(500)))
ECHO = data(fragment(command(0x0030, with_object=False, sop_class="1.2.840.10008.1.1"), is_command=True, context=3))
BEGUN = data(fragment(bytes(500), last=False))
STATES = ("connected", "established", "object begun")
IN_A_HURRY = {"deadline_s": 0.6, "idle_s": 0.6, "rate_bytes_per_s": 10**6, "rate_window_s": 0.4}


@dataclass(frozen=True)
class Case:
    """What is sent in a state, and the types of PDU that may answer."""

    state: str
    name: str
    sent: bytes
    heard: tuple[int, ...]


ENDED = (ABORTED, CLOSED)
EVENTS = {
    "request": REQUEST,
    "acceptance": pdu(2, REQUEST[6:]),
    "rejection": pdu(3, bytes((0, 1, 1, 1))),
    "echo": ECHO,
    "rest of the object": OBJECT,
    "release": RELEASE,
    "release response": pdu(6, bytes(4)),
    "abort": ABORT,
    "unknown PDU": pdu(9, bytes(4)),
}
VALID = {
    ("connected", "request"): (ACCEPTED,),
    ("established", "echo"): (ANSWERED,),
    ("established", "release"): (RELEASED,),
    ("object begun", "rest of the object"): (ANSWERED,),
    ("object begun", "release"): (RELEASED, *ENDED),
}


def cases() -> list[Case]:
    found = []
    for state in STATES:
        for name, sent in EVENTS.items():
            found.append(Case(state, f"{name}, valid", sent, VALID.get((state, name), ENDED)))
            found.append(Case(state, f"{name}, declared long", sent[:2] + b"\xff\xff\xff\xff" + sent[6:], ENDED))
            found.append(Case(state, f"{name}, short", sent[:-1], ENDED))
    return found + list(MESSAGES)


def shaken(content: bytes, **given: bool) -> bytes:
    return data(fragment(content, is_command=True, **given))


MESSAGES = (
    Case("established", "a P-DATA of nothing", data(b""), ENDED),
    Case("established", "a fragment without a control header", data(b"\0\0\0\1\1"), ENDED),
    Case("established", "a fragment longer than its PDU", data(b"\0\0\xff\xff\1\3abc"), ENDED),
    Case("established", "a fragment of negative rest", data(b"\0\0\0\0\1\3"), ENDED),
    Case("established", "an object before its command", OBJECT, ENDED),
    Case("established", "a command of noise", shaken(bytes(range(200))), ENDED),
    Case("established", "an empty command", shaken(b""), ENDED),
    Case("established", "a command that is cut short", shaken(command()[:-30]), (*ENDED, ANSWERED)),
    Case("established", "a command past its limit", shaken(bytes(70_000)), ENDED),
    Case("established", "a command without end", shaken(bytes(40_000), last=False) * 2, ENDED),
    Case("established", "C-FIND", shaken(command(0x0020)), ENDED),
    Case("established", "C-GET", shaken(command(0x0010)), ENDED),
    Case("established", "C-MOVE", shaken(command(0x0021)), ENDED),
    Case("established", "N-EVENT-REPORT", shaken(command(0x0100, with_object=False)), ENDED),
    Case("established", "N-CREATE", shaken(command(0x0140)), ENDED),
    Case("established", "a response that nobody awaits", shaken(command(0x8001, with_object=False)), ENDED),
    Case("established", "C-STORE without an object", shaken(command(with_object=False)), (ANSWERED,)),
    Case("established", "C-ECHO for a storage class", shaken(command(0x0030, with_object=False)), ENDED),
    Case("established", "C-STORE for Verification", shaken(command(sop_class=VERIFICATION)) + OBJECT, ENDED),
    Case("established", "C-STORE for nothing known", shaken(command(sop_class="1.2.3")) + OBJECT, ENDED),
    Case("established", "C-ECHO with an object", shaken(command(0x0030)) + OBJECT, ENDED),
    Case(
        "established",
        "C-STORE on a context that was not agreed",
        data(fragment(command(), is_command=True, context=99)) + OBJECT,
        ENDED,
    ),
    Case("established", "an abort by nobody", pdu(7, bytes((0, 0, 4, 0))), ENDED),
    Case("object begun", "a command within an object", STORE, ENDED),
)


def bring(peer: Peer, state: str) -> None:
    """Bring the receiver into the state."""
    if state != "connected":
        peer.says(REQUEST)
        assert peer.hears() == ACCEPTED
    if state == "object begun":
        peer.says(STORE + BEGUN)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.state}: {case.name}")
def test_each_is_answered_in_order_and_the_next_peer_is_served(case: Case, folder: DataFolder) -> None:
    with Listener(folder, **IN_A_HURRY) as listener:
        with Peer(listener.port) as peer:
            bring(peer, case.state)
            peer.says(case.sent)
            assert peer.hears() in case.heard
        with Peer(listener.port) as peer:
            peer.says(REQUEST)
            assert peer.hears() == ACCEPTED
            peer.says(RELEASE)
            assert peer.hears() == RELEASED


@pytest.mark.parametrize("state", STATES)
def test_a_slow_peer_is_ended_in_each_state(state: str, folder: DataFolder) -> None:
    with Listener(folder, **IN_A_HURRY) as listener, Peer(listener.port) as peer:
        bring(peer, state)
        peer.says((REQUEST if state == "connected" else OBJECT)[:12], every_s=0.1)
        assert peer.hears() in ENDED
