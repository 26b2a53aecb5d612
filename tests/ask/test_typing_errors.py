"""Misspelt words: what is put right and told, what is asked back, and what is never touched."""

import json
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

import pytest
from jsonschema import Draft202012Validator

from doseloop.ask.conversation import Conversation, next_turn
from doseloop.ask.languages import Readers
from doseloop.ask.outcome import AskedBack, Understood
from doseloop.ask.plan import Plan
from doseloop.ask.slips import slips
from doseloop.ask.text import folded
from doseloop.ask.typing_errors import candidates, is_right
from doseloop.reference.data_yaml import parsed
from tests.ask.mistyped import mistyped, outcomes
from tests.ask.questioned import DEPARTMENT, reader
from tests.shared import shared

WORDS = Path(__file__).parents[2] / "src" / "doseloop" / "ask" / "words"
WORDINGS = Path(__file__).parent / "wordings"


def understood(text: str) -> Understood:
    outcome = reader().read(text)
    assert isinstance(outcome, Understood), (text, outcome)
    return outcome


def plan_of(text: str) -> Plan:
    return understood(text).plan


def right_for(text: str, word: str) -> tuple[str, ...]:
    given = reader().vocabulary.tokens(text)
    return candidates(given, [one.text for one in given].index(word), reader().vocabulary)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fluoro tme for TAVI ths year", "fluoro time for TAVI this year"),
        ("hwo many CT exams in teh last week", "how many CT exams in the last week"),
        ("median DLP for hte CT haed, lst 30 dys", "median DLP for the CT head, last 30 days"),
        ("CT head doses lsat month by siite", "CT head doses last month by site"),
        ("mean DLP of CT chest by ageband", "mean DLP of CT chest by age band"),
        ("CT doses at North Clin last month", "CT doses at North Clinic last month"),
        ("meen DLP of CT chest this yaer", "mean DLP of CT chest this year"),
        ("median DLP of CT head in Octobr", "median DLP of CT head in October"),
    ],
)
def test_what_is_misspelt_means_what_was_meant(typed: str, meant: str) -> None:
    assert plan_of(typed) == plan_of(meant)
    assert understood(typed).repairs
    assert not understood(meant).repairs


def test_every_repair_is_told_with_the_word_as_typed() -> None:
    assert understood("hwo many CT exams in teh last wek").repairs == (("hwo", "how"), ("teh", "the"), ("wek", "week"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("CPA doses at night", "cpa"),
        ("CT head pta doses", "pta"),
        ("median kpa for PCI", "kpa"),
        ("CT doses by trail", "trail"),
        ("CT doses of Daly last week", "daly"),
        ("CT head of dr lsat", "lsat"),
        ("CT chest doses of okofor", "okofor"),
        ("CT chest doses of brandt", "brandt"),
        ("median dlp of yi", "yi"),
    ],
)
def test_codes_names_right_words_and_very_short_ones_are_never_changed(text: str, word: str) -> None:
    assert right_for(text, word) == ()


def test_no_word_of_a_name_in_the_record_is_ever_changed() -> None:
    vocabulary = reader().vocabulary
    names = [
        *DEPARTMENT.operators,
        *DEPARTMENT.physicians,
        *DEPARTMENT.sites,
        *(one.name for one in DEPARTMENT.scanners),
    ]
    for name in names:
        given = vocabulary.tokens(f"wek {name}")
        assert not any(candidates(given, at, vocabulary) for at in range(1, len(given))), name


def test_of_several_near_words_the_question_decides() -> None:
    found = understood("number of mammografy exams last month")
    assert len(right_for("number of mammografy exams last month", "mammografy")) > 1
    assert found.plan == plan_of("number of mammography exams last month")


def test_where_two_near_words_mean_different_plans_it_is_asked_back() -> None:
    text = "Meian breast thickness by operator this year"
    assert {"mean", "median"} <= set(right_for(text, "meian"))
    outcome = reader().read(text)
    assert isinstance(outcome, AskedBack)
    assert outcome.words == ("meian",)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lumber spine CT doses this year", "lumbar spine CT doses this year"),
        ("peak skin doze for EVAR in 2025", "peak skin dose for EVAR in 2025"),
        ("number of CT exams form last month", "number of CT exams from last month"),
        ("how many CT exams did we preform last week", "how many CT exams did we perform last week"),
    ],
)
def test_a_right_word_stands_for_another_only_beside_its_context(typed: str, meant: str) -> None:
    assert plan_of(typed) == plan_of(meant)
    assert understood(typed).repairs


@pytest.mark.parametrize("text", ["CT head doses lumber this year", "doze for EVAR in 2025 lumber"])
def test_a_right_word_without_its_context_is_asked_back(text: str) -> None:
    assert not isinstance(reader().read(text), Understood)


def test_another_language_that_knows_as_few_words_puts_nothing_right() -> None:
    outcome, _ = Readers(DEPARTMENT).next_turn(Conversation(), "dlp pist ct cardaic north clinic")
    assert not isinstance(outcome, Understood)


def test_150_questions_with_a_slip_by_chance_have_no_wrong_answer() -> None:
    vocabularies = [one.vocabulary for one in Readers(DEPARTMENT).by_code.values()]
    english = vocabularies[0]

    def is_word(typed: str) -> bool:
        word = folded(typed)
        return len(word) < 3 or word in english.all_words | english.language.silent or is_right(word, english)

    paths = [shared("ask/questions.jsonl"), *sorted(WORDINGS.glob("[abc]/*.jsonl"))]
    turn = Readers(DEPARTMENT).next_turn
    judged = list(outcomes(mistyped(paths, Random(20), 150, is_word), turn))
    wrong = [one.text for result, one in judged if result == "wrong"]
    right = sum(result == "right" for result, _ in judged)
    print(f"{right} of {len(judged)} questions with a slip are read right")
    assert not wrong
    assert right >= 0.6 * len(judged)


def test_a_misspelt_question_takes_less_than_50_ms_of_processor_time() -> None:
    english = reader()
    english.read("wek")
    paths = [shared("ask/questions.jsonl")]
    taken = []
    for one in islice(mistyped(paths, Random(3), 60, lambda _: False), 60):
        before = process_time()
        next_turn(english, Conversation(), one.text)
        taken.append(process_time() - before)
    assert median(taken) < 0.05


def test_the_list_of_slips_follows_its_schema_and_leads_to_words_that_are_known() -> None:
    schema = json.loads((WORDS / "typing.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(parsed((WORDS / "en" / "typing.yaml").read_text("utf-8")))
    vocabulary, known = reader().vocabulary, slips("en")
    words = vocabulary.known_words | vocabulary.language.silent
    for typed, meanings in known.shortened.items():
        assert all(set(meaning.split()) <= words for meaning in meanings), typed
    assert {entry.means for entry in known.confused.values()} <= words
