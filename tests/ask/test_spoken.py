"""What a plan says reads back as the same plan, in whatever case and spacing."""

from random import Random

import pytest

from doseloop.ask.outcome import Understood
from doseloop.ask.spoken import said_of
from tests.ask.judging import canonical
from tests.ask.questioned import reader
from tests.ask.random_plans import random_plan

PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_random_plans_read_back_as_themselves(part: int) -> None:
    random = Random(20 + part)
    for _ in range(10_000 // PARTS):
        plan = random_plan(random)
        words = said_of(plan)
        outcome = reader().read(words)
        assert isinstance(outcome, Understood), (words, outcome)
        assert canonical(outcome.plan.model_dump(mode="json")) == canonical(plan.model_dump(mode="json")), words


def test_case_and_spaces_change_nothing() -> None:
    random = Random(7)
    for _ in range(300):
        words = said_of(random_plan(random))
        plain = reader().read(words)
        assert reader().read(words.upper()) == plain, words
        assert reader().read("  " + words.replace(" ", "   ") + " ?") == plain, words
