"""Compliance at one glance, one cell in depth, what people say of it, and reviews."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose
from doseloop.store.models import AuditRow, Exam, LevelExplanation, LevelReview, Scanner, Site
from tests.web.record import Department

CELL = re.compile(r'href="(/compliance/\d+/[a-z0-9-]+/\?days=365)"')


@pytest.fixture
def site(department: Department) -> int:
    """The department's site, which compares with one set; its adults are plenty."""
    Exam.objects.filter(modality="CT").update(age_years=50.0, settled=True)
    choose(SYSTEM, department.site.pk, ["uk-ukhsa-ndrl-2024"], COMMAND)
    return department.site.pk


def words(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def first_cell(client: Any) -> str:
    found = CELL.search(client.get("/compliance/").content.decode())
    assert found
    return found.group(1)


def test_the_page_tells_site_sets_counts_and_every_procedure(site: int, signed_in: Any) -> None:
    text = words(signed_in("physicist").get("/compliance/").content)
    assert "against UKHSA 2022" in text and "CT Head" in text and "Data state" in text
    assert "has not chosen" not in text


def test_a_site_that_has_not_chosen_is_told_so(department: Department, signed_in: Any) -> None:
    assert "This site has not chosen the sets" in words(signed_in("physicist").get("/compliance/").content)


def test_a_cell_leads_to_its_exams_and_each_to_its_page(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    page = client.get(first_cell(client)).content.decode()
    exams = re.findall(r'href="(/exams/\d+/)"', page)
    assert exams and client.get(exams[0]).status_code == 200
    assert "in the median" in page


def test_whoever_sees_a_cell_is_noted_with_its_patients(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    address = first_cell(client)
    before = AuditRow.objects.filter(action="saw").count()
    client.get(address)
    assert AuditRow.objects.filter(action="saw").count() > before


def test_an_explanation_stays_said_until_it_is_taken_back(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    address = first_cell(client)
    path, query = address.split("?")
    client.post(f"{path}explain/?{query}", {"text": "Only large patients <b>here</b>"})
    page = client.get(address).content.decode()
    assert "Only large patients &lt;b&gt;here&lt;/b&gt;" in page
    assert "said why" in client.get("/compliance/").content.decode()
    (undo,) = set(re.findall(r'action="(/compliance/said/[^"]+)"', page))
    client.post(undo)
    assert not LevelExplanation.objects.exists()
    assert AuditRow.objects.filter(action="level explained").count() == 2


def test_a_viewer_sees_and_says_nothing(site: int, signed_in: Any) -> None:
    client = signed_in("viewer")
    address = first_cell(client)
    assert "Say it" not in client.get(address).content.decode()
    assert client.post(address.split("?")[0] + "explain/", {"text": "x"}).status_code == 403


def test_a_review_is_noted_and_may_be_taken_back(site: int, signed_in: Any) -> None:
    client, scanner = signed_in("physicist"), Scanner.objects.filter(site=site).order_by("pk")[0].pk
    assert client.post(f"/compliance/{scanner}/review/", {"note": ""}).status_code == 400
    client.post(f"/compliance/{scanner}/review/?days=365", {"note": "As expected"})
    assert LevelReview.objects.get().note == "As expected"
    (undo,) = set(re.findall(r'action="(/compliance/reviews/[^"]+)"', client.get("/compliance/").content.decode()))
    client.post(undo)
    assert not LevelReview.objects.exists()
    assert AuditRow.objects.filter(action="levels reviewed").count() == 2


@pytest.mark.parametrize(
    "query", ["days=7", "site=999", "site=x", "until=soon", "until=0001-01-01", "until=9999-12-31"]
)
def test_an_address_that_makes_no_sense_is_refused_and_says_why(site: int, signed_in: Any, query: str) -> None:
    assert signed_in("physicist").get(f"/compliance/?{query}").status_code in (400, 404)


def test_the_same_address_shows_the_same_window(site: int, signed_in: Any) -> None:
    text = words(signed_in("physicist").get("/compliance/?until=2020-01-31&days=90").content)
    assert "3 Nov 2019 to 31 Jan 2020" in text and "No group to compare." in text


def test_a_cell_shows_the_window_from_which_it_was_reached(site: int, signed_in: Any) -> None:
    client, last = signed_in("physicist"), (date.today() - timedelta(days=1)).isoformat()
    page = client.get(f"/compliance/?until={last}").content.decode()
    found = re.search(r'href="(/compliance/\d+/[^"]+)"', page)
    assert found and f"until={last}" in found[1]
    assert f"until={last}" in client.get(html.unescape(found[1])).content.decode()


def test_another_site_s_scanner_has_no_cell(site: int, department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    level = first_cell(client).split("/")[3]
    assert client.get(f"/compliance/{department.other_scanner}/{level}/").status_code == 404


def test_every_figure_is_in_the_file(site: int, signed_in: Any) -> None:
    lines = b"".join(signed_in("physicist").get("/compliance.csv")).decode().splitlines()
    assert "Level key" in lines[0] and len(lines) > 3


def test_sites_are_kept_apart(site: int, department: Department, signed_in: Any) -> None:
    assert Site.objects.count() == 2
    page = signed_in("administrator").get("/compliance/").content.decode()
    assert "Harbour" not in page or "<select" in page
