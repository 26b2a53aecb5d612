"""The pace of a sender, in times that are given."""

import pytest

from doseloop.model.errors import TooSlow
from doseloop.receive.body_pace import BodyPace


def pace() -> BodyPace:
    return BodyPace(idle_s=20, min_bytes_per_s=1000, window_s=30)


def test_a_sender_at_the_least_rate_goes_on() -> None:
    kept = pace()
    for _ in range(100):
        kept.came(10_000, waited_s=10)


def test_a_sender_below_it_is_ended_when_its_window_ends() -> None:
    kept = pace()
    kept.came(10_000, 10)
    kept.came(10_000, 10)
    with pytest.raises(TooSlow, match="bytes a second"):
        kept.came(9_999, 10)


def test_a_fast_beginning_does_not_pay_for_a_dripping_end() -> None:
    kept = pace()
    kept.came(10**9, 30)
    with pytest.raises(TooSlow):
        kept.came(1, 30)


def test_silence_is_borne_as_long_as_is_set() -> None:
    kept = pace()
    assert kept.patience_s() == 20
    with pytest.raises(TooSlow, match="Nothing came"):
        kept.silent(20)


def test_a_window_that_ends_in_silence_ends_the_sender_too() -> None:
    kept = pace()
    kept.came(10, 25)
    assert kept.patience_s() == 5
    with pytest.raises(TooSlow, match="bytes a second"):
        kept.silent(5)


def test_silence_after_enough_bytes_begins_a_new_window() -> None:
    kept = pace()
    kept.came(10**6, 25)
    kept.silent(5)
    assert kept.patience_s() == 20
