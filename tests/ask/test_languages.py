"""Questions in several languages: each is read in its own, and one of another language is never answered wrongly."""

from pathlib import Path

import pytest

from doseloop.ask.conversation import Conversation
from doseloop.ask.language import language
from doseloop.ask.languages import Readers, codes
from doseloop.ask.outcome import Outcome, Understood
from doseloop.ask.pattern import expanded
from doseloop.ask.text import tokens
from doseloop.ask.windows import RULES
from doseloop.reference.data_yaml import parsed
from tests.ask.judging import canonical, tally
from tests.ask.questioned import DEPARTMENT
from tests.shared import shared

READERS = Readers(DEPARTMENT)
LANGUAGES = ("en", "de", "fr", "es", "tr")
WORDINGS = Path(__file__).parent / "wordings"


def asked(text: str) -> Outcome:
    return READERS.next_turn(Conversation(), text)[0]


def test_there_are_five_languages_and_english_comes_first() -> None:
    assert codes()[0] == "en"
    assert set(codes()) == set(LANGUAGES)


def test_the_given_questions_of_all_languages_have_no_wrong_answer_and_97_of_100_right_ones() -> None:
    found, wrong = tally(shared("ask/questions.jsonl"), READERS.next_turn, LANGUAGES)
    assert not wrong
    assert found["right"] >= 0.97 * found.total()


@pytest.mark.parametrize("path", sorted(WORDINGS.glob("?/*.jsonl")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_english_questions_have_no_wrong_answer_among_the_other_languages(path: Path) -> None:
    found, wrong = tally(path, READERS.next_turn)
    assert not wrong
    assert found["right"] >= 0.9 * found.total()


@pytest.mark.parametrize(
    ("english", "others"),
    [
        (
            "median DLP for CT head last month by scanner",
            [
                "medianes DLP für CT Kopf im letzten Monat nach Gerät",
                "PDL médian du scanner crâne par appareil le mois dernier",
                "mediana del DLP de TC de cráneo por equipo el mes pasado",
                "Geçen ay beyin BT medyan DLP cihaza göre",
            ],
        ),
        (
            "CT chest doses in women over 80 kg this year",
            [
                "CT-Thorax-Dosen bei Frauen über 80 kg in diesem Jahr",
                "doses du scanner thorax chez les femmes de plus de 80 kg cette année",
                "dosis de TC de tórax en mujeres de más de 80 kg este año",
                "bu yıl kadınlarda 80 kg üzeri toraks BT dozları",
            ],
        ),
        (
            "fluoroscopy time for PCI by physician since January",
            [
                "Durchleuchtungszeit für PCI nach Arzt seit Januar",
                "temps de scopie pour PCI par médecin depuis janvier",
                "tiempo de escopia para ICP por médico desde enero",
            ],
        ),
    ],
)
def test_the_same_question_has_the_same_plan_in_each_language(english: str, others: list[str]) -> None:
    first = asked(english)
    assert isinstance(first, Understood)
    for text in others:
        outcome = asked(text)
        assert isinstance(outcome, Understood), (text, outcome)
        assert canonical(outcome.plan.model_dump(mode="json")) == canonical(first.plan.model_dump(mode="json")), text


SAME = parsed((Path(__file__).parent / "same_meaning.yaml").read_text("utf-8"))


@pytest.mark.parametrize("code", [one for one in LANGUAGES if one != "en"])
def test_of_39_questions_in_a_natives_words_none_is_read_wrongly_and_19_of_20_are_right(code: str) -> None:
    right = 0
    for row in SAME:
        english, outcome = asked(row["en"]), asked(row[code])
        assert isinstance(english, Understood), row["en"]
        if isinstance(outcome, Understood):
            same = canonical(english.plan.model_dump(mode="json"))
            assert canonical(outcome.plan.model_dump(mode="json")) == same, row[code]
            right += 1
    assert right >= 0.95 * len(SAME)


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("fr", "Combien d'examens de l'abdomen ?", ["combien", "de", "examens", "de", "abdomen"]),
        ("tr", "CT3'te kaç, North Clinic'te kaç?", ["ct3", "kac", "north", "clinic", "kac"]),
        ("tr", "50'den fazla", ["50", "den", "fazla"]),
        ("de", "Wie groß ist der Anteil?", ["wie", "gross", "ist", "anteil"]),
    ],
)
def test_what_an_apostrophe_joins_is_told_apart_and_letters_keep_their_sounds(
    code: str, text: str, words: list[str]
) -> None:
    assert [one.text for one in READERS.by_code[code].vocabulary.tokens(text)] == words


def test_a_token_knows_its_place_in_the_question_though_letters_became_two() -> None:
    text = "groß œdème CT3"
    assert [text[one.start : one.end] for one in tokens(text)] == ["groß", "œdème", "CT3"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_pattern_of_every_list_can_be_read(code: str) -> None:
    for phrase, pattern in language(code).phrases:
        assert expanded(pattern), (phrase, pattern)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_window_has_what_its_rule_needs(code: str) -> None:
    names = {"this", "last", "last_n", "before_last", "ago", "bare_n", "previous_n", "past_one"}
    for phrase, pattern in language(code).phrases:
        if phrase.kind != "window" or phrase.value not in names:
            continue
        for steps in expanded(pattern):
            assert any(not isinstance(step, str) and step[0] == "u" for step in steps), (code, pattern)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_window_has_a_rule(code: str) -> None:
    fixed = {"this_day", "this_week", "this_month", "this_quarter", "this_year", "last_day", "last_month"}
    assert {phrase.value for phrase, _ in language(code).phrases if phrase.kind == "window"} <= fixed | set(RULES)
