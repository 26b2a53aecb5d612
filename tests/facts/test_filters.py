"""A filter's state lives in the address."""

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.facts.filters import ExamFilter
from doseloop.model.errors import UnusableInput

KEYS = st.none() | st.integers(0, 10**18 - 1)
TEXTS = st.none() | st.text(min_size=1, max_size=200).filter(str.isprintable)
DAYS = st.none() | st.dates()
FILTERS = st.builds(
    ExamFilter,
    site=KEYS,
    scanner=KEYS,
    modality=TEXTS,
    procedure=TEXTS,
    text=TEXTS,
    age_band=TEXTS,
    started_from=DAYS,
    started_until=DAYS,
    flagged=st.none() | st.booleans(),
    excluded=st.none() | st.booleans(),
    without_procedure=st.booleans(),
)


@given(FILTERS)
def test_a_filter_comes_back_from_its_address(wanted: ExamFilter) -> None:
    assert ExamFilter.from_address(dict(parse_qsl(wanted.to_address()))) == wanted


def test_an_address_without_a_filter_asks_nothing() -> None:
    assert ExamFilter().to_address() == ""
    assert ExamFilter.from_address({"page": "3", "site": "", "text": "", "order": "-dlp"}) == ExamFilter()


def test_an_address_is_written_in_plain_words() -> None:
    wanted = ExamFilter(site=3, text="a & b", started_from=date(2025, 3, 1), flagged=True, excluded=None)
    assert wanted.to_address() == "site=3&text=a+%26+b&started_from=2025-03-01&flagged=yes&excluded=any"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("site", "1; DROP TABLE"),
        ("site", "-1"),
        ("scanner", "٣"),
        ("scanner", "9" * 19),
        ("started_from", "2025-02-30"),
        ("started_until", "20250301"),
        ("flagged", "maybe"),
        ("excluded", "true"),
        ("without_procedure", "1"),
        ("text", "a\x00b"),
        ("text", "x" * 201),
        ("procedure", "a\nb"),
        ("age_band", "\ud800"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_the_name_of_its_field(name: str, value: str) -> None:
    with pytest.raises(UnusableInput, match=f"^{name}: "):
        ExamFilter.from_address({name: value})
