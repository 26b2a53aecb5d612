"""Which typed names can be one person, measured both ways on names that were labelled by hand."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doseloop.reference.staff_names import folded_words, is_one_person, staff_words

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
LABELLED: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("staff_names.yaml").read_text("utf-8"))


def test_the_words_follow_their_schema_and_are_folded() -> None:
    schema = json.loads((DATA / "staff_names.schema.json").read_text("utf-8"))
    jsonschema.validate(yaml.safe_load((DATA / "staff_names.yaml").read_text("utf-8")), schema)
    words = staff_words()
    for one in words.titles | words.particles | words.generations | words.joiners | words.shared:
        assert folded_words(one) == (one,)


def test_no_word_says_two_things() -> None:
    words = staff_words()
    sets = (words.titles, words.particles, words.generations, words.joiners, words.shared)
    assert sum(map(len, sets)) == len(frozenset().union(*sets))


def test_at_least_a_hundred_and_twenty_names_are_labelled_and_none_twice() -> None:
    every = [*LABELLED["one"], *LABELLED["shared"], *LABELLED["hard"]["one"], *LABELLED["hard"]["shared"]]
    assert len(every) == len(set(every)) >= 120


@pytest.mark.parametrize("name", LABELLED["one"])
def test_a_name_of_one_person_is_one(name: str) -> None:
    assert is_one_person(name)


@pytest.mark.parametrize("name", LABELLED["shared"])
def test_a_shared_or_multiple_name_is_never_a_person(name: str) -> None:
    assert not is_one_person(name)


def test_of_the_hard_names_as_many_are_told_as_the_documentation_says() -> None:
    hard = LABELLED["hard"]
    right = (
        [name for name in hard["one"] if is_one_person(name)],
        [name for name in hard["shared"] if not is_one_person(name)],
    )
    assert tuple(map(len, right)) == (0, 0)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_answered_and_two_names_joined_are_never_one(one: str, other: str) -> None:
    is_one_person(one)
    one, other = "".join(filter(str.isalpha, one)), "".join(filter(str.isalpha, other))
    for sign in ("/", " & ", "+", ";", " und ", " and "):
        assert not is_one_person(f"A{one}{sign}B{other}")


@given(st.sampled_from(LABELLED["one"] + LABELLED["shared"]))
def test_case_and_spaces_do_not_matter(name: str) -> None:
    assert is_one_person(name.upper()) == is_one_person(f"  {name} ") == is_one_person(name)
