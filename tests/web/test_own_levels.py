"""A site's own set by a form or a file: what is wrong stands beside what was typed, and nothing is kept before it is accepted."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from doseloop.reference.level_cells import CELLS
from doseloop.store.models import AuditRow, OwnLevelSet
from doseloop.web.own_set_form import MAIN, MORE, MOST_LINES
from tests.web.record import Department

TOLD = {
    "name": "Local levels 2026", "authority": "Main Hospital", "source": "audit of 2026, table 2", "year": "2026",
    "country": "IE", "url": "https://example.org/levels",
}  # fmt: skip
LINE = {
    "line": "1", "procedure-1": "ct-chest", "measure-1": "dlp_mgy_cm|Gy·cm", "value-1": "0.25", "category-1": "adult",
    "phantom_cm-1": "32", "scope-1": "complete examination",
}  # fmt: skip
HEAD = "procedure,quantity,value,unit,category"
CSV = f"{HEAD},notes\r\nct-chest,DLP,250,mGy.cm,adult,<img src=x>\r\nct-head,CTDIvol,60,mGy,adult,\r\n"


@pytest.fixture
def site(department: Department) -> int:
    return department.site.pk


def previewed(client: Any, site: int, given: dict[str, Any], csv: str | bytes | None = None) -> str:
    if csv is not None:
        content = csv if isinstance(csv, bytes) else csv.encode()
        given = {**given, "file": SimpleUploadedFile("levels.csv", content)}
    answer = client.post(f"/levels/sites/{site}/own/preview", given)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def hidden(page: str) -> dict[str, str]:
    """What the form of a preview sends."""
    found = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def said(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_typed_lines_are_previewed_and_added_with_who_is_signed_in_as_author(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    page = previewed(client, site, {**TOLD, **LINE})
    assert "250 mGy·cm 0.25 Gy·cm 32 cm" in said(page) and "Made by physicist" in said(page)
    assert not OwnLevelSet.objects.exists()
    answer = client.post(f"/levels/sites/{site}/own", hidden(page))
    assert answer["Location"] == f"/levels/own-{site}-local-levels-2026/?site={site}"
    [row] = OwnLevelSet.objects.get().content["rows"]
    assert (row["procedure"], row["value"], row["phantom_cm"]) == ("ct-chest", 250.0, 32)
    told = AuditRow.objects.get(action="levels imported")
    assert (told.actor, told.site_id, told.after["author"]) == ("physicist", site, "physicist")


def test_a_file_is_previewed_and_added_as_it_was_given(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    page = previewed(client, site, TOLD, CSV)
    assert "with 2 levels" in said(page) and "<img src=x>" not in page
    assert client.post(f"/levels/sites/{site}/own", hidden(page)).status_code == 302
    assert [row.get("notes") for row in OwnLevelSet.objects.get().content["rows"]] == ["<img src=x>", None]


def test_what_is_wrong_stands_by_line_and_field_and_what_was_typed_stays(site: int, signed_in: Any) -> None:
    second = {"procedure-2": "ct-chst", "value-2": "2 50", "category-2": "child", "notes-2": '"kept"'}
    given = {**TOLD, "year": "26", **LINE, "line": ["1", "2"], **second}
    page = previewed(signed_in("physicist"), site, given)
    text = said(page)
    assert "5 faults are to be mended" not in text and "4 faults are to be mended" in text
    assert "Year of the values : 1990 to 2100" in text
    assert "near are ct-chest" in text and "a point stands before decimals" in text
    assert 'id="value-2" name="value-2" value="2 50"' in page and 'value="&quot;kept&quot;"' in page
    assert 'id="year" name="year" value="26"' in page
    assert page.count('aria-invalid="true"') == 4
    assert not OwnLevelSet.objects.exists()


def test_faults_of_a_file_are_told_by_line_and_column(site: int, signed_in: Any) -> None:
    page = previewed(signed_in("physicist"), site, TOLD, f"{HEAD}\r\n\r\nct-chest,DLP,x,mGy.cm,adult\r\n")
    assert "Line 3, column value: &#x27;x&#x27; is no number" in page
    assert 'value="audit of 2026, table 2"' in page
    assert "Line 1</a>" not in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "not in UTF-8"),
        (b"a,b\n1,2", "lacks the column"),
        (HEAD.encode(), "no rows"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (f"{HEAD}\n".encode() + b"ct-chest,DLP,1,mGy.cm,adult\n" * 2001, "more than 2000 rows"),
        (b"\0" * 50, "lacks the column"),
    ],
    ids=["not text", "other columns", "no rows", "large", "many rows", "nul"],
)
def test_a_file_that_is_none_is_refused_and_what_was_typed_stays(
    content: bytes, told: str, site: int, signed_in: Any
) -> None:
    page = previewed(signed_in("physicist"), site, TOLD, content)
    assert told in page and 'value="Local levels 2026"' in page


def test_neither_lines_nor_a_file_and_both_are_refused(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert "Type at least one line, or give a file." in previewed(client, site, {**TOLD, "line": ["1", "2"]})
    assert "Give a file or type lines, not both." in previewed(client, site, {**TOLD, **LINE}, CSV)


def test_a_name_that_is_taken_is_told_before_anything_is_added(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    sent = hidden(previewed(client, site, TOLD, CSV))
    client.post(f"/levels/sites/{site}/own", sent)
    assert "there is a set of this name already" in previewed(client, site, TOLD, CSV).casefold()
    assert client.post(f"/levels/sites/{site}/own", sent).status_code == 400
    assert OwnLevelSet.objects.count() == 1


def test_a_preview_goes_back_into_the_form_line_by_line(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    sent = hidden(previewed(client, site, TOLD, CSV))
    page = previewed(client, site, {**sent, "act": "correct"})
    assert 'id="value-2" name="value-2" value="60"' in page and 'id="line-3"' not in page
    assert 'value="DLP|mGy.cm" selected>DLP, mGy.cm<' in page
    long = f"{HEAD}\n" + "\n".join(f"ct-chest,DLP,{n},mGy.cm,adult" for n in range(1, MOST_LINES + 2))
    assert "more than a form takes" in previewed(client, site, {**TOLD, "text": long, "act": "correct"})


def test_more_lines_keep_what_was_typed_and_end_somewhere(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    page = previewed(client, site, {**TOLD, **LINE, "act": "more"})
    assert 'id="line-4"' in page and 'id="line-5"' not in page and 'value="0.25"' in page
    part = client.get("/levels/own/lines?after=98").content.decode()
    assert 'id="line-100"' in part and "A form takes 100 lines" in part and "More lines" not in part
    assert 'id="line-1"' in client.get("/levels/own/lines?after=x").content.decode()


def test_lines_that_no_form_has_are_passed_over(site: int, signed_in: Any) -> None:
    lines = ["1", "1", "0", "101", "9" * 400, "x", "-1"]
    page = previewed(signed_in("physicist"), site, {**TOLD, **LINE, "line": lines})
    assert "with 1 level" in said(page)


def test_the_template_has_the_columns_and_no_line(site: int, signed_in: Any) -> None:
    answer = signed_in("physicist").get("/levels/own/template.csv")
    assert answer.content.decode("utf-8-sig") == ",".join(CELLS) + "\r\n"
    assert "lines that" not in previewed(signed_in("physicist"), site, TOLD, answer.content)


def test_every_column_of_a_file_has_a_field_in_the_form() -> None:
    fields = {*MAIN, *MORE} - {"measure"} | {"quantity", "unit"}
    assert fields == set(CELLS)


def test_a_forged_preview_adds_nothing(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    for text in ("", "x", f"{HEAD}\nct-chest,DLP,0,mGy.cm,adult", "\0"):
        assert client.post(f"/levels/sites/{site}/own", {**TOLD, "text": text}).status_code == 400
    assert not OwnLevelSet.objects.exists()
