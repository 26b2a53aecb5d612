"""The pages of people: who sees them, what stands on them, and that nothing changes before a person accepts."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from doseloop.access.rights import RIGHTS, Right, Role, scope_for
from doseloop.store.changes import note_change
from doseloop.store.models import AuditRow, Decision, Exam, ExamPerson, Person, Site
from tests.web.disclosures import text_of
from tests.web.record import Department
from tests.web.test_rights import ROUTES, address, posts

CANARY = re.compile(r"Personalkanarie\d+", re.IGNORECASE)
LETTERS = ("Aa^Bo", "Cc^Do", "Ee^Fo")


@pytest.fixture
def planted(department: Department) -> Department:
    """Every name of staff leaves a trace wherever it is shown."""
    for row in Person.objects.all():
        Person.objects.filter(pk=row.pk).update(name=f"Personalkanarie{row.pk}^Ute", is_one_person=True)
    note_change(Exam.objects.values_list("pk", flat=True))
    return department


def switch(site: Site, on: bool) -> None:
    Site.objects.filter(pk=site.pk).update(operators_shown=on)


def shown_at(client: Client, department: Department) -> dict[str, set[str]]:
    """Names of staff in whatever the account may open, by route."""
    found = {}
    for name, pattern in ROUTES.items():
        if posts(pattern) or name == "account_logout":
            continue
        answer = client.get(address(pattern, department, own=True))
        text = text_of(b"".join(answer), name if answer.status_code == 200 else "refused")
        found[name] = set(CANARY.findall(text))
    return {name: names for name, names in found.items() if names}


def test_who_sees_people_may_take_tables_home_and_sees_doses() -> None:
    for rights in RIGHTS.values():
        assert Right.PEOPLE not in rights or {Right.EXPORT, Right.SEE} <= rights
    assert {role for role, rights in RIGHTS.items() if Right.PEOPLE in rights} == {Role.PHYSICIST, Role.ADMINISTRATOR}


def test_people_are_in_a_scope_only_where_every_site_shows_them_to_the_account() -> None:
    both = {1: frozenset({Role.PHYSICIST}), 2: frozenset({Role.VIEWER})}
    assert not scope_for(Right.SEE, both, frozenset({1, 2})).operators
    assert not scope_for(Right.SEE, {1: both[1], 3: both[1]}, frozenset({1})).operators
    assert scope_for(Right.SEE, {1: both[1], 3: both[1]}, frozenset({1, 3})).operators
    assert scope_for(Right.PEOPLE, {1: both[1], 3: both[1]}, frozenset({1})).sites == {1}
    assert scope_for(Right.PEOPLE, both, frozenset({2})).sites == frozenset()


@pytest.mark.parametrize("role", Role)
def test_no_page_or_file_shows_a_person_where_the_site_has_not_switched_it_on(
    role: Role, planted: Department, signed_in: Any
) -> None:
    switch(planted.site, on=False)
    assert shown_at(signed_in(role.value), planted) == {}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RADIOGRAPHER])
def test_no_page_or_file_shows_a_person_to_who_has_no_right(role: Role, planted: Department, signed_in: Any) -> None:
    assert shown_at(signed_in(role.value), planted) == {}


def test_a_site_that_is_off_stays_hidden_beside_one_that_is_on(planted: Department, signed_in: Any) -> None:
    elsewhere = Person.objects.get(pk=planted.other_person).name.split("^")[0]
    found = shown_at(signed_in("m.keane"), planted)
    assert set(found) == {
        "people", "people-csv", "people-xlsx", "person", "differences", "differences-csv", "differences-xlsx",
    }  # fmt: skip
    assert all(elsewhere not in names for names in found.values())
    assert signed_in("m.keane").get(f"/people/{planted.other_person}/").status_code == 404


def test_the_right_shows_people_on_their_pages_and_on_exams(planted: Department, signed_in: Any) -> None:
    assert set(shown_at(signed_in("physicist"), planted)) == {
        "people", "people-csv", "people-xlsx", "person", "exam", "differences", "differences-csv", "differences-xlsx",
    }  # fmt: skip


def test_suggestions_are_told_with_their_reason_and_nobody_shared_is_among_them(
    department: Department, signed_in: Any
) -> None:
    text = signed_in("physicist").get("/people/?choose=sure").content.decode()
    chosen = re.findall(r'name="merge" value="(\d+)-(\d+)" checked', text)
    names = dict(Person.objects.values_list("pk", "name"))
    assert {(names[int(alias)], names[int(of)]) for alias, of in chosen} == {
        ("BRANDT^TINA", "Brandt^Tina"), ("Brandt, Tina", "Brandt^Tina"), ("Dr. Martin Keller", "Keller^Martin^^Dr."),
    }  # fmt: skip
    assert "the initial fits" in text
    assert re.search(r"Could be [^.]*Brandt\^Tina[^.]*Brandt\^Jana", text) or "Brandt^Jana or" in text
    shared = text[text.index('id="h-shared"') :]
    assert all(name in shared for name in ("CT Team", "MTRA", "Keller / Novak", "Oberarzt"))


def test_a_preview_changes_nothing_and_merging_is_audited_and_taken_back(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    pairs = re.findall(r'name="merge" value="([\d-]+)" checked', client.get("/people/?choose=sure").content.decode())
    preview = " ".join(client.post("/people/preview", {"merge": pairs}).content.decode().split())
    assert "3 names would be merged" in preview
    assert not Decision.objects.exists()
    assert client.post("/people/accept", {"merge": pairs}).status_code == 302
    assert AuditRow.objects.filter(action="said who a name is", actor="physicist").count() == 3
    assert Person.objects.exclude(whom=None).count() == 3
    text = client.get("/people/").content.decode()
    assert "Brandt, Tina; BRANDT^TINA" in " ".join(text.split())
    assert client.get(f"/people/{department.person}/").content.decode().count('<div class="list__top"><strong>') == 3
    batch = Decision.objects.values_list("batch", flat=True)[0]
    assert client.post(f"/people/{batch}/undo").status_code == 302
    assert not Person.objects.exclude(whom=None).exists()


@pytest.mark.parametrize(
    "given",
    [{}, {"merge": "x"}, {"merge": "1"}, {"merge": "1-"}, {"merge": "²-1"}, {"merge": "1-99999999999999999999"}],
)
def test_a_form_that_names_no_names_is_refused(given: dict[str, str], department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert client.post("/people/accept", given).status_code == 400
    assert client.post(f"/people/{department.person}/judge", {"verdict": "perhaps"}).status_code == 400
    assert client.get(f"/people/{department.person}/?played=patient").status_code == 400
    assert client.get(f"/people/{department.person}/?days=7").status_code == 400
    assert not Decision.objects.exists()


def test_a_person_of_another_site_cannot_be_merged(department: Department, signed_in: Any) -> None:
    pair = f"{department.person}-{department.other_person}"
    for path in ("preview", "accept"):
        assert signed_in("physicist").post(f"/people/{path}", {"merge": pair}).status_code == 404


def test_a_name_is_said_to_be_no_person_and_has_no_figures(department: Department, signed_in: Any) -> None:
    client, page = signed_in("physicist"), f"/people/{department.person}/"
    assert "Beside the others" in client.get(page).content.decode()
    assert client.post(f"{page}judge", {"verdict": "not one person"}).status_code == 302
    text = client.get(page).content.decode()
    assert "This name is no person." in text
    assert "Beside the others" not in text
    assert len(text_of(b"".join(client.get(f"{page}figures.csv")), "csv").splitlines()) == 1


def test_the_switch_is_audited_and_of_who_sets_up_alone(department: Department, signed_in: Any) -> None:
    client, path = signed_in("administrator"), f"/people/sites/{department.site.pk}/switch"
    assert signed_in("physicist").post(path, {"on": "no"}).status_code == 403
    assert client.post(path, {"on": "no"}).status_code == 302
    row = AuditRow.objects.get(action="set up")
    assert (row.site_id, row.before["operators_shown"], row.after["operators_shown"]) == (
        department.site.pk,
        True,
        False,
    )
    assert client.post(path, {"on": "no"}).status_code == 302
    assert AuditRow.objects.filter(action="set up").count() == 1
    assert client.get("/people/").status_code == 403
    assert "Not shown" in client.get("/people/sites/").content.decode()
    assert client.post(path, {"on": "yes"}).status_code == 302
    assert client.get("/people/").status_code == 200
    other = f"/people/sites/{department.other_site.pk}/switch"
    assert client.post(other, {"on": "yes"}).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_too_few_are_told_as_such_on_the_page_and_in_files(
    form: str, department: Department, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_people(department)
    client, page = signed_in("physicist"), f"/people/{Person.objects.get(name='Aa^Bo').pk}/"
    enough = text_of(b"".join(client.get(f"{page}figures.{form}?days=1095")), form)
    assert "too few" not in enough
    assert "200" in enough
    assert "111" in enough
    fewer = ExamPerson.objects.filter(person__name="Ee^Fo").order_by("pk")[0]
    exam = fewer.exam_id
    fewer.delete()
    note_change([exam])
    for text in (
        text_of(b"".join(client.get(f"{page}figures.{form}?days=1095")), form),
        client.get(f"{page}?days=1095").content.decode(),
    ):
        assert "too few to show" in text.lower()
        assert "111" not in text
    monkeypatch.setattr(settings, "DOSELOOP", settings.DOSELOOP.model_copy(update={"people_least_exams": 9}))
    assert "too few" not in text_of(b"".join(client.get(f"{page}figures.{form}?days=1095")), form)


def three_people(department: Department) -> None:
    """Three operators with ten heads each: 111 mGy·cm for the first, 200 for both others."""
    source = Exam.objects.filter(site=department.site, parts__procedure="ct-head").order_by("pk")[0]
    part = source.parts.get()
    for number, name in enumerate(LETTERS):
        one = Person.objects.create(site=department.site, name=name)
        for exam in range(10):
            values = {field.attname: getattr(source, field.attname) for field in source._meta.concrete_fields}
            made = Exam.objects.create(**{**values, "id": None, "study_uid": f"2.25.66{number}{exam}", "settled": True})
            fields = {field.attname: getattr(part, field.attname) for field in part._meta.concrete_fields}
            made.parts.create(
                **{
                    **fields,
                    "id": None,
                    "exam_id": made.pk,
                    "age_band": "adult",
                    "eligible": True,
                    "dlp_mgy_cm": 200.0 if number else 111.0,
                }
            )
            ExamPerson.objects.create(exam=made, person=one, part="operator")
            note_change([made.pk])
