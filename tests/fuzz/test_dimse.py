"""The DIMSE target says what it should: sound peers come through it, and whatever is raised is seen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import dimse


def test_sound_peers_come_through() -> None:
    taken: list[int] = []
    server = dimse.server()
    put = type(server.house.inbox).put

    def noting(self: dimse.Sink, stream: object, origin: object) -> object:
        receipt = put(self, stream, origin)  # type: ignore[arg-type]
        taken.append(receipt.size)
        return receipt

    type(server.house.inbox).put = noting  # type: ignore[method-assign,assignment]
    try:
        for content in dimse.corpus():
            dimse.one(content)
    finally:
        type(server.house.inbox).put = put  # type: ignore[method-assign]
    assert len(taken) == 5


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 4), st.sampled_from(dimse.corpus()), st.data())
def test_any_change_of_what_a_sound_peer_says_is_taken_in_order(start: int, said: bytes, drawn: st.DataObject) -> None:
    place = drawn.draw(st.integers(0, len(said) - 1))
    change = drawn.draw(st.binary(max_size=8))
    dimse.one(bytes((start,)) + said[1:place] + change + said[place + len(change) :])
