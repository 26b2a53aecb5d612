"""The page of a procedure compares with the sets that the site chose, and says why each level is for what it shows."""

import re
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.reference.level_csv import own_set
from doseloop.reference.own_levels import OwnSet
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose
from doseloop.store.level_sets import add_own
from doseloop.store.models import Site
from tests.web.record import Department

CSV = "procedure,quantity,value,unit,category,phantom_cm,notes\nct-chest,DLP,251,mGy.cm,adult,32,<script>"


@pytest.fixture
def site(department: Department) -> int:
    """The department's site, which compares with three sets."""
    for one in Site.objects.all():
        choose(SYSTEM, one.pk, ["jp-jrime-2025", "uk-ukhsa-ndrl-2024", "eu-rp185-2018"], COMMAND)
    return Site.objects.order_by("pk")[0].pk


def shown(client: Any, address: str) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return " ".join(text.split())


def test_levels_come_from_the_chosen_sets_in_their_order_with_source_and_status(site: int, signed_in: Any) -> None:
    text = shown(signed_in("physicist"), "/procedures/ct-chest/")
    assert 0 < text.index("J-RIME 2025 (JP), current") < text.index("UKHSA 2022 (GB), current")
    assert "EUCLID" not in text and "European Commission 2021" not in text


def test_the_page_says_why_each_level_is_compared_and_why_near_ones_are_not(site: int, signed_in: Any) -> None:
    text = shown(signed_in("physicist"), "/procedures/ct-chest/")
    assert "Per examination, compared with the exam&#x27;s DLP." in text
    assert "For children of 1 year to under 5 years, the group is adults: not compared." in text


def test_the_index_of_a_scan_is_compared_with_levels_per_sequence(site: int, signed_in: Any) -> None:
    text = shown(signed_in("physicist"), "/procedures/ct-chest/?quantity=ctdi_vol_mgy")
    assert "Per sequence, compared with the CTDIvol of each acquisition that matches." in text


def test_what_is_not_known_of_the_group_is_said_beside_the_level(site: int, signed_in: Any) -> None:
    choose(SYSTEM, site, ["us-kanal-2017"], COMMAND)
    text = shown(signed_in("physicist"), "/procedures/ct-chest/")
    assert "The level is for with contrast medium" not in text
    assert "whether contrast medium was given is not known." in text
    assert "no signed report uses it until the site confirms it." in text


def test_rows_that_are_near_for_one_reason_are_told_once(site: int, signed_in: Any) -> None:
    text = shown(signed_in("physicist"), "/procedures/ct-chest/")
    assert "35.0, 50.0, 70.0, 115, 200 mGy·cm CT chest" in text
    assert text.count("For children, the group is adults: not compared.") == 1


def test_a_level_per_projection_is_not_compared_with_whole_examinations(site: int, signed_in: Any) -> None:
    choose(SYSTEM, site, ["de-bfs-2022"], COMMAND)
    text = shown(signed_in("physicist"), "/procedures/dx-chest/?quantity=dap_gy_cm2")
    assert "No level to compare with." in text
    assert "Per projection; the group&#x27;s values are of each examination: not compared." in text


def test_a_site_s_own_set_is_compared_with_and_marked_as_its_own(site: int, signed_in: Any) -> None:
    own = own_set(site, OwnSet("Local levels 2026", "Main Hospital", "A. Physicist", "audit", 2026), CSV)
    choose(SYSTEM, site, [add_own(SYSTEM, site, own, COMMAND).id], COMMAND)
    client = signed_in("physicist")
    page = client.get("/procedures/ct-chest/").content.decode()
    assert "251" in page and "Main Hospital 2026" in page and 'href=""' not in page and "the site&#x27;s own" in page
    assert "Main Hospital (INT) 2026, current" in b"".join(client.get("/procedures/ct-chest/levels.csv")).decode()
