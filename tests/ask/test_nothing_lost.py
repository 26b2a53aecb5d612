"""No word is taken for politeness, for a limit of another thing or for nothing where it says which exams or which figure."""

import pytest

from doseloop.ask.conversation import Conversation, next_turn
from doseloop.ask.language import language
from doseloop.ask.languages import codes
from doseloop.ask.outcome import AskedBack, Declined, Outcome, Understood
from doseloop.ask.pattern import expanded
from doseloop.ask.reader import WITHOUT_MEANING
from tests.ask.judging import canonical
from tests.ask.questioned import reader

NAMING = frozenset(
    (
        *("modality", "region", "procedure", "shorthand", "_head", "_chest", "_abdomen", "_pelvis", "_low"),
        *("quantity", "sex", "age_group", "contrast", "protocol_age_group", "manufacturer"),
    )
)
"""Kinds of phrases that say which exams or which quantity."""
VERBS = frozenset((("hand", "me"), ("hand", "us"), ("hand", "out"), ("mm", "hm")))
"""Begin with a word that is also a name of something, and cannot mean it."""


def talk(*turns: str) -> Outcome:
    """The outcome of the last of the turns of a conversation."""
    before = Conversation()
    for text in turns:
        outcome, before = next_turn(reader(), before, text)
    return outcome


def meaning(*turns: str) -> object:
    """The plan after the last turn."""
    outcome = talk(*turns)
    assert isinstance(outcome, Understood), (turns, outcome)
    return canonical(outcome.plan.model_dump(mode="json"))


@pytest.mark.parametrize("code", codes())
def test_no_phrase_without_meaning_holds_the_name_of_an_exam_or_a_quantity(code: str) -> None:
    rows = [(phrase, row) for phrase, pattern in language(code).phrases for row in expanded(pattern)]
    names = {row[0] for phrase, row in rows if phrase.kind in NAMING and len(row) == 1}
    empty = [row for phrase, row in rows if phrase.kind in WITHOUT_MEANING]
    assert [row for row in empty if names & set(row) and row[:2] not in VERBS] == []


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("in head CT: median DLP by scanner", "median DLP of CT head by scanner"),
        ("CT1 against CT4 in head CT: median CTDIvol", "median CTDIvol of CT head, CT1 against CT4"),
        (
            "standard deviation of CTDIvol in head CT below 100 kV",
            "standard deviation of CTDIvol of CT head below 100 kV",
        ),
        ("at head CT, what is the mean DLP per scanner", "mean DLP of CT head by scanner"),
        ("how many exams and how many patients, by site", "how many patients and how many exams, by site"),
        (
            "number of CT exams and number of patients last month",
            "number of patients and number of CT exams last month",
        ),
        ("number of exams and patients by site", "number of exams and number of patients by site"),
        ("count of CT exams and of patients by scanner", "number of patients and number of CT exams by scanner"),
        ("list CT head exams with no weight recorded", "list CT head exams without recorded weight"),
        ("list CT head exams that have no weight recorded", "list CT head exams without recorded weight"),
        ("list CT head exams where no weight was recorded", "list CT head exams without recorded weight"),
        ("list CT head exams whose weight was not recorded", "list CT head exams without recorded weight"),
        ("list CT head exams for which no weight is known", "list CT head exams without recorded weight"),
        ("list CT head exams with no weight entered", "list CT head exams without recorded weight"),
        ("median DLP of CT head by scanner, not by site", "median DLP of CT head by scanner"),
        ("median, not mean, DLP of CT head by scanner", "median DLP of CT head by scanner"),
        (
            "list the PCIs whose air kerma exceeded the alert level",
            "list the PCIs with air kerma exceeding the alert level",
        ),
        ("median DLP of CT head from 20:00 onwards", "median DLP of CT head from 8 pm on"),
        ("25th and 75th percentile of DLP for CT chest", "p25 and p75 of DLP for CT chest"),
        (
            "among radiographers with at least 30 CT exams, who has the lowest median DLP",
            "which radiographer with at least 30 CT exams has the lowest median DLP",
        ),
        ("how does CT4 measure up to the rest on CT head DLP", "DLP of CT head on CT4 compared with the rest"),
        (
            "Doctor Novak compared to the others doctors: air kerma in TAVI",
            "air kerma in TAVI: Novak compared with the rest",
        ),
        ("air kerma in TAVI, Novak against the others, doctors", "air kerma in TAVI: Novak compared with the rest"),
        ("at what rate was SSDE missing by protocol on CT1", "missing rate of SSDE by protocol on CT1"),
        ("list TAVIs where fluoro ran longer than 40 minutes", "list TAVIs with fluoroscopy time over 40 minutes"),
        ("list CT exams above 15 mSv", "list CT exams with effective dose above 15 mSv"),
        ("contrast the median DLP of CT head on CT1 and CT2", "compare the median DLP of CT head on CT1 and CT2"),
        ("do CT heads get more DLP on nights than on days", "DLP of CT head, day against night"),
        ("how many exams except mammography by site", "number of exams without mammography by site"),
        ("number of CT exams by Okafor last month", "number of CT exams of operator Okafor last month"),
        ("median DLP of CT head of patients over 65 years", "median DLP of CT head in patients older than 65 years"),
        ("Okafor: how many CT heads did she do last month", "how many CT heads did Okafor do last month"),
        (
            "median DLP of CT head, ignoring exams that have no recorded weight",
            "median DLP of CT head with recorded weight",
        ),
        ("median DLP of CT head excluding exams without recorded weight", "median DLP of CT head with recorded weight"),
        ("median DLP of CT head, leaving out exams with missing weight", "median DLP of CT head with recorded weight"),
        ("median DLP of CT head, not counting those with no weight", "median DLP of CT head with recorded weight"),
        (
            "how often was adult protocol for the children used on CT4",
            "how often was the adult protocol used for children on CT4",
        ),
        (
            "how often was used adult protocol for the children on CT4",
            "how often was the adult protocol used for children on CT4",
        ),
        (
            "paediatric protocol for adults on CT4: how many",
            "how many times was the paediatric protocol used in adults on CT4",
        ),
        (
            "how many patients have built up a cumulative effective dose of more than 50 mSv in the past three years",
            "how many patients with a cumulative effective dose above 50 mSv over the last 3 years",
        ),
        (
            "list mammography exams where the breast was thicker than 8 cm",
            "list mammography exams with breast thickness over 80 mm",
        ),
        (
            "of the operators with at least 30 CT exams, name the three with the lowest mean DLP",
            "which three operators with at least 30 CT exams have the lowest mean DLP",
        ),
        ("CT exams on CT1 and CT4 together, per day", "number of CT exams on CT1 and CT4 per day"),
        ("operators by mean DLP of CT head, lowest mean DLP first", "mean DLP of CT head by operator, lowest first"),
    ],
)
def test_every_word_counts(text: str, same: str) -> None:
    assert meaning(text) == meaning(same)


FIRST = "mean DLP for CT head by scanner this year"


@pytest.mark.parametrize(
    ("turn", "whole"),
    [
        ("by weekday, not by scanner", "mean DLP for CT head by weekday this year"),
        ("I want it by the weekday, not by scanner", "mean DLP for CT head by weekday this year"),
        ("not by scanner, by weekday", "mean DLP for CT head by weekday this year"),
        ("by weekday and not by scanner", "mean DLP for CT head by weekday this year"),
        ("by weekday instead of by scanner", "mean DLP for CT head by weekday this year"),
        ("not by scanner but by weekday", "mean DLP for CT head by weekday this year"),
        ("no, by weekday", "mean DLP for CT head by weekday this year"),
        ("no, the maximum", "maximum DLP for CT head by scanner this year"),
        ("by weekday rather than scanner", "mean DLP for CT head by weekday this year"),
        ("not average, the maximum", "maximum DLP for CT head by scanner this year"),
        ("Not average, I am want the maximum", "maximum DLP for CT head by scanner this year"),
        ("the maximum, not the mean", "maximum DLP for CT head by scanner this year"),
        ("not the mean but the maximum", "maximum DLP for CT head by scanner this year"),
        ("not DLP, CTDIvol", "mean CTDIvol for CT head by scanner this year"),
        ("CTDIvol, not DLP", "mean CTDIvol for CT head by scanner this year"),
    ],
)
def test_what_is_said_not_to_be_meant_is_replaced(turn: str, whole: str) -> None:
    assert meaning(FIRST, turn) == meaning(whole)


@pytest.mark.parametrize(
    "turn", ["now cut it by sex", "slice that by sex", "cut by sex", "by sex", "chop it up by sex"]
)
def test_figures_are_cut_by_what_is_named(turn: str) -> None:
    assert meaning(FIRST, turn) == meaning("mean DLP for CT head by sex this year")


def test_one_bundling_of_time_replaces_another() -> None:
    for turn in ("monthly, not weekly", "not weekly, monthly", "monthly instead of weekly", "by month"):
        assert meaning("mean DLP for CT head per week", turn) == meaning("mean DLP for CT head per month"), turn


@pytest.mark.parametrize(
    ("turn", "whole"),
    [
        ("only exams with no weight recorded", "mean DLP for CT head without recorded weight by scanner this year"),
        ("which ones have no weight recorded", "list CT head exams without recorded weight this year"),
        ("which ones are missing the weight", "list CT head exams without recorded weight this year"),
        ("remove the grouping by scanner", "mean DLP for CT head this year"),
    ],
)
def test_exams_without_a_weight_and_groups_that_go(turn: str, whole: str) -> None:
    assert meaning(FIRST, turn) == meaning(whole)


RATE = "what percentage of CT chest exams exceeded the local DRL this year"


@pytest.mark.parametrize(
    ("turn", "whole"),
    [
        ("split it by site", "what percentage of CT chest exams exceeded the local DRL this year by site"),
        ("only the elderly", "what percentage of CT chest exams in the elderly exceeded the local DRL this year"),
        ("by month", "what percentage of CT chest exams exceeded the local DRL this year by month"),
    ],
)
def test_a_rate_stays_a_rate(turn: str, whole: str) -> None:
    assert meaning(RATE, turn) == meaning(whole)


@pytest.mark.parametrize(
    "turn",
    [
        "express that as a percentage",
        "as a percentage",
        "as a rate please",
        "give it in percent",
        "make that a percentage",
        "show it as a share",
    ],
)
def test_a_number_above_becomes_a_rate(turn: str) -> None:
    assert meaning("how many CT chest exams exceeded the local DRL this year", turn) == meaning(RATE)


@pytest.mark.parametrize(
    "turn",
    [
        "Now the other site, Main Hospital, in its place",
        "the other site, Main Hospital, instead",
        "what about the other hospital, Main Hospital",
        "same for the other site: Main Hospital",
        "Main Hospital, the other site, instead",
    ],
)
def test_the_other_one_by_its_name_replaces(turn: str) -> None:
    assert meaning("median DLP of CT head at North Clinic", turn) == meaning("median DLP of CT head at Main Hospital")


@pytest.mark.parametrize(
    "turns",
    [
        ("median DLP of CT head at North Clinic", "what about the other site"),
        ("ct head pts over 70 last month",),
        ("CT head patients above 70 last month",),
        ("CT head patients under 70 last 3 months",),
        ("median DLP of CT head on CT1", "same for frobnicated", "by operator", "compared with the previous month"),
        ("median DLP of CT head on CT1", "same for frobnicated", "women only"),
        ("median DLP of CT head on CT1", "same for frobnicated", "by operator", "women only"),
        ("median DLP over 3 last months of CT head",),
        ("median DLP of CT head in the last months",),
        ("exams and patients per site last month",),
        ("number of CT chest exams, not the top 3",),
        ("median DLP of CT head per week, not as a line chart",),
        ("median DLP of CT head by scanner", "and draw it not as a line chart"),
        ("median DLP of CT head by scanner", "yesterday and the day before that"),
        ("median DLP of CT head by scanner", "CTDIvol drift"),
        ("median and p95 DLP of CT head by scanner", "leave out the maximum"),
        ("median and p95 DLP of CT head by scanner", "the number of patients, leave out the p95"),
        ("median DLP of CT head by scanner", "over 80 kg, over 90 kg"),
        ("number of CT heads by scanner", "which ones are they as a percentage"),
        ("number of CT heads by scanner", "which ones are they by sex"),
        ("number of CT heads by scanner", "the distribution of which ones"),
        ("all doses except CT",),
        ("which machines do we have for mammography, weekly",),
        ("what sites are there without weight",),
        ("which machines do we have per month",),
        ("what is the lowest local DRL for CT head",),
        ("what is the local DRL for CT head where the weight is missing",),
        ("in the morning, median KAP of PCI by physician",),
        ("at night: PCI doses by physician",),
        ("CT cardiac not CT with DLP over 1800",),
        ("number of women and number of CT exams last month",),
        ("CT exams with weight missing and DLP over 1000",),
        ("number, not dose, of CT head exams by scanner",),
        ("median DLP of CT head by scanner, not by scanner",),
        ("how many exams did she do on CT1",),
        ("median DLP of CT head", "not the maximum"),
        ("median DLP of CT head by scanner", "not by weekday"),
    ],
)
def test_what_may_be_something_else_is_asked_back(turns: tuple[str, ...]) -> None:
    assert isinstance(talk(*turns), AskedBack)


@pytest.mark.parametrize(
    "text",
    [
        "name the three patients with the highest DLP",
        "name the patients with CT head above 1000 mGycm",
        "name the women who had a CT chest last week",
        "name me the people above the national DRL for CT head",
        "telephone number of the patient with the highest dose",
        "what makes North Clinic exceed the local DRL for CT chest more often than Main Hospital",
        "what did the department spend on contrast media last quarter",
    ],
)
def test_identity_causes_and_money_are_declined(text: str) -> None:
    assert isinstance(talk(text), Declined)
