"""The rule `repeated-scan`: a protocol that is scanned again in more of its exams than before."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from doseloop.assess.repeated_scans import ScannedExam, is_same_range, on_period, rise_of

BEGUN = datetime(2026, 1, 5, 8)


def exams(*shares: tuple[int, float], seed: int = 1) -> list[ScannedExam]:
    """So many exams with a share of repeated ones, one after the other."""
    chance, made = np.random.default_rng(seed), list[ScannedExam]()
    for number, share in shares:
        for _ in range(number):
            at = BEGUN + timedelta(hours=3 * len(made))
            made.append(ScannedExam(at.isoformat(), bool(chance.random() < share)))
    return made


def test_a_quarter_that_is_scanned_twice_is_told_with_its_beginning() -> None:
    rise = rise_of(exams((120, 0.0), (60, 0.25)))
    assert rise is not None
    begun = BEGUN + timedelta(hours=3 * 120)
    assert begun <= datetime.fromisoformat(rise.since) <= begun + timedelta(hours=3 * 12)
    assert rise.repeated >= 4 and rise.before < 0.02


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5])
def test_what_was_always_so_is_usual(share: float) -> None:
    told = sum(rise_of(exams((1000, share), seed=seed)) is not None for seed in range(20))
    assert told <= 1


def test_a_protocol_that_is_always_scanned_twice_is_not_watched() -> None:
    assert rise_of(exams((300, 1.0))) is None


def test_fifty_exams_have_to_tell_what_is_usual_first() -> None:
    assert rise_of(exams((49, 0.0), (1, 1.0))) is None
    assert rise_of([*exams((40, 0.0)), *exams((10, 1.0))]) is None


def test_it_stands_until_forty_exams_are_as_before() -> None:
    told = exams((120, 0.0), (60, 0.25))
    assert rise_of([*told, *exams((200, 0.0))[:39]]) is not None
    later = [ScannedExam((BEGUN + timedelta(days=90, hours=n)).isoformat(), is_repeated=False) for n in range(60)]
    assert rise_of([*told, *later]) is None


def test_later_exams_change_nothing_about_what_was_told() -> None:
    whole = exams((120, 0.0), (120, 0.3))
    told = {rise for end in range(len(whole)) if (rise := rise_of(whole[:end])) is not None}
    assert len(told) == 1


def test_the_finding_says_scanner_protocol_and_how_often() -> None:
    (found,) = on_period(7, "CT 1", [("PE / Spiral", exams((120, 0.0), (60, 0.5))), ("Head", exams((200, 0.0)))])
    assert found.subject == "scanner 7" and found.cause.startswith("PE / Spiral since 2026-01-")
    assert "have the same scan twice or more; before, 0 of 12" in found.sentence
    assert found.dated is not None and found.dated.protocols == ("PE / Spiral",)


def test_two_scans_of_one_range_are_repeated_and_of_two_are_not() -> None:
    assert is_same_range(2, 2, 300.0, 310.0)
    assert not is_same_range(2, 2, 150.0, 310.0)
    assert not is_same_range(1, 1, 300.0, 300.0)
    assert is_same_range(2, 1, 300.0, 300.0)
