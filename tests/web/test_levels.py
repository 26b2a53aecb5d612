"""The pages of sets of reference levels: what a site compares with, in which order, what it confirmed, and each row of a set."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from doseloop.access.scope import SYSTEM
from doseloop.facts.paths import FactsPaths
from doseloop.reference import levels as package
from doseloop.reference.level_csv import own_set
from doseloop.reference.own_levels import OwnSet
from doseloop.store import level_sets
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose, chosen
from doseloop.store.level_confirmation import confirm, confirmations
from doseloop.store.level_sets import add_own
from doseloop.store.models import AuditRow, Decision
from doseloop.web.facts import the_facts
from tests.web.disclosures import text_of
from tests.web.record import Department

JP, UK, EU = "jp-jrime-2025", "uk-ukhsa-ndrl-2024", "eu-rp185-2018"
GROUNDS = "compared with the printed edition, tables 1 to 9"
CSV = "procedure,quantity,value,unit,category,phantom_cm,notes\nct-chest,DLP,0.251,Gy.cm,adult,32,<script>"


@pytest.fixture
def site(department: Department) -> int:
    """The department's site, which compares with three sets."""
    choose(SYSTEM, department.site.pk, [JP, UK, EU], COMMAND)
    return department.site.pk


def own(site: int, name: str = "Local levels 2026") -> str:
    told = OwnSet(name, "Main Hospital", "A. Physicist", "audit of 2026", 2026)
    return add_own(SYSTEM, site, own_set(site, told, CSV), COMMAND).id


def keys(site: int) -> list[str]:
    return [one.id for one in chosen(SYSTEM, site)]


def words(client: Any, address: str) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(address).content.decode())
    return " ".join(text.split())


def move(client: Any, site: int, what: str) -> Any:
    return client.post(f"/levels/sites/{site}/sets", {"move": what}, follow=True)


def test_the_sets_that_a_site_compares_with_come_first_in_their_order(site: int, signed_in: Any) -> None:
    text = words(signed_in("viewer"), "/levels/")
    compared, others = text.split("Other sets")
    places = [compared.index(name) for name in ("1 J-RIME 2025", "2 UKHSA 2022", "3 European Commission 2018")]
    assert places == sorted(places)
    assert "3 sets chosen" in compared
    assert "ARPANSA 2018" in others and "J-RIME" not in others.split("What was chosen")[0]


def test_a_site_that_has_not_chosen_is_told_that_it_compares_with_the_sets_in_force(
    department: Department, signed_in: Any
) -> None:
    text = words(signed_in("physicist"), "/levels/")
    assert f"nothing chosen: the {len(package.current_sets())} sets in force" in text
    assert "Compare with the sets in force" not in text


def test_other_sets_are_listed_by_country_and_those_compared_with_stay(site: int, signed_in: Any) -> None:
    text = words(signed_in("viewer"), "/levels/?country=US")
    others = text.split("Other sets")[1]
    assert "J-RIME 2025" in text and "ACR" in others and "ARPANSA" not in others
    assert "No other set of this country" in words(signed_in("viewer"), "/levels/?country=XX")


def test_sets_are_added_moved_and_removed_by_one_post_each(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    move(client, site, f"up {UK}")
    assert keys(site) == [UK, JP, EU]
    move(client, site, f"down {UK}")
    move(client, site, f"remove {JP}")
    answer = move(client, site, "add us-kanal-2017")
    assert keys(site) == [UK, EU, "us-kanal-2017"]
    assert "is compared with, behind the others" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/levels/?site={site}#us-kanal-2017"
    assert AuditRow.objects.filter(action="levels chosen", actor="physicist", site=site).count() == 4


def test_the_first_change_makes_a_choice_out_of_the_sets_in_force(department: Department, signed_in: Any) -> None:
    site, in_force = department.site.pk, [one.id for one in package.current_sets()]
    client = signed_in("physicist")
    move(client, site, f"remove {in_force[3]}")
    assert keys(site) == [*in_force[:3], *in_force[4:]]
    move(client, site, "in-force")
    assert keys(site) == in_force
    move(client, site, "in-force")
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("what", ["", "up", "sideways jp-jrime-2025", "up nowhere", "add own-999-x", "remove"])
def test_what_no_button_sends_changes_nothing(what: str, site: int, signed_in: Any) -> None:
    before = Decision.objects.count()
    assert move(signed_in("physicist"), site, what).status_code == 400
    assert Decision.objects.count() == before


def test_choices_are_listed_by_name_and_taken_back(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    move(client, site, f"remove {JP}")
    history = words(client, "/levels/").split("What was chosen")[1]
    assert "J-RIME 2025, UKHSA 2022, European Commission 2018 → UKHSA 2022, European Commission 2018" in history
    batch = Decision.objects.latest("pk").batch
    assert client.post(f"/levels/sites/{site}/chosen/{batch}/undo").status_code == 302
    assert keys(site) == [JP, UK, EU]


def test_a_set_is_confirmed_with_who_and_how_and_that_is_taken_back(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert "nobody confirmed them" in words(client, f"/levels/{JP}/")
    sent = {"set": JP, "by": "B. <b>Physicist", "grounds": GROUNDS}
    assert client.post(f"/levels/sites/{site}/confirm", sent).status_code == 302
    assert confirmations(SYSTEM, site)[JP].by == "B. <b>Physicist"
    assert "Confirmed by B. &lt;b&gt;Physicist" in words(client, "/levels/")
    assert f"compared the values with the source. {confirmations(SYSTEM, site)[JP].on.day} " in words(
        client, f"/levels/{JP}/"
    )
    batch = Decision.objects.latest("pk").batch
    assert client.post(f"/levels/sites/{site}/confirmed/{batch}/undo").status_code == 302
    assert confirmations(SYSTEM, site) == {}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"set": UK, "by": "B", "grounds": GROUNDS}, "needs no confirmation"),
        ({"set": JP, "by": "", "grounds": GROUNDS}, "Say who"),
        ({"set": JP, "by": "B", "grounds": "ok"}, "Say who"),
        ({"set": "nowhere", "by": "B", "grounds": GROUNDS}, "There is no set"),
        ({}, "There is no set"),
    ],
)
def test_a_confirmation_that_says_too_little_is_refused(
    given: dict[str, str], said: str, site: int, signed_in: Any
) -> None:
    answer = signed_in("physicist").post(f"/levels/sites/{site}/confirm", given)
    assert answer.status_code == 400 and said in answer.content.decode()
    assert confirmations(SYSTEM, site) == {}


def test_a_confirmation_that_lapsed_is_shown_as_such(
    site: int, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(SYSTEM, site, JP, "B. Physicist", GROUNDS, COMMAND)
    changed = tuple(
        replace(one, levels=(replace(one.levels[0], value=1.0), *one.levels[1:])) for one in package.level_sets()
    )
    monkeypatch.setattr(level_sets, "level_sets", lambda: changed)
    assert "Confirmation lapsed by B. Physicist" in words(signed_in("viewer"), "/levels/")
    assert "a value has changed since" in words(signed_in("viewer"), f"/levels/{JP}/")


def test_who_may_look_finds_no_button_and_no_form(site: int, signed_in: Any) -> None:
    client = signed_in("viewer")
    for address in ("/levels/", f"/levels/{JP}/"):
        page = client.get(address).content.decode()
        assert 'name="move"' not in page and 'name="grounds"' not in page and "Take back" not in page
    assert client.get("/levels/own/").status_code == 403


def test_exams_of_its_procedures_stand_beside_each_set(site: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    listed = {row[1]: row for row in rows_of(client, "/levels.csv")}
    counted = {row[0]: int(row[2]) for row in rows_of(client, "/procedures.csv")}
    assert counted["CT Chest"] > 0
    assert int(listed[EU][9]) <= int(listed[JP][9]) <= sum(counted.values())
    assert int(listed[JP][9]) >= counted["CT Chest"] + counted["CT Head"]
    assert listed["ug-mammo-2023"][9] == "0"


def rows_of(client: Any, address: str) -> list[list[str]]:
    lines = text_of(b"".join(client.get(address)), "csv").splitlines()
    return [line.split(",") for line in lines[1:]]


def test_the_page_works_where_figures_cannot_be_read(site: int, signed_in: Any) -> None:
    paths = FactsPaths.in_data(settings.FOLDER.root, settings.RECORD)
    signed_in("viewer").get("/procedures/")
    the_facts.cache_clear()
    files: list[Path] = list(paths.folder.glob("*.parquet"))
    for file in files:
        file.write_bytes(b"PAR1")
    answer = signed_in("viewer").get("/levels/")
    assert answer.status_code == 200
    assert "J-RIME 2025" in answer.content.decode()


def test_the_page_of_a_set_shows_every_row_with_its_source(site: int, signed_in: Any) -> None:
    one = next(one for one in package.level_sets() if one.id == JP)
    page = signed_in("viewer").get(f"/levels/{JP}/").content.decode()
    assert [level.id for level in one.levels if f'id="{level.id}"' not in page] == []
    text = words(signed_in("viewer"), f"/levels/{JP}/")
    assert one.title in text and one.seen_at in text and "as quoted by another source" in text
    assert "Children of 1 year to under 5 years" in text
    assert "16 cm convention (not in the text seen)" in text
    assert "Compared with nothing by itself: pulmonary arteries and leg veins" in text


def test_rows_of_one_modality_are_chosen_by_the_address(site: int, signed_in: Any) -> None:
    page = signed_in("viewer").get(f"/levels/{JP}/?modality=MG").content.decode()
    one = next(one for one in package.level_sets() if one.id == JP)
    shown = [level.modality for level in one.levels if f'id="{level.id}"' in page]
    assert set(shown) == {"MG"}
    assert "No row of this modality" in words(signed_in("viewer"), f"/levels/{JP}/?modality=XX")


def test_a_set_leads_to_what_followed_it_and_back(site: int, signed_in: Any) -> None:
    client = signed_in("viewer")
    assert "Followed by EURADOS" in words(client, "/levels/eu-sentinel-2008/")
    assert "Follows SENTINEL consortium 2008" in words(client, "/levels/eu-siiskonen-2018/")
    assert "Superseded, until 1 Jul 2025" in words(client, "/levels/au-arpansa-2018/")


def test_a_value_stands_in_the_site_s_unit_and_as_printed(site: int, signed_in: Any) -> None:
    text = words(signed_in("viewer"), f"/levels/{own(site)}/")
    assert "251 mGy·cm 0.251 Gy·cm 32 cm as the site says" in text
    assert "&lt;script&gt;." in text and "A. Physicist" in text
    assert "25.0 cGy·cm² 25 cGy·cm²" in words(signed_in("viewer"), "/levels/de-bfs-2022/")


def test_the_file_of_a_set_has_every_row_with_every_field(site: int, signed_in: Any) -> None:
    client, key = signed_in("physicist"), own(site)
    content = text_of(b"".join(client.get(f"/levels/{JP}/rows.csv")), "csv")
    assert len(content.splitlines()) == 151
    [header, row] = text_of(b"".join(client.get(f"/levels/{key}/rows.csv")), "csv").splitlines()
    cells = dict(zip(header.removeprefix("\ufeff").split(","), row.split(","), strict=True))
    assert (cells["Value"], cells["Unit"], cells["Printed"], cells["Printed unit"]) == (
        "251.0",
        "mGy·cm",
        "0.251",
        "Gy·cm",
    )
    assert (cells["Phantom (cm)"], cells["Verification"]) == ("32", "own")


def test_another_site_s_own_set_looks_like_none(site: int, department: Department, signed_in: Any) -> None:
    key = own(department.other_site.pk)
    for client in (signed_in("physicist"), signed_in("viewer")):
        for address in (f"/levels/{key}/", f"/levels/{JP}/?site={department.other_site.pk}", "/levels/?site=x"):
            assert client.get(address).status_code == 404, address
        assert key not in client.get("/levels/").content.decode()
    assert signed_in("physicist").get(f"/levels/{key}/rows.csv").status_code == 404
    assert signed_in("stranger").get(f"/levels/{key}/").status_code == 200
    assert move(signed_in("stranger"), department.other_site.pk, f"up {key}").status_code == 200


def test_who_works_at_several_sites_chooses_the_site(site: int, department: Department, signed_in: Any) -> None:
    client, other = signed_in("l.moreau"), department.other_site.pk
    key = own(other)
    assert "Harbour Clinic nothing chosen" in words(client, "/levels/").replace("· ", "")
    assert "St Brigid’s Hospital 3 sets chosen" in words(client, f"/levels/?site={site}")
    assert "Harbour Clinic does not compare with it" in words(client, f"/levels/{key}/")
    assert client.get(f"/levels/{key}/?site={site}").status_code == 404


def test_the_page_of_a_procedure_leads_to_the_row_of_the_set(site: int, signed_in: Any) -> None:
    client = signed_in("viewer")
    page = client.get("/procedures/ct-chest/").content.decode()
    for key, row in re.findall(r'href="/levels/([^/]+)/#([^"]+)"', page):
        assert f'id="{row}"' in client.get(f"/levels/{key}/").content.decode()
    assert f'href="/levels/{UK}/#{UK}' in page


def test_the_spreadsheet_of_a_set_stands_any_title(site: int, signed_in: Any) -> None:
    key = own(site, "Levels [2026]: a/b*?\\ of 'us'")
    answer = signed_in("physicist").get(f"/levels/{key}/rows.xlsx")
    assert "ct-chest" in text_of(b"".join(answer), "rows.xlsx")
