"""The reader of words: all words are used, synonyms and units change nothing, and no text makes it fail."""

from datetime import datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doseloop.ask.department import Department, Machine
from doseloop.ask.outcome import AskedBack, Declined, StartedOver, Understood
from doseloop.ask.plan import Plan
from doseloop.ask.reader import Reader
from doseloop.ask.vocabulary import vocabulary
from tests.ask.judging import canonical
from tests.ask.questioned import reader


def plan_of(text: str) -> Plan:
    outcome = reader().read(text)
    assert isinstance(outcome, Understood), (text, outcome)
    return outcome.plan


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("median DLP of CT head last month by scanner", "by scanner, last month: median DLP of CT head"),
        ("median DLP for CT head by scanner", "median dose length product of brain CTs for each machine"),
        ("CT chest doses in women over the last 6 weeks", "chest CT doses in females in the past six weeks"),
        ("fluoroscopy procedures with air kerma over 5 Gy", "fluoroscopy procedures with air kerma over 5000 mGy"),
        ("KAP above 20 Gycm2 this year", "DAP above 2000 cGy·cm² this year"),
        ("how many CT exams yesterday", "number of CT examinations yesterday"),
        ("CT head doses since 15 September", "CT head doses since 2026-09-15"),
        ("CT1 versus CT3: median DLP for CT chest", "compare CT3 and CT1, median DLP for CT chest"),
    ],
)
def test_order_synonyms_and_units_change_nothing(one: str, other: str) -> None:
    first, second = plan_of(one), plan_of(other)
    assert canonical(first.model_dump(mode="json")) == canonical(second.model_dump(mode="json"))


@pytest.mark.parametrize(
    "text", ["median DLP for CT head frobnicated", "CT head doses blorp", "zzz", "CT head doses on Venus"]
)
def test_a_word_that_nothing_was_done_with_is_asked_back(text: str) -> None:
    outcome = reader().read(text)
    assert isinstance(outcome, AskedBack)
    assert outcome.reason == "unknown_term"
    assert outcome.words


def test_a_repaired_word_is_told() -> None:
    outcome = reader().read("meidan DLP for CT haed by scaner last month")
    assert isinstance(outcome, Understood)
    assert outcome.repairs == (("meidan", "median"), ("haed", "head"), ("scaner", "scanner"))


@pytest.mark.parametrize(
    "text", ["median DLP for CT9", "doses on CT33", "CT chest doses of okofor", "CT head DLP over 1500 mGx"]
)
def test_digits_names_and_units_are_never_repaired(text: str) -> None:
    assert not isinstance(reader().read(text), Understood)


@pytest.mark.parametrize(
    "text",
    [
        "CT chest doses'; DROP TABLE exams; --",
        "SELECT name FROM patients",
        "names of the patients above the national DRL",
        "delete all exams from CT1",
        "why did the CT head dose rise",
        "email me the CT doses",
        "is it safe to scan a pregnant patient",
    ],
)
def test_attacks_identity_changes_causes_and_judgement_are_declined(text: str) -> None:
    assert isinstance(reader().read(text), Declined)


def test_starting_over_is_told_from_a_question() -> None:
    assert isinstance(reader().read("start over"), StartedOver)


@settings(max_examples=2_000, deadline=None)
@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    reader().read(text)


def test_ten_thousand_rows_of_random_words_raise_nothing_and_words_nobody_knows_are_never_answered() -> None:
    random = Random(11)
    known = sorted(reader().vocabulary.known_words)
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(10_000):
        words = random.choices(known, k=random.randint(1, 6))
        if at % 2:
            words.insert(random.randrange(len(words) + 1), "".join(random.choices(letters, k=9)))
        outcome = reader().read(" ".join(words))
        assert not (at % 2 and isinstance(outcome, Understood) and not outcome.repairs), words


def test_a_question_that_is_too_long_is_asked_back() -> None:
    assert isinstance(reader().read("CT head doses " * 100), AskedBack)


_NAME = st.text(max_size=30)


@settings(max_examples=150, deadline=None)
@given(scanner=_NAME, site=_NAME, person=_NAME, protocol=_NAME)
def test_no_name_of_a_record_makes_reading_fail(scanner: str, site: str, person: str, protocol: str) -> None:
    department = Department(
        now=datetime(2026, 11, 18, 10),
        scanners=(Machine(scanner, "CT", site, (protocol,)), Machine("CT1", "CT", "Main Hospital")),
        sites=(site, "Main Hospital"),
        operators=(person, "Dr.", "S. Okafor"),
        physicians=(person,),
        procedures=(("CT", "CT Head"), ("CT", protocol)),
        protocols=(protocol, "<script>alert(1)</script>"),
    )
    outcome = Reader(vocabulary("en", department)).read("median DLP of CT head on CT1 by S. Okafor")
    assert not isinstance(outcome, StartedOver)


def test_the_exam_with_the_highest_dose_is_one() -> None:
    for text in ("which CT exam had the highest DLP this month", "the CT exam with the highest DLP this month"):
        plan = plan_of(text)
        assert (plan.intent, plan.limit, plan.order and plan.order.dir) == ("list", 1, "desc"), text
