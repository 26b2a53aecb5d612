"""The page of names: what is listed and suggested, and that nothing changes before a person accepts."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from doseloop.store import decisions
from doseloop.store.models import AuditRow, Decision, Exam, ProcedureName
from doseloop.store.name_mapping import NAMES
from tests.web.disclosures import text_of
from tests.web.names_of_scanners import SURE, UNSURE, give_names
from tests.web.record import Department

ADDRESS = "/procedures/names/"


@pytest.fixture
def names(department: Department) -> None:
    give_names()


def ticked(text: str) -> dict[str, str]:
    """What a browser would send of the form as the page gives it."""
    fields = dict(re.findall(r'<input type="hidden" name="((?:site|modality|written)-\d+)" value="([^"]*)"', text))
    for number, chosen in re.findall(
        r'name="procedure-(\d+)">.*?(?:<option value="([^"]*)" selected>|</select>)', text
    ):
        fields[f"procedure-{number}"] = chosen
    return fields


def lines(text: str) -> list[str]:
    return re.findall(r'name="line" value="(\d+)" checked', text)


def test_the_most_frequent_name_comes_first_and_few_would_map_most(names: None, signed_in: Any) -> None:
    text = signed_in("viewer").get(ADDRESS).content.decode()
    assert text.index("CT CHEST W CONTRAST") < text.index("Siemens PVP")
    assert re.search(r"\d+ names would map 8\d % of \d+ exams", text)
    assert 'type="checkbox"' not in text


def test_choosing_what_is_sure_ticks_no_name_with_an_unknown_word(names: None, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert len(lines(client.get(f"{ADDRESS}?choose=sure").content.decode())) == len(SURE)
    assert len(lines(client.get(f"{ADDRESS}?choose=any").content.decode())) == len(SURE) + len(UNSURE)
    assert lines(client.get(ADDRESS).content.decode()) == []


def test_a_preview_changes_nothing_and_accepting_moves_and_is_audited(names: None, signed_in: Any) -> None:
    client = signed_in("physicist")
    text = client.get(f"{ADDRESS}?choose=sure").content.decode()
    sent = {**ticked(text), "line": lines(text)}
    preview = client.post(f"{ADDRESS}preview", sent).content.decode()
    assert f"{len(SURE)} names would move" in " ".join(preview.split())
    assert not Decision.objects.exists()
    assert client.post(f"{ADDRESS}accept", sent).status_code == 302
    assert ProcedureName.objects.count() == len(SURE)
    assert AuditRow.objects.filter(action="name mapped").count() == len(SURE)
    after = client.get(ADDRESS).content.decode()
    assert f"The exams of {len(SURE)} names are being moved." in after
    decisions.mark_outdated([NAMES], len(SURE))
    moving = Exam.objects.filter(outdated=True).count()
    assert f"{moving} exams are being moved." in client.get(ADDRESS).content.decode()
    assert "CT CHEST W CONTRAST</span></label>" not in after
    assert client.post(f"{ADDRESS}{Decision.objects.first().batch}/undo").status_code == 302  # type: ignore[union-attr]
    assert not ProcedureName.objects.exists()


def test_the_file_of_the_page_comes_back_as_a_preview(names: None, signed_in: Any) -> None:
    client = signed_in("physicist")
    content = text_of(b"".join(client.get(f"{ADDRESS[:-1]}.csv")), "csv")
    file = SimpleUploadedFile("names.csv", content.encode())
    preview = " ".join(client.post(f"{ADDRESS}preview", {"file": file}).content.decode().split())
    assert f"{len(SURE) + len(UNSURE)} names would move" in preview


def test_as_many_names_as_a_file_may_have_come_through_the_preview(names: None, signed_in: Any) -> None:
    client, site = (
        signed_in("physicist"),
        Exam.objects.filter(study_uid__startswith="2.25.33").values_list("site", flat=True)[0],
    )
    rows = "".join(f"{site},CT,Quite new {number},ct-head\n" for number in range(500))
    file = SimpleUploadedFile("names.csv", f"Site,Modality,Name,Procedure\n{rows}".encode())
    preview = client.post(f"{ADDRESS}preview", {"file": file}).content.decode()
    sent = dict(
        re.findall(r'<input type="hidden" name="((?:site|modality|written|procedure)-\d+)" value="([^"]*)"', preview)
    )
    lines = re.findall(r'name="line" value="(\d+)"', preview)
    assert client.post(f"{ADDRESS}accept", {**sent, "line": lines}).status_code == 302
    assert ProcedureName.objects.count() == 500


def test_of_very_many_names_the_most_frequent_are_shown_and_the_file_has_all(
    names: None, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doseloop.web.pages.names.SHOWN", 10)
    client = signed_in("physicist")
    text = client.get(ADDRESS).content.decode()
    assert text.count('type="checkbox"') == 10
    assert "the 10 most frequent are shown, the file has all" in text
    content = text_of(b"".join(client.get(f"{ADDRESS[:-1]}.csv")), "csv")
    assert len(content.splitlines()) > 50


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "lacks the column"),
        (b"\xff\xfe\x00", "not in UTF-8"),
        (b"Site,Modality,Name,Procedure\nx,CT,ROUTINE,ct-head\n", "no number of a site"),
        (b"Site,Modality,Name,Procedure\n1,CT,ROUTINE,ct-nothing\n", "There is no procedure"),
        (b"Site,Modality,Name,Procedure\n" + b"9" * 5000 + b",CT,ROUTINE,ct-head\n", "no number of a site"),
        (b"Site,Modality,Name,Procedure\n1,CT," + b"x" * 200_000 + b",ct-head\n", "no CSV"),
        (b"Site,Modality,Name,Procedure\n" + b"1,CT,ROUTINE,ct-head\n" * 501, "500 lines at a time"),
        (b"Site,Modality,Name,Procedure\n1,CT,ROUTINE,\n", "Choose at least one name"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(names: None, signed_in: Any, content: bytes, said: str) -> None:
    answer = signed_in("physicist").post(f"{ADDRESS}preview", {"file": SimpleUploadedFile("names.csv", content)})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Decision.objects.exists()
