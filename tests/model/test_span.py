"""Half-open intervals: what is in one and what two have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.span import Span

BOUND = st.one_of(st.none(), st.floats(0, 1000))
SPANS = st.builds(Span, BOUND, BOUND)
VALUES = st.floats(0, 1000)


@pytest.mark.parametrize(("value", "held"), [(4.999, False), (5, True), (14.999, True), (15, False)])
def test_the_lower_end_is_in_it_and_the_upper_is_not(value: float, held: bool) -> None:
    assert Span(5, 15).holds(Span.at(value)) is held
    assert Span(5, 15).meets(Span.at(value)) is held


def test_a_span_without_bounds_holds_every_other_and_is_held_by_no_bounded_one() -> None:
    assert Span().holds(Span(3, 4)) and Span().holds(Span())
    assert not Span(0, None).holds(Span()) and not Span().is_bounded and Span(0).is_bounded


@given(SPANS, SPANS, VALUES)
def test_what_a_span_holds_it_holds_value_by_value(one: Span, other: Span, value: float) -> None:
    if one.holds(other) and other.holds(Span.at(value)):
        assert one.holds(Span.at(value))


@given(SPANS, SPANS, VALUES)
def test_two_spans_that_share_a_value_meet_and_either_way_round(one: Span, other: Span, value: float) -> None:
    assert one.meets(other) == other.meets(one)
    if one.holds(Span.at(value)) and other.holds(Span.at(value)):
        assert one.meets(other)
