"""Pseudonyms join what belonged together, and tell nothing without the key."""

from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.dose_object import Identity
from doseloop.model.names import joins
from doseloop.model.pseudonym import ISSUER, order_number, pseudonym, staff_name
from doseloop.reference.staff_names import is_one_person

KEY, OTHER = b"k" * 32, b"o" * 32
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1)


def test_a_patient_joins_across_studies_whatever_the_name_says() -> None:
    first = pseudonym(Identity("77", "A", "Doe^Jo", "1960-01-02"), KEY)
    again = pseudonym(Identity(" 77 ", "A", "DOE^J", None), KEY)
    assert first == again
    assert (first.issuer, first.name, first.birth_date) == (ISSUER, None, None)


@given(issuer=WORDS, number=WORDS, place=st.integers(min_value=1))
def test_where_the_issuer_ends_and_the_number_begins_matters(issuer: str, number: str, place: int) -> None:
    whole = issuer + number
    cut = place % len(whole)
    one, other = Identity(number, issuer), Identity(whole[cut:], whole[:cut])
    if one != other and joins(one.number) and joins(other.number):
        assert pseudonym(one, KEY).number != pseudonym(other, KEY).number


def test_another_key_gives_another_pseudonym() -> None:
    assert pseudonym(Identity("77"), KEY).number != pseudonym(Identity("77"), OTHER).number


@given(number=st.sampled_from([None, "", "  ", "0", "000", "unknown", "TEST", "12345", "n/a", "?"]))
def test_empty_and_dummy_numbers_stay_none(number: str | None) -> None:
    assert pseudonym(Identity(number), KEY).number is None


@given(number=WORDS)
def test_a_pseudonym_has_at_least_128_bits_fits_its_element_and_joins(number: str) -> None:
    found = pseudonym(Identity(number), KEY).number
    assert found is None or (27 <= len(found) <= 64 and joins(found) and found.isascii())


@given(number=WORDS)
def test_a_number_means_another_thing_as_an_order(number: str) -> None:
    assert len(order_number(number, KEY)) == 16
    assert order_number(number, KEY) not in (pseudonym(Identity(number), KEY).number or "")


def test_a_name_is_stable_over_case_and_empty_components_and_stays_one_person_or_several() -> None:
    jane = staff_name("Doe^Jane", KEY, one_person=True)
    assert jane == staff_name("DOE^JANE^^", KEY, one_person=True)
    assert is_one_person(jane)
    assert not is_one_person(staff_name("Doe / Roe", KEY, one_person=False))
    assert staff_name(" ^", KEY, one_person=True) == ""
