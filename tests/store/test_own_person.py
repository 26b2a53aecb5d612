"""An account is a person where that was decided, and only there; the log holds no name."""

import json

import pytest
from django.contrib.auth.models import User

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, own_person, person_merging
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Decision, Person, Site
from doseloop.store.own_person import ACCOUNTS, OwnPerson, own_people, say_who
from doseloop.store.person_merging import SHARED, Merge
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

TYPED = ("Meyer^Anna", "Meyer^A", "CT Team")


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [report(number, name) for number, name in enumerate(TYPED)])
    for name in ("anna", "ben"):
        User.objects.create_user(name)
    return made


def report(number: int, operator: str) -> bytes:
    made = reports.ct_report(1)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{number}", f"2.25.7{number}", f"P{number}"
    made.OperatorsName = operator
    return reports.encode(made)


def account(name: str) -> int:
    return User.objects.get(username=name).pk


def person(typed: str) -> int:
    return Person.objects.get(name=typed).pk


def whom(name: str) -> list[int]:
    return [one.whom for one in own_people(SYSTEM, account(name))]


def test_an_account_is_the_person_that_was_said_and_nobody_when_that_is_taken_back(pipeline: Pipeline) -> None:
    site = Site.objects.get()
    batch = say_who(SYSTEM, "anna", site.name, "Meyer^Anna", COMMAND)
    assert own_people(SYSTEM, account("anna")) == (OwnPerson(site.pk, site.name, person("Meyer^Anna")),)
    assert whom("ben") == []
    decisions.undo(SYSTEM, ACCOUNTS, batch, COMMAND)
    assert whom("anna") == []


def test_without_a_name_the_account_is_nobody_again(pipeline: Pipeline) -> None:
    site = Site.objects.get().name
    say_who(SYSTEM, "anna", site, "Meyer^Anna", COMMAND)
    say_who(SYSTEM, "anna", site, None, COMMAND)
    assert whom("anna") == []
    say_who(SYSTEM, "ben", site, "Meyer^Anna", COMMAND)
    assert whom("ben") == [person("Meyer^Anna")]


def test_who_the_name_stands_for_follows_its_mergings(pipeline: Pipeline) -> None:
    say_who(SYSTEM, "anna", Site.objects.get().name, "Meyer^A", COMMAND)
    batch = person_merging.merge(SYSTEM, [Merge(person("Meyer^A"), person("Meyer^Anna"))], COMMAND)
    assert whom("anna") == [person("Meyer^Anna")]
    decisions.undo(SYSTEM, person_merging.PEOPLE, batch, COMMAND)
    person_merging.judge(SYSTEM, person("Meyer^A"), SHARED, COMMAND)
    assert whom("anna") == []


def test_outside_of_the_scope_an_account_is_nobody(pipeline: Pipeline) -> None:
    site = Site.objects.get()
    say_who(SYSTEM, "anna", site.name, "Meyer^Anna", COMMAND)
    elsewhere = Scope(sites=frozenset({site.pk + 1}), identity=False, operators=True)
    assert own_people(elsewhere, account("anna")) == ()
    assert not own_person.is_anybody(elsewhere, account("anna"))
    assert own_person.is_anybody(SYSTEM, account("anna"))


@pytest.mark.parametrize(
    ("name", "site", "typed", "said"),
    [
        ("nobody", "", "Meyer^Anna", "There is no account 'nobody'"),
        ("anna", "Elsewhere", "Meyer^Anna", "There is no site 'Elsewhere'"),
        ("anna", "", "Meyer", "names 'Meyer'"),
        ("anna", "", "CT Team", "several share it"),
    ],
)
def test_what_cannot_be_is_refused(pipeline: Pipeline, name: str, site: str, typed: str, said: str) -> None:
    with pytest.raises(UnusableInput, match=said):
        say_who(SYSTEM, name, site or Site.objects.get().name, typed, COMMAND)
    assert not Decision.objects.exists()


def test_two_accounts_are_never_one_person(pipeline: Pipeline) -> None:
    site = Site.objects.get().name
    say_who(SYSTEM, "anna", site, "Meyer^Anna", COMMAND)
    with pytest.raises(UnusableInput, match="Another account is this person already"):
        say_who(SYSTEM, "ben", site, "Meyer^Anna", COMMAND)


def test_log_and_audit_hold_no_name_of_staff(pipeline: Pipeline) -> None:
    say_who(SYSTEM, "anna", Site.objects.get().name, "Meyer^Anna", COMMAND)
    (row,) = AuditRow.objects.filter(action="said who an account is")
    told = json.dumps([row.subject, row.before, row.after, *Decision.objects.values_list("written", "after")])
    assert "Meyer" not in told
