"""Which typed names are one person: what is sure, what is only suggested, and where nothing is."""

from itertools import combinations
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.person_names import Known, Suggested, suggest
from doseloop.harmonise.typed_names import taken_apart, user_ids
from doseloop.reference.staff_names import is_one_person

MADE = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text("utf-8"))


def known(*typed: str) -> list[Known]:
    """Names, the first of them typed most."""
    return [Known(key, name, len(typed) - key) for key, name in enumerate(typed)]


def told(*typed: str) -> list[tuple[str, str, str]]:
    return [(typed[one.alias], typed[one.of], one.confidence) for one in suggest(known(*typed)).suggestions]


def open_names(*typed: str) -> dict[str, list[str]]:
    return {typed[one.key]: [typed[key] for key in one.could_be] for one in suggest(known(*typed)).undecided}


def department() -> tuple[list[Known], dict[int, int]]:
    """The made department and whom each name is of; -1 is nobody."""
    names, who = [], {}
    for person, typed in enumerate([*MADE["people"], MADE["nobody"]]):
        for position, name in enumerate(typed):
            who[len(names)] = person if typed is not MADE["nobody"] else -1
            names.append(Known(len(names), name, max(1, 200 - 30 * position - person)))
    return names, who


@pytest.mark.parametrize(
    ("typed", "family", "given_names"),
    [
        ("Muster^Max^^Dr.", "muster", ("max",)),
        ("Muster, Dr. Max", "muster", ("max",)),
        ("Prof. Dr. med. Max Muster", "muster", ("max",)),
        ("Muster M.", "muster", ("m",)),
        ("M.Muster", "muster", ("m",)),
        ("max.muster@hospital.example", "muster", ("max",)),
        ("Lena von der Heide", "von der heide", ("lena",)),
        ("von der Heide Lena", "von der heide", ("lena",)),
        ("GROSS^JÖRG", "gross", ("joerg",)),
        ("Groß^Jörg", "gross", ("joerg",)),
        ("Nurse^Paul", "nurse", ("paul",)),
        ("Muster", "muster", ()),
        ("person-KJ2XQ5ZZ7AABBCCDDEEFFGGHHI", "", ()),
    ],
)
def test_a_typed_name_is_taken_apart(typed: str, family: str, given_names: tuple[str, ...]) -> None:
    found = taken_apart(typed)
    assert (found.family, found.given) == (family, given_names)


def test_the_same_name_written_otherwise_is_sure() -> None:
    spellings = ("Müller^Jörg", "MUELLER^JOERG", "Müller, Jörg", "Jörg Müller", "Dr. Müller, Jörg")
    assert told(*spellings) == [(one, "Müller^Jörg", "sure") for one in spellings[1:]]


@pytest.mark.parametrize(
    "other",
    [
        "Muster, M.",
        "mmuster",
        "Muster",
        "Mustre^Max",
        "Muster-Weber^Max",
        "Muster^Max^Karl",
        "Muster Max",
        "Muster Max Jr",
    ],
)
def test_what_is_not_written_the_same_is_suggested_and_never_sure(other: str) -> None:
    (found,) = suggest(known("Muster^Max", other)).suggestions
    assert {found.alias, found.of} == {0, 1}
    assert found.confidence == "unsure"
    assert found.evidence


@pytest.mark.parametrize("other", ["Muster^Anna", "Muster, A.", "Weber^Max", "Muster^Max Anton"])
def test_two_people_are_not_suggested(other: str) -> None:
    assert told("Muster^Max Karl", other) == []


def test_a_bare_surname_with_two_possible_people_is_told_as_such() -> None:
    assert open_names("Muster^Max", "Muster^Anna", "Muster") == {"Muster": ["Muster^Max", "Muster^Anna"]}
    assert told("Muster^Max", "Muster^Anna", "Muster", "MUSTER") == []


def test_an_initial_that_two_people_have_is_told_as_such() -> None:
    assert open_names("Muster^Max", "Muster^Maria", "mmuster")["mmuster"] == ["Muster^Max", "Muster^Maria"]


def test_a_name_that_reads_either_way_where_both_people_are_there_is_told_as_such() -> None:
    assert list(open_names("Thomas^Martin", "Martin^Thomas", "Thomas Martin")) == ["Thomas Martin"]


def test_pseudonyms_are_compared_with_nothing() -> None:
    assert told("person-KJ2XQ5ZZ7AABBCCDDEEFFGGHHI", "person-KJ2XQ5ZZ7AABBCCDDEEFFGGHHJ") == []


def test_of_a_made_department_every_sure_suggestion_is_right_and_nobody_is_given_to_somebody() -> None:
    names, who = department()
    assert len(names) >= 120
    found = suggest(one for one in names if is_one_person(one.typed))
    sure = [one for one in found.suggestions if one.confidence == "sure"]
    unsure = [one for one in found.suggestions if one.confidence == "unsure"]
    assert [(names[one.alias].typed, names[one.of].typed) for one in sure if who[one.alias] != who[one.of]] == []
    wrong = [(names[one.alias].typed, names[one.of].typed) for one in unsure if who[one.alias] != who[one.of]]
    assert wrong == []
    first = {person: key for key, person in reversed(who.items())}
    aliases = {key for key, person in who.items() if person >= 0 and key != first[person]}
    found_of = {one.alias for one in found.suggestions} & aliases
    missed = [names[key].typed for key in sorted(aliases - found_of)]
    assert (len(names), len(sure), len(unsure)) == (124, 40, 39)
    assert missed == ["Fischer^Stefan", "Haddad^Layla"]
    assert {key for key, person in who.items() if person < 0} <= {one.key for one in found.undecided}


_NAMES = st.lists(
    st.sampled_from([name for typed in MADE["people"] for name in typed] + MADE["nobody"]), unique=True, max_size=30
)


@given(_NAMES)
def test_following_suggestions_never_leads_back_and_never_joins_two_given_names(typed: list[str]) -> None:
    found = suggest(known(*typed))
    leads = {one.alias: one.of for one in found.suggestions}
    assert len(leads) == len(found.suggestions)
    for start in leads:
        seen, at = {start}, leads[start]
        while at in leads:
            assert at not in seen
            seen.add(at)
            at = leads[at]
    check_sure(found, typed)


def check_sure(found: Suggested, typed: list[str]) -> None:
    for one in found.suggestions:
        if one.confidence == "sure":
            names = taken_apart(typed[one.alias]), taken_apart(typed[one.of])
            assert len({(name.family, name.given, name.generation) for name in names}) == 1


@given(_NAMES, st.randoms())
def test_the_order_of_names_does_not_matter(typed: list[str], chance: object) -> None:
    names = [Known(key, name, 5) for key, name in enumerate(typed)]
    assert set(suggest(names).suggestions) == set(suggest(reversed(names)).suggestions)


def test_no_two_people_of_the_department_share_a_user_id_by_chance() -> None:
    parts = [taken_apart(typed[0]) for typed in MADE["people"]]
    shared = [(one, other) for one, other in combinations(parts, 2) if set(user_ids(one)) & set(user_ids(other))]
    assert {one.family for pair in shared for one in pair} <= {"schmidt", "thomas", "martin"}
