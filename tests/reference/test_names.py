"""Names in the form in which they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.reference.names import comparable, normalised


@pytest.mark.parametrize(
    "name",
    ["Head Routine", "Head_Routine", "HeadRoutine", "1.1 Head Routine", "10.13 head-routine", "HEAD  ROUTINE (Adult)"],
)
def test_spellings_of_one_name_become_one(name: str) -> None:
    assert normalised(name) == "head routine"


def test_umlauts_are_written_out_and_accents_dropped() -> None:
    assert normalised("Schädel Größe") == normalised("SCHAEDEL groesse") == "schaedel groesse"
    assert normalised("Crâne") == "crane"


def test_a_plain_number_belongs_to_the_name() -> None:
    assert normalised("3 phase liver") == "3 phase liver"


def test_the_modality_at_either_end_and_one_neutral_ending_do_not_matter() -> None:
    neutral = frozenset(("with contrast", "mit km", "nativ"))
    assert comparable("CT Chest with contrast", neutral) == comparable("Chest CT", neutral) == "chest"
    assert comparable("CT", neutral) == "ct"


@pytest.mark.parametrize("name", ["Abdomen nativ mit KM", "Abdomen without and with contrast"])
def test_several_phases_do_not_become_one(name: str) -> None:
    assert comparable(name, frozenset(("with contrast", "mit km", "nativ"))) != "abdomen"


@given(st.text(max_size=40))
def test_normalising_words_again_changes_nothing_but_numbering(name: str) -> None:
    once = normalised(name)
    assert normalised(once) == once
