"""A protocol that does not fit is told where names and codes are certain, and nothing is said where they are not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.body_places import are_apart
from doseloop.assess.wrong_protocol import ContrastUse, KvpHabit, ProtocolUse, Said, Scan, on_exam

HEAD, CHEST, ABDOMEN = frozenset({"head"}), frozenset({"chest"}), frozenset({"abdomen"})
REGIONS = (
    "head",
    "neck",
    "chest",
    "heart",
    "abdomen",
    "pelvis",
    "l-spine",
    "lower-limb",
    "spine",
    "whole-body",
    "breast",
)


NOTHING = Said("")


def use(protocol: Said, asked: Said = NOTHING, **given: Any) -> ProtocolUse:
    scan = Scan(
        given.pop("scanned", NOTHING),
        given.pop("coded", frozenset()),
        given.pop("phantom", None),
        given.pop("kvp", None),
    )
    return replace(ProtocolUse("exam 7", 50.0, True, asked, protocol, (scan,)), **given)


def causes(exam: ProtocolUse) -> list[str]:
    return [one.cause for one in on_exam(exam)]


def test_an_adult_protocol_on_a_child_is_told_with_the_age() -> None:
    (found,) = on_exam(use(Said("Head (Adult)", made_for="adult"), age_years=4.9, provisional=True))
    assert found.sentence == "“Head (Adult)” is a protocol for adults; the patient is 4 years old."
    assert (str(found.key), found.provisional) == ("wrong-protocol/exam 7/age", True)


@pytest.mark.parametrize(
    ("age", "told"), [(0.0, True), (15.9, True), (16.0, False), (80.0, False), (None, False), (-1.0, False)]
)
def test_only_a_child_whose_age_is_known_is_judged(age: float | None, told: bool) -> None:
    assert bool(on_exam(use(Said("Adult", made_for="adult"), age_years=age))) is told


def test_a_word_for_children_in_any_name_speaks_for_the_protocol() -> None:
    adult, child = Said("Adult", made_for="adult"), Said("Ped", made_for="child")
    assert causes(use(adult, age_years=3.0, scanned=child)) == []


def test_a_radiograph_is_judged_by_its_words_alone() -> None:
    exam = use(Said("Chest adult", CHEST, made_for="adult"), Said("Head", HEAD), age_years=1.0, is_ct=False)
    assert causes(exam) == ["age"]


def kvp(children: dict[float, int], adults: dict[float, int], own: float | None = 120.0) -> ProtocolUse:
    return use(Said("Head", HEAD), age_years=6.0, kvp=own, kvp_habit=lambda: KvpHabit(children, lambda: adults))


def test_without_a_name_the_voltage_of_adults_is_told() -> None:
    (found,) = on_exam(kvp({80.0: 12}, {120.0: 40}))
    assert found.sentence == (
        "120 kV is what this scanner uses for adults; the patient is 6 years old, and of 12 earlier scans of children for the "
        "same procedure none had it."
    )


@pytest.mark.parametrize(
    "exam",
    [
        kvp({80.0: 4}, {120.0: 40}),
        kvp({80.0: 12}, {120.0: 19}),
        kvp({80.0: 12, 120.0: 1}, {120.0: 40}),
        kvp({80.0: 12}, {120.0: 37, 100.0: 3}),
        kvp({80.0: 12}, {120.0: 40}, own=80.0),
        kvp({80.0: 12}, {120.0: 40}, own=None),
        kvp({}, {}),
    ],
)
def test_a_voltage_that_is_no_habit_says_nothing(exam: ProtocolUse) -> None:
    assert on_exam(exam) == []


def test_a_protocol_of_another_part_of_the_body_is_told() -> None:
    (found,) = on_exam(use(Said("Head^Routine", HEAD), Said("CT Abdomen", ABDOMEN), scanned=Said("Head Spiral", HEAD)))
    assert found.sentence == "“Head Spiral” is a protocol for another part of the body than “CT Abdomen”."


@pytest.mark.parametrize(
    ("protocol", "asked"),
    [
        (CHEST, ABDOMEN),
        (HEAD, frozenset()),
        (HEAD, frozenset({"whole-body"})),
        (HEAD, frozenset({"chest", "breast"})),
        (HEAD | CHEST, ABDOMEN),
        (HEAD, frozenset({"c-spine"})),
    ],
)
def test_neighbours_and_open_names_are_no_contradiction(protocol: frozenset[str], asked: frozenset[str]) -> None:
    assert on_exam(use(Said("p", protocol), Said("a", asked))) == []


def test_one_fitting_acquisition_is_enough() -> None:
    assert on_exam(use(Said("Head", HEAD), Said("CT Abdomen", ABDOMEN), scanned=Said("Abdomen", ABDOMEN))) == []


def test_a_head_stated_for_the_body_phantom_is_told() -> None:
    exam = use(Said("Head", HEAD), Said("CT Head", HEAD), coded=HEAD, phantom=32)
    (found,) = on_exam(exam)
    assert found.sentence == "A protocol for the head states its dose for the body phantom of 32 cm (“Head”)."
    assert on_exam(use(Said("Head", HEAD), Said("CT Head", HEAD), phantom=16)) == []


@pytest.mark.parametrize(
    "exam",
    [
        use(Said("Head", HEAD), phantom=32),
        use(Said("x"), Said("CT Head", HEAD), coded=HEAD, phantom=32),
        use(Said("Head", HEAD), Said("CT Head Neck", HEAD | {"neck"}), phantom=32),
        use(Said("Head", HEAD), Said("CT Head", HEAD), coded=frozenset({"neck"}), phantom=32),
        use(Said("Head", HEAD), Said("CT Head", HEAD), phantom=None),
    ],
)
def test_a_phantom_is_judged_only_where_all_agree_on_the_region(exam: ProtocolUse) -> None:
    assert on_exam(exam) == []


@pytest.mark.parametrize(("age", "told"), [(40.0, True), (18.0, True), (17.9, False), (None, False)])
def test_a_body_stated_for_the_head_phantom_is_told_of_adults_alone(age: float | None, told: bool) -> None:
    exam = use(Said("Abdomen", ABDOMEN), Said("CT Abdomen", ABDOMEN), phantom=16, age_years=age)
    assert causes(exam) == (["phantom"] if told else [])


def contrast(own: set[Any], before: dict[Any, int], said: str = "no", asked: str = "") -> ProtocolUse:
    known = ContrastUse(frozenset(own), lambda: before)
    return use(Said("Thorax nativ", CHEST, said), Said("CT Chest", CHEST, asked), contrast=lambda: known)


def test_contrast_against_the_name_is_told_where_the_scanner_always_codes_it_as_it_names_it() -> None:
    (found,) = on_exam(contrast({"with"}, {"without": 100}))
    assert found.cause == "contrast"
    assert found.sentence == (
        "“Thorax nativ” is a protocol without contrast medium, and the scan is coded as with it; all of 100 earlier scans with the "
        "protocol fitted."
    )


def test_contrast_that_was_asked_for_and_coded_is_told_without_a_past() -> None:
    (found,) = on_exam(contrast({"with"}, {}, asked="yes"))
    assert found.sentence.endswith("the scan is coded as with it, as “CT Chest” says.")
    assert on_exam(contrast({"without"}, {}, asked="yes")) == []


@pytest.mark.parametrize(
    "exam",
    [
        contrast({"with"}, {"without": 99}),
        contrast({"with"}, {"without": 100, "with": 1}),
        contrast({"without"}, {"without": 100}),
        contrast({"with", "without"}, {"without": 100}),
        contrast(set(), {"without": 100}),
        contrast({"with"}, {"without": 100}, said="both"),
        contrast({"with"}, {"without": 100}, said=""),
    ],
)
def test_contrast_says_nothing_where_it_is_not_certain(exam: ProtocolUse) -> None:
    assert on_exam(exam) == []


def test_older_children_are_not_judged_by_voltage() -> None:
    assert causes(replace(kvp({80.0: 12}, {120.0: 40}), age_years=14.9)) == ["age"]
    assert causes(replace(kvp({80.0: 12}, {120.0: 40}), age_years=15.0)) == []


def test_the_past_is_asked_for_only_where_it_could_tell() -> None:
    def never() -> Any:
        raise AssertionError

    assert on_exam(use(Said("Head", HEAD), Said("CT Head", HEAD), kvp=120.0, kvp_habit=never, contrast=never)) == []


@given(st.frozensets(st.sampled_from(REGIONS)), st.frozensets(st.sampled_from(REGIONS)))
def test_regions_are_apart_both_ways_or_not_at_all_and_never_from_themselves(
    one: frozenset[str], other: frozenset[str]
) -> None:
    assert are_apart(one, other) == are_apart(other, one)
    assert not are_apart(one, one | other)


@given(
    st.floats(allow_nan=True) | st.none(),
    st.frozensets(st.sampled_from(REGIONS)),
    st.frozensets(st.sampled_from(REGIONS)),
    st.sampled_from([None, 0, 16, 32]),
    st.sampled_from(["adult", "child", ""]),
)
def test_any_exam_is_judged_and_each_cause_told_once(age: Any, named: Any, asked: Any, phantom: Any, whom: Any) -> None:
    found = causes(use(Said("p", named, made_for=whom), Said("a", asked), age_years=age, phantom=phantom))
    assert len(found) == len(set(found))
