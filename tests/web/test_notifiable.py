"""The calculator and the page of rule packs: what they show, to whom, and that an address gives the same answer again."""

import html
import re
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.model.rule_pack import Domain, Exposure, Nation, Patient, Region
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, ChosenRulePacks, ConfirmedRulePack, Exam, Part, Site
from doseloop.store.rule_pack_choice import choose
from doseloop.web.notifiable_form import FIELDS
from tests.web.record import Department

DE, UK, NCRP = "de-strlschv-annex-14", "uk-saue", "us-ncrp-168"
SENT = {"sent": "1"}


@pytest.fixture
def site(department: Department) -> int:
    """The department's site, which goes by two packs."""
    choose(SYSTEM, department.site.pk, [DE, UK], COMMAND)
    return department.site.pk


def shown(client: Any, address: str, **given: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", client.get(address, given).content.decode())
    return html.unescape(" ".join(text.split()))


def field(client: Any, name: str, address: str) -> str:
    """What stands in a field of the page."""
    text = client.get(address).content.decode()
    found = re.search(rf'<input id="f-{name}"[^>]* value="([^"]*)"', text)
    chosen = re.search(rf'<select id="f-{name}".*?</select>', text)
    picked = re.search(r'<option value="([^"]*)" selected', chosen[0]) if chosen else None
    return found[1] if found else picked[1] if picked else ""


def test_the_choices_of_the_form_are_those_that_rules_know() -> None:
    known = {"domain": Domain, "region": Region, "patient": Patient, "exposure": Exposure, "nation": Nation}
    for one in FIELDS:
        if one.name in known:
            assert {key for key, _ in one.choices} == set(known[one.name].__args__)  # type: ignore[attr-defined]


def test_the_packs_that_the_site_goes_by_are_asked_and_say_what_they_need(site: int, signed_in: Any) -> None:
    text = shown(signed_in("viewer"), "/notifiable/")
    assert "No rule is met by what is known; " in text
    assert "CTDIvol of a CT of the brain" in text and "NCRP" in text and "Follow the patient up" not in text
    assert (
        "Needed: what was done, what part of the body was examined, whether it was an intervention, the CTDIvol."
        in text
    )


def test_without_a_pack_the_page_asks_for_one(department: Department, signed_in: Any) -> None:
    assert "No pack is picked." in shown(signed_in("viewer"), "/notifiable/")


def test_a_value_beyond_is_notifiable_with_threshold_source_and_days(site: int, signed_in: Any) -> None:
    given = {**SENT, "pack": DE, "on": "2026-11-27", "domain": "fluoroscopy", "intervention": "no", "kap": "20000.1",
             "kap_unit": "cGy·cm²"}  # fmt: skip
    text = shown(signed_in("viewer"), "/notifiable/", **given)
    assert "Notifiable under 1 rule." in text
    assert "more than 20000 cGy·cm² 200 Gy·cm²" in text and "I.2.a; since 2018-12-31" in text
    equal = shown(signed_in("viewer"), "/notifiable/", **{**given, "kap": "20000"})
    assert "Notifiable under" not in equal and "Not notifiable" in equal


def test_an_incident_is_worked_out_by_its_day_nation_and_doses(site: int, signed_in: Any) -> None:
    given = {**SENT, "pack": UK, "on": "2026-11-27", "exposure": "unintended", "patient": "adult", "nation": "GB-ENG",
             "intended": "0.55", "delivered": "5.5"}  # fmt: skip
    text = shown(signed_in("viewer"), "/notifiable/", **given)
    assert "Notifiable under 1 rule." in text and "10 times or more" in text
    old = shown(signed_in("viewer"), "/notifiable/", **{**given, "on": "2020-07-31"})
    assert "Not in force then" in old and "Notifiable under" not in old


def test_a_follow_up_level_asks_for_follow_up_and_notifies_nobody(site: int, signed_in: Any) -> None:
    given = {**SENT, "pack": NCRP, "domain": "fluoroscopy", "ka_r": "5", "ka_r_unit": "Gy"}
    text = shown(signed_in("viewer"), "/notifiable/", **given)
    assert "Follow-up asked for by 1 rule." in text and "Not verified" in text


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("intended", "0,3", "a point before decimals"), ("intended", "-1", "a number of 0 or more"),
        ("intended", "1e999", "a number of 0 or more"), ("intended", "nan", "a number of 0 or more"),
        ("intended", "9" * 40, "a number of 0 or more"), ("on", "2026-02-30", "Write the day"),
        ("nation", "GB-XXX", "Choose one of the list"), ("intended", "<script>alert(1)</script>", "a number of 0 or more"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_beside_its_field_and_counts_as_not_known(
    site: int, signed_in: Any, name: str, text: str, told: str
) -> None:
    found = signed_in("viewer").get("/notifiable/", {**SENT, "pack": UK, name: text})
    page = found.content.decode()
    assert found.status_code == 200 and told in html.unescape(page) and "<script>alert" not in page
    assert "What cannot be read counts as not known." in page


@pytest.mark.parametrize("query", ["pack=nothing", "exam=x", "exam=99999999999999", "pack=own-1-x"])
def test_what_there_is_not_is_refused(site: int, signed_in: Any, query: str) -> None:
    assert signed_in("viewer").get(f"/notifiable/?{query}").status_code == 400


def test_an_exam_fills_the_form_and_the_address_gives_the_same_answer_again(
    site: int, department: Department, signed_in: Any
) -> None:
    Part.objects.filter(exam=department.exam).update(ctdi_vol_mgy=92.5, procedure_id="ct-chest")
    client, address = signed_in("physicist"), f"/notifiable/?exam={department.exam}"
    exam = Exam.objects.get(pk=department.exam)
    filled = {
        name: field(client, name, address) for name in ("on", "domain", "region", "intervention", "ctdi_vol", "patient")
    }
    assert filled == {
        "on": exam.started_at[:10], "domain": "CT", "region": "other", "intervention": "no", "ctdi_vol": "92.5",
        "patient": "adult",
    }  # fmt: skip
    text = shown(client, address)
    assert "Notifiable under 1 rule." in text and f"exam {department.exam}" in text
    again = re.search(r'<a href="([^"]+)">Address of this answer', client.get(address).content.decode())
    assert again is not None
    repeated = shown(client, html.unescape(again[1]))
    assert repeated.replace("Notifiable?", "") == text.replace("Notifiable?", "")
    assert AuditRow.objects.filter(subject="calculator", patient_key=exam.patient_id).count() == 9


def test_a_field_that_was_emptied_stays_empty(site: int, department: Department, signed_in: Any) -> None:
    address = f"/notifiable/?exam={department.exam}&sent=on.ctdi_vol&pack={DE}"
    assert field(signed_in("physicist"), "ctdi_vol", address) == ""


def test_a_pack_that_is_ticked_later_is_told_of_the_exam_too(site: int, department: Department, signed_in: Any) -> None:
    address = f"/notifiable/?exam={department.angiography}&sent=on&pack={NCRP}"
    assert field(signed_in("physicist"), "kap", address) == "4170"


def test_kap_of_an_exam_stands_in_the_unit_that_the_site_shows(
    site: int, department: Department, signed_in: Any
) -> None:
    address = f"/notifiable/?exam={department.angiography}&pack={DE}"
    assert field(signed_in("physicist"), "kap", address) == "4170"
    assert field(signed_in("physicist"), "intervention", address) == "yes"


def test_the_answers_are_a_file(site: int, signed_in: Any) -> None:
    text = b"".join(signed_in("physicist").get(f"/notifiable/answers.csv?pack={DE}&sent=1")).decode()
    assert len(text.splitlines()) == 7 and "de-strlschv-a14-ct-brain" in text


def test_a_flag_of_a_pack_and_an_exam_lead_to_the_calculator(department: Department, signed_in: Any) -> None:
    link = f"/notifiable/?exam={department.exam}"
    assert link in signed_in("viewer").get(f"/exams/{department.exam}/").content.decode()


def test_packs_are_chosen_and_confirmed_and_both_taken_back(department: Department, signed_in: Any) -> None:
    client, key = signed_in("physicist"), department.site.pk
    address = f"/notifiable/packs/{key}/"
    assert client.post(f"{address}choose", {"pack": [NCRP, DE]}).status_code == 302
    assert ChosenRulePacks.objects.get(site=key).keys == [NCRP, DE]
    text = shown(client, "/notifiable/packs/")
    assert "goes by 2 packs" in text and "0 of 4 rules are in force." in text
    given = {"pack": NCRP, "by": "B. Physicist", "grounds": "compared with the printed report"}
    assert client.post(f"{address}confirm", given).status_code == 302
    text = shown(client, "/notifiable/packs/")
    assert "rules are in force" not in text and "Confirmed by B. Physicist on" in text
    page = client.get("/notifiable/packs/").content.decode()
    for undo in re.findall(r'action="(/notifiable/packs/[a-z]+/[0-9a-f]+/undo)"', page):
        assert client.post(undo).status_code == 302
    assert not ChosenRulePacks.objects.exists() and not ConfirmedRulePack.objects.exists()
    rows = AuditRow.objects.filter(actor="physicist").exclude(action__in=("saw", "signed in")).order_by("pk")
    assert [row.action for row in rows][:2] == ["rules chosen", "rules confirmed"]


def test_who_may_only_look_sees_no_button(department: Department, signed_in: Any) -> None:
    page = signed_in("viewer").get("/notifiable/packs/").content.decode()
    assert 'type="checkbox"' not in page and "Go by what is ticked" not in page
    assert "Your role may look at packs, not choose them." in page


def test_another_site_s_packs_are_not_shown_nor_changed(department: Department, signed_in: Any) -> None:
    other = department.other_site.pk
    client = signed_in("physicist")
    assert client.get(f"/notifiable/packs/?site={other}").status_code == 400
    assert client.post(f"/notifiable/packs/{other}/choose", {"pack": DE}).status_code == 404
    assert not ChosenRulePacks.objects.exists() and Site.objects.count() == 2


def test_what_a_confirmation_lacks_is_said_and_nothing_changes(department: Department, signed_in: Any) -> None:
    address = f"/notifiable/packs/{department.site.pk}/"
    client = signed_in("physicist")
    for given in ({"pack": NCRP}, {"pack": DE, "by": "B", "grounds": "compared with it"}, {}):
        assert client.post(f"{address}confirm", given).status_code == 400
    assert client.post(f"{address}choose", {"pack": ["x"]}).status_code == 400
