"""Conversations: what a follow-up changes, what it keeps, and what an answer to a question back completes."""

import pytest

from doseloop.ask.conversation import Conversation, next_turn
from doseloop.ask.outcome import AskedBack, Outcome, StartedOver, Understood
from doseloop.ask.plan import Plan
from tests.ask.judging import canonical
from tests.ask.questioned import reader


def talk(*turns: str) -> Outcome:
    """The outcome of the last of the turns of a conversation."""
    before = Conversation()
    for text in turns:
        outcome, before = next_turn(reader(), before, text)
    return outcome


def plan(*turns: str) -> Plan:
    outcome = talk(*turns)
    assert isinstance(outcome, Understood), outcome
    return outcome.plan


FIRST = "median DLP for CT head by scanner this year"


@pytest.mark.parametrize(
    ("turn", "whole"),
    [
        ("by operator", "median DLP for CT head by operator this year"),
        ("also by sex", "median DLP for CT head by scanner and sex this year"),
        ("only women", "median DLP for CT head in women by scanner this year"),
        ("use the mean instead", "mean DLP for CT head by scanner this year"),
        ("CTDIvol", "median CTDIvol for CT head by scanner this year"),
        ("CTDIvol instead of DLP", "median CTDIvol for CT head by scanner this year"),
        ("last month", "median DLP for CT head by scanner last month"),
        ("what about CT chest?", "median DLP for CT chest by scanner this year"),
        (
            "compared with the national DRL",
            "median DLP for CT head by scanner this year compared with the national DRL",
        ),
        ("highest first", "median DLP for CT head by scanner this year highest first"),
        ("as a bar chart", "median DLP for CT head by scanner this year as a bar chart"),
        ("only at North Clinic", "median DLP for CT head at North Clinic by scanner this year"),
        ("without CT4", "median DLP for CT head except CT4 by scanner this year"),
    ],
)
def test_a_follow_up_changes_one_thing_and_keeps_the_rest(turn: str, whole: str) -> None:
    changed, alone = plan(FIRST, turn), plan(whole)
    assert canonical(changed.model_dump(mode="json")) == canonical(alone.model_dump(mode="json"))


def test_undo_brings_back_the_plan_before() -> None:
    assert plan(FIRST, "only women", "undo") == plan(FIRST)


def test_a_new_question_starts_afresh_and_says_so() -> None:
    outcome = talk(FIRST, "how many mammography exams last week")
    assert isinstance(outcome, Understood)
    assert not outcome.follows
    follow_up = talk(FIRST, "only women")
    assert isinstance(follow_up, Understood)
    assert follow_up.follows
    assert "metrics" in follow_up.kept
    assert "filter procedure" in follow_up.kept


def test_after_starting_over_nothing_remains() -> None:
    assert isinstance(talk(FIRST, "start over"), StartedOver)
    assert isinstance(talk(FIRST, "start over", "only women"), AskedBack)


@pytest.mark.parametrize(
    ("question", "answer", "whole"),
    [
        ("average dose last month", "CT", "average CT dose last month"),
        ("CT chest doses of Brandt", "J. Brandt", "CT chest doses of J. Brandt"),
        ("CT chest doses in patients over 80", "kg", "CT chest doses in patients over 80 kg"),
        ("CT chest doses compared to the DRL", "the local one", "CT chest doses compared to the local DRL"),
        ("median dose of chest this year", "CT", "median dose of CT chest this year"),
    ],
)
def test_an_answer_to_a_question_back_completes_it(question: str, answer: str, whole: str) -> None:
    assert isinstance(talk(question), AskedBack)
    assert canonical(plan(question, answer).model_dump(mode="json")) == canonical(plan(whole).model_dump(mode="json"))


def test_a_follow_up_of_an_unanswered_question_does_not_change_the_plan_before_it() -> None:
    assert isinstance(talk(FIRST, "only frobnicated ones", "by operator"), AskedBack)
