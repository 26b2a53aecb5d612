"""A-ASSOCIATE-RQ from its bytes: titles, contexts, and whatever else comes, which is refused and never more."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.errors import PeerRefused
from doseloop.receive.association_request import AssociationRequest, length_of, read_request
from tests.receive.scripted_peer import associate


def test_titles_and_contexts_are_read() -> None:
    assert read_request(associate(3, "CT7", "DOSE LOOP")) == AssociationRequest("DOSE LOOP", "CT7", 3)


def test_what_may_not_stand_in_a_title_is_shown_as_a_question() -> None:
    assert read_request(associate(calling="A\x1b[2J\r\nB")).calling_ae == "A?[2J??B"


@pytest.mark.parametrize("end", [73, 74 + 3, -1])
def test_a_request_that_is_cut_short_is_refused(end: int) -> None:
    with pytest.raises(PeerRefused, match="cut short"):
        read_request(associate()[:end])


def test_a_length_at_the_limit_is_read_and_one_past_it_is_not() -> None:
    assert length_of(b"\1\0\0\0\1\0", 256) == 256
    with pytest.raises(PeerRefused, match="longer than 255"):
        length_of(b"\1\0\0\0\1\0", 255)


@given(st.binary(max_size=300))
def test_no_bytes_bring_anything_but_a_request_or_a_refusal(content: bytes) -> None:
    for candidate in (content, associate()[:74] + content):
        with suppress(PeerRefused):
            assert read_request(candidate).contexts <= len(candidate) // 4
