"""The least rate: windows, rests, and what a figure at the rate itself is worth."""

from doseloop.receive.pace import Pace


def test_bytes_at_the_rate_are_enough_and_one_fewer_is_not() -> None:
    for came, slow in ((30_000, False), (29_999, True)):
        pace = Pace(1000, 30)
        pace.begin(100)
        pace.count(came)
        assert not pace.too_slow(129.9)
        assert pace.too_slow(130) is slow


def test_each_window_counts_anew() -> None:
    pace = Pace(1000, 30)
    pace.begin(0)
    pace.count(10**6)
    assert not pace.too_slow(30)
    assert pace.too_slow(60)


def test_who_owes_nothing_is_never_slow() -> None:
    pace = Pace(1000, 30)
    assert not pace.too_slow(10**6)
    pace.begin(0)
    pace.rest()
    assert not pace.too_slow(10**6)
    assert pace.left_s(10**6) == 30


def test_a_window_that_has_begun_is_not_begun_again() -> None:
    pace = Pace(1000, 30)
    pace.begin(0)
    pace.begin(29)
    assert pace.too_slow(30)
