"""Questions whose meaning is known: those that were given, and those of writers who had not seen the reader."""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from doseloop.ask.conversation import next_turn
from tests.ask.judging import tally
from tests.ask.questioned import reader
from tests.shared import shared

WORDINGS = Path(__file__).parent / "wordings"


def test_the_given_questions_have_no_wrong_answer_and_97_of_100_right_ones() -> None:
    found, wrong = tally(shared("ask/questions.jsonl"), partial(next_turn, reader()))
    assert not wrong
    assert found["right"] >= 0.97 * found.total()


@pytest.mark.parametrize("path", sorted(WORDINGS.glob("*/*.jsonl")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_wordings_of_other_writers_have_no_wrong_answer(path: Path) -> None:
    _, wrong = tally(path, partial(next_turn, reader()))
    assert not wrong


@pytest.mark.parametrize("written", sorted(WORDINGS.glob("?")), ids=lambda written: written.name)
def test_of_each_round_of_wordings_8_of_10_are_right(written: Path) -> None:
    found = sum((tally(path, partial(next_turn, reader()))[0] for path in written.glob("*.jsonl")), Counter())
    assert found["right"] >= 0.8 * found.total()
