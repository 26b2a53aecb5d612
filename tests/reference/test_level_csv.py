"""A site's own set from a CSV file: all of it or nothing, and every fault by line and column."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.model.errors import UnusableInput
from doseloop.model.reference_level import ReferenceLevel
from doseloop.reference.level_cells import CELLS, LEVEL_QUANTITIES, VIEWS
from doseloop.reference.level_csv import MOST_BYTES, MOST_ROWS, level_lines, level_text, own_set
from doseloop.reference.levels import level_set
from doseloop.reference.own_levels import OwnSet, drafted

TOLD = OwnSet("Local levels 2026", "Main Hospital", "A. Physicist", "audit of 2026, table 2", 2026)
HEAD = "procedure,quantity,value,unit,category"
SCHEMA = json.loads((files("doseloop.reference") / "data" / "levels.schema.json").read_text("utf-8"))


def levels(*lines: str, told: OwnSet = TOLD) -> tuple[ReferenceLevel, ...]:
    return level_set(own_set(3, told, "\n".join(lines))).levels


def refused(*lines: str) -> str:
    with pytest.raises(UnusableInput) as caught:
        levels(*lines)
    return str(caught.value)


def test_a_file_becomes_a_set_that_follows_the_schema_of_the_package() -> None:
    lines = (
        HEAD
        + ",age_min_months,age_max_months,weight_min_kg,weight_max_kg,phantom_cm,scope,indication,contrast,views,sex",
        "ct-chest,DLP,250,mGy.cm,adult,,,50,90,32,complete examination,lung cancer,with,,female",
        "dx-chest,KAP,10,cGy·cm²,child,12,60,,,,per projection,,,pa ap,",
        "xa-pci,FT,12.5,min,adult,,,,,,,,,,",
    )
    data = own_set(3, TOLD, "\r\n".join(lines))
    assert not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(data))))
    chest, projection, time = level_set(data).levels
    assert (chest.value, chest.phantom_cm, chest.scope, chest.contrast) == (250.0, 32, "complete examination", "with")
    assert (chest.group.weight_min_kg, chest.group.weight_max_kg, chest.group.sex) == (50, 90, "female")
    assert (projection.value, projection.views, projection.modality) == (0.1, ("pa", "ap"), "DX")
    assert (projection.group.age_min_months, projection.group.age_max_months) == (12, 60)
    assert time.value == 750.0 and time.printed is not None and time.printed.unit == "min"
    made = level_set(data)
    assert (made.id, made.author, made.verification, made.is_verified) == (
        "own-3-local-levels-2026", "A. Physicist", "own", False,
    )  # fmt: skip


def test_semicolons_a_mark_of_byte_order_empty_lines_and_a_guarding_apostrophe_do_not_matter() -> None:
    [one] = levels("\ufeff" + HEAD.replace(",", ";") + ";notes", "", "ct-chest;dlp;250;mGy.cm;adult;'=1+1", ";;;;;")
    assert (one.value, one.notes) == (250.0, "=1+1")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ct-chst,DLP,250,mGy.cm,adult", "line 2, column procedure: 'ct-chst' is no key of the catalogue; near are ct-chest"),
        ("ct-chest,dose,250,mGy.cm,adult", "line 2, column quantity: 'dose' is no quantity"),
        ("ct-chest,DLP,2 50,mGy.cm,adult", "line 2, column value: '2 50' is no number; a point stands before decimals"),
        ("ct-chest,DLP,0,mGy.cm,adult", "line 2, column value: 0 is no level"),
        ("ct-chest,DLP,-3,mGy.cm,adult", "line 2, column value: '-3' is no number from 0"),
        ("ct-chest,DLP,nan,mGy.cm,adult", "line 2, column value: 'nan' is no number from 0"),
        ("ct-chest,DLP,1e400,mGy.cm,adult", "line 2, column value: '1e400' is no number from 0"),
        ("ct-chest,DLP,250,mGy,adult", "line 2, column unit: DLP is in mGy·cm or Gy·cm, not in 'mGy'"),
        ("ct-chest,DLP,250,,adult", "line 2, column unit: empty"),
        ("ct-chest,DLP,250,mGy.cm,baby", "line 2, column category: 'baby' is none of adult, child, phantom"),
        ("ct-chest,DLP,250,mGy.cm", "Line 2 has not as many cells as the header has columns."),
        ("ct-chest,DLP,250,mGy.cm,adult,x", "Line 2 has not as many cells as the header has columns."),
        ('ct-chest,DLP,250,mGy.cm,"adult', "The file is no CSV: line"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_column(line: str, told: str) -> None:
    assert told in refused(HEAD, line)


def test_all_faults_are_told_at_once_and_lines_count_as_an_editor_counts() -> None:
    told = refused(HEAD + ",notes", 'ct-chest,DLP,250,mGy.cm,adult,"two\nlines"', "", "x,DLP,y,mGy.cm,adult,")
    assert told.startswith("Nothing was taken in: line 5, column procedure")
    assert "line 5, column value: 'y'" in told


def test_more_faults_than_a_person_reads_are_counted() -> None:
    assert refused(HEAD, *[f"ct-chest,DLP,x{n},mGy.cm,adult" for n in range(30)]).endswith("and 10 more.")


@pytest.mark.parametrize(
    ("columns", "cells", "told"),
    [
        ("age_min_months,age_max_months", "12,12", "column age_max_months: not above age_min_months"),
        ("weight_min_kg,weight_max_kg", "50,15", "column weight_max_kg: not above weight_min_kg"),
        ("phantom_cm", "24", "column phantom_cm: '24' is neither 16 nor 32"),
        ("scope", "per exam", "column scope: 'per exam' is none of per sequence"),
        ("views", "pa pa", "column views: 'pa pa' is not one or more of"),
        ("notes", "a\0b", "column notes: has control characters"),
        ("sex", "f", "column sex: 'f' is none of female, male"),
    ],
)
def test_contradictions_and_unknown_words_are_refused(columns: str, cells: str, told: str) -> None:
    assert told in refused(f"{HEAD},{columns}", f"ct-chest,DLP,250,mGy.cm,adult,{cells}")


def test_a_phantom_belongs_to_ct_alone() -> None:
    assert "column phantom_cm: KAP has no CTDI phantom" in refused(HEAD + ",phantom_cm", "xa-pci,KAP,9,Gy.cm2,adult,32")


def test_two_rows_for_the_same_are_refused() -> None:
    told = refused(HEAD, "ct-chest,DLP,250,mGy.cm,adult", "ct-chest,DLP,260,mGy.cm,adult")
    assert told == "Nothing was taken in: line 3: for the same as line 2."


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), "lacks the column procedure, quantity, value, unit, category"),
        ((HEAD,), "no rows"),
        ((HEAD + ",dose", "ct-chest,DLP,1,mGy.cm,adult,2"), "There is no column 'dose'"),
        ((HEAD + ",value", "ct-chest,DLP,1,mGy.cm,adult,2"), "names a column twice"),
        ((HEAD, *["ct-chest,DLP,1,mGy.cm,adult"] * (MOST_ROWS + 1)), f"more than {MOST_ROWS} rows"),
        ((HEAD, "x" * MOST_BYTES), "larger than"),
        ((HEAD, "ct-chest,DLP,1,mGy.cm,adult\0"), "column category"),
    ],
    ids=["empty", "header alone", "unknown column", "column twice", "many rows", "large", "nul"],
)
def test_a_file_that_is_none_is_refused(lines: tuple[str, ...], told: str) -> None:
    assert told in refused(*lines)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": "x"}, "name"), ({"name": "地域の基準値"}, "name"), ({"author": " "}, "author"), ({"source": ""}, "source"),
        ({"year": 1066}, "year"), ({"country": "gb"}, "country"), ({"url": "ftp://x"}, "url"), ({"authority": ""}, "authority"),
        ({"source": "audit\0 2026"}, "source"), ({"name": "n" * 101}, "name"),
    ],
)  # fmt: skip
def test_a_set_says_whose_it_is_and_where_it_comes_from(change: dict[str, Any], named: str) -> None:
    told = OwnSet(**{**{name: getattr(TOLD, name) for name in OwnSet.__slots__}, **change})
    with pytest.raises(UnusableInput, match=f"needs {named}"):
        levels(HEAD, "ct-chest,DLP,1,mGy.cm,adult", told=told)


def test_quantities_and_views_of_the_columns_are_those_of_the_schema() -> None:
    row = SCHEMA["$defs"]["row"]["properties"]
    assert set(row["quantity"]["enum"]) == set(LEVEL_QUANTITIES)
    assert set(row["views"]["items"]["enum"]) == set(VIEWS)
    group = set(row["group"]["properties"])
    assert {name for name, one in CELLS.items() if one.is_group} == group - {"size"}


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)


@given(st.lists(st.dictionaries(st.sampled_from(list(CELLS)), CELL, min_size=1), min_size=1, max_size=5))
def test_lines_come_back_from_their_text(lines: list[dict[str, str]]) -> None:
    kept = [one for one in lines if any(one.values())]
    if not kept:
        return
    found = [cells for _, cells in level_lines(level_text(lines))]
    assert found == [{name: one.get(name, "") for name in CELLS} for one in kept]


def test_a_draft_holds_every_fault_with_its_line_and_column() -> None:
    cells = {"procedure": "ct-chest", "quantity": "DLP", "value": "x", "unit": "mGy.cm", "category": ""}
    draft = drafted(3, TOLD, [(7, cells)])
    assert [(one.line, one.column) for one in draft.faults] == [(7, "value"), (7, "category")]
    assert draft.told_faults == {} and draft.rows == ()


@given(st.text(max_size=300))
def test_no_text_is_taken_for_a_set_or_breaks_the_reader(text: str) -> None:
    with pytest.raises(UnusableInput):
        own_set(1, TOLD, text)


@given(
    st.lists(
        st.sampled_from([HEAD, "ct-chest", "DLP", ",", '"', "\n", "\r", ";", "1", "mGy.cm", "adult", "\ufeff"]),
        max_size=40,
    )
)
def test_pieces_of_a_file_in_any_order_are_a_set_or_a_refusal(pieces: list[str]) -> None:
    try:
        data = own_set(1, TOLD, HEAD + "\n" + "".join(pieces))
    except UnusableInput:
        return
    assert not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(data))
