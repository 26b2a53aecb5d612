"""The page of differences between operators: in the order of names, with what was left out, and of nobody who may not be shown."""

import csv
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from doseloop.access.scope import SYSTEM
from doseloop.store import operator_looks, person_merging
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Flag, OperatorLook, Person, Site
from doseloop.store.person_merging import SHARED
from tests.web.operator_looks_made import NAMES
from tests.web.record import Department

PAGE = "/people/differences/"
FILE = "/people/differences/table.csv"


@pytest.fixture
def client(department: Department, signed_in: Any) -> Client:
    found: Client = signed_in("physicist")
    return found


def text_at(client: Client, address: str = PAGE) -> str:
    return " ".join(client.get(address).content.decode().split())


def rows_of(client: Client, address: str = FILE) -> list[dict[str, str]]:
    lines = b"".join(client.get(address)).decode("utf-8-sig").splitlines()
    return list(csv.DictReader(lines))


def judged(department: Department) -> Flag:
    last = OperatorLook.objects.latest("last").last
    operator_looks.judge(SYSTEM, department.site.pk, last + timedelta(days=2))
    return Flag.objects.get(rule="operators", scanner=None)


def test_names_stand_in_the_order_of_the_alphabet_whatever_their_figures(client: Client) -> None:
    names = [row["Name"] for row in rows_of(client) if row["Quantity"] == "Range"]
    assert names == sorted(NAMES, key=str.casefold)
    shown = re.findall(r'<td class="lead"><a href="/people/\d+/">([^<]+)</a>', text_at(client))
    assert len(shown) == 15 and shown[:5] == shown[5:10] == shown[10:]


def test_the_page_says_what_was_compared_and_what_was_left_out(client: Client) -> None:
    text = text_at(client)
    assert "612 exams compared, 148 of them without weight" in text
    assert (
        "Left out: 31 exams that name no operator; 24 with several names, or one that is no person; 3 without a dose or its "
        "phantom; 29 of 2 operators with fewer than 20; 17 of procedures that fewer than 3 share on a scanner." in text
    )
    assert "neither a verdict nor a ranking" in text


def test_who_is_told_is_marked_on_all_scanners_and_on_one(client: Client, department: Department) -> None:
    told = [(row["Name"], row["Quantity"], row["Scanner"]) for row in rows_of(client) if row["Told"]]
    assert told == [("Okafor^Samuel", "Range", "all scanners")]
    one = f"{FILE}?of={department.site.pk}-CT-{department.scanner}"
    assert [(row["Name"], row["Quantity"]) for row in rows_of(client, one) if row["Told"]] == [
        ("Moreau^Laure", "CTDIvol")
    ]
    assert text_at(client).count("Beyond 10 %") == 1


def test_a_file_holds_figures_with_their_intervals_and_is_audited(client: Client, department: Department) -> None:
    row = next(one for one in rows_of(client) if one["Name"] == "Okafor^Samuel" and one["Quantity"] == "Range")
    assert float(row["From"]) < float(row["Ratio to the others"]) < float(row["To"]) and row["Exams"] == "140"
    noted = AuditRow.objects.get(action="exported", subject="operator-differences")
    assert (noted.actor, noted.site, noted.after) == ("physicist", department.site, {"of": f"{department.site.pk}-CT"})


@pytest.mark.parametrize("account", ["viewer", "radiographer", "stranger"])
def test_without_the_right_there_is_nothing(account: str, department: Department, signed_in: Any) -> None:
    answer = signed_in(account).get(PAGE)
    assert answer.status_code in (403, 404) or "Okafor" not in answer.content.decode()


def test_a_site_that_shows_its_people_no_more_has_no_page_and_no_looks_soon(
    client: Client, department: Department
) -> None:
    Site.objects.update(operators_shown=False)
    assert client.get(PAGE).status_code == 403
    assert operator_looks.looks(SYSTEM, department.site.pk) == {}
    assert operator_looks.sites_to_forget() == (department.site.pk,)


def test_a_name_that_is_no_person_any_more_is_left_out(client: Client) -> None:
    person_merging.judge(SYSTEM, Person.objects.get(name="Brandt^Jana").pk, SHARED, COMMAND)
    assert {row["Name"] for row in rows_of(client)} == set(NAMES) - {"Brandt^Jana"}


def test_two_people_left_are_shown_not_at_all(client: Client) -> None:
    for name in ("Brandt^Jana", "Brandt^Tina", "Yilmaz^Ayşe"):
        person_merging.judge(SYSTEM, Person.objects.get(name=name).pk, SHARED, COMMAND)
    assert rows_of(client) == [] and text_at(client).count("Too few to show") == 3


def test_who_has_fewer_exams_than_the_site_asks_for_is_not_shown(client: Client) -> None:
    asked = settings.DOSELOOP.model_copy(update={"people_least_exams": 141})
    with override_settings(DOSELOOP=asked):
        assert rows_of(client) == []


def test_scanners_that_there_are_not_are_refused(client: Client) -> None:
    assert client.get(f"{PAGE}?of=9-CT").status_code == 400


def test_before_the_first_look_the_page_says_so(client: Client) -> None:
    OperatorLook.objects.all().delete()
    assert "No week was looked at yet" in text_at(client) and rows_of(client) == []


def test_the_page_of_people_leads_here(client: Client) -> None:
    assert f'href="{PAGE}"' in text_at(client, "/people/")


def test_a_flag_names_nobody_and_leads_here_who_may_see_people(
    client: Client, department: Department, signed_in: Any
) -> None:
    flag = judged(department)
    text = text_at(client, f"/flags/{flag.pk}/")
    assert "Operators: St Brigid" in text and f'href="{PAGE}"' in text and "Okafor" not in text


def test_a_flag_about_a_person_is_seen_by_those_alone_who_may_see_people(
    client: Client, department: Department, signed_in: Any
) -> None:
    flag = judged(department)
    assert "One operator" in text_at(client, "/flags/")
    for account in ("viewer", "radiographer"):
        other = signed_in(account)
        assert other.get(f"/flags/{flag.pk}/").status_code == 404
        assert "One operator" not in text_at(other, "/flags/") and "One operator" not in text_at(other, "/")
