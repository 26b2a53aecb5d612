"""The names of the record, as questions may speak of them, within the scope of who asks."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.ask.conversation import Conversation
from doseloop.ask.live_department import department_of_record, readers_of
from doseloop.ask.outcome import AskedBack, Outcome, Understood
from doseloop.ask.spoken_names import said_name
from doseloop.facts.engine import Facts
from doseloop.roles.data_folder import DataFolder
from doseloop.store.changes import note_change
from doseloop.store.models import AuditRow, Exam, ExamPerson, Person, Procedure, Scanner, Site
from tests.ask.department import department
from tests.cli.test_first_command import run
from tests.facts.made import make_scanner

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


@pytest.fixture
def there(facts: Facts) -> Facts:
    department(120)
    return facts


def asked(facts: Facts, scope: Scope, text: str) -> Outcome:
    return readers_of(department_of_record(scope, facts, NOW)).next_turn(Conversation(), text)[0]


def filters_of(outcome: Outcome) -> dict[str, object]:
    assert isinstance(outcome, Understood), outcome
    return {one.field: one.value for one in outcome.plan.filters}


def test_names_are_those_of_the_record_and_the_clock_is_that_of_its_sites(there: Facts) -> None:
    found = department_of_record(SYSTEM, there, NOW)
    assert found.now == datetime(2026, 11, 18, 10)
    assert {(one.name, one.modality) for one in found.scanners} >= {("CT1", "CT"), ("Angio 1", "XA")}
    assert found.sites == ("Main Hospital", "North Clinic")
    assert ("CT", "CT Chest") in found.procedures and ("XA", "PCI") in found.procedures
    assert "T. Brandt" in found.operators


def test_a_question_names_a_scanner_by_its_short_name_and_by_what_it_sends(there: Facts) -> None:
    scanner = make_scanner(Site.objects.first() or Site(), "CT 7 Oncology", "CT")
    Scanner.objects.filter(pk=scanner.pk).update(station_name="ONKOCT")
    note_change([])
    for words in ("CT 7 Oncology", "CT 7", "scanner 7", "ONKOCT"):
        assert filters_of(asked(there, SYSTEM, f"median DLP on {words} last month"))["scanner"] == ["CT 7 Oncology"]


def test_who_may_not_see_people_or_a_site_reads_none_of_their_names(there: Facts) -> None:
    site = Site.objects.get(name="North Clinic").pk
    one_site = Scope(sites=frozenset({site}), identity=False, operators=False)
    assert {one.name for one in department_of_record(SYSTEM, there, NOW).scanners} > {"CT4"}
    found = department_of_record(one_site, there, NOW)
    assert ([one.name for one in found.scanners], found.sites, found.operators) == (["CT4"], ("North Clinic",), ())
    assert isinstance(asked(there, one_site, "median DLP of CT head on CT1"), AskedBack)
    assert isinstance(asked(there, one_site, "median DLP of CT head by Okafor"), AskedBack)
    assert department_of_record(SYSTEM, there, NOW).operators != ()


def test_a_change_of_the_record_is_seen_at_once(there: Facts) -> None:
    before = department_of_record(SYSTEM, there, NOW)
    assert department_of_record(SYSTEM, there, NOW) == before
    assert readers_of(replace(before, now=datetime(2026, 11, 18, 11))) is readers_of(before)
    make_scanner(Site.objects.get(name="North Clinic"), "CT9")
    note_change([])
    assert "CT9" in {one.name for one in department_of_record(SYSTEM, there, NOW).scanners}


def test_names_that_words_say_already_keep_the_meaning_of_the_words(there: Facts) -> None:
    Procedure.objects.create(key="mammography", name="Mammography", modality="MG")
    Exam.objects.filter(modality="CT").update(protocol_name="Head")
    Exam.objects.filter(modality="XA").update(protocol_name="Zephyr_99x")
    note_change(Exam.objects.values_list("pk", flat=True))
    assert department_of_record(SYSTEM, there, NOW).protocols == ("Zephyr_99x",)
    assert filters_of(asked(there, SYSTEM, "mammography exams per month")) == {"modality": ["MG"]}
    assert filters_of(asked(there, SYSTEM, "median KAP of Zephyr_99x"))["protocol"] == ["Zephyr_99x"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Brandt^Tina^^Dr.", "Tina Brandt"),
        ("Brandt, Tina", "Tina Brandt"),
        ("sokafor", "sokafor"),
        ("^=Yi^Ayşe", "Ayşe Yi"),
    ],
)
def test_names_of_staff_are_said_as_people_say_them(typed: str, said: str) -> None:
    assert said_name(typed) == said


def test_a_person_is_asked_for_by_the_name_that_people_say(there: Facts) -> None:
    someone = Person.objects.create(site=Site.objects.get(name="Main Hospital"), name="Laurent^Noémie")
    exams = list(Exam.objects.filter(site=someone.site).values_list("pk", flat=True))[:9]
    ExamPerson.objects.bulk_create(ExamPerson(exam_id=one, person=someone, part="operator") for one in exams)
    note_change(exams)
    assert filters_of(asked(there, SYSTEM, "median DLP of CT head done by Noemie Laurent"))["operator"] == [
        "Noémie Laurent"
    ]


@pytest.mark.once
def test_the_command_answers_from_the_record(there: Facts, folder: DataFolder) -> None:
    said = run(folder.root, "ask", "median DLP of CT head of all time by scanner")
    assert said.returncode == 0, said.stderr
    assert "Read as: median DLP" in said.stdout and "CT1" in said.stdout and "Left out:" in said.stdout
    told = json.loads(run(folder.root, "ask", "--json", "median", "DLP of CT head of all time by scanner").stdout)
    assert told["kind"] == "answer"
    assert {row["scanner"] for row in told["answer"]["table"]["rows"]} >= {"CT1", "CT2"}
    back = json.loads(run(folder.root, "ask", "--json", "doses by florbnik").stdout)
    assert (back["kind"], back["words"]) == ("clarify", ["florbnik"])
    refused = run(folder.root, "ask", "why is the dose of CT1 so high")
    assert "cannot be read from the record" in refused.stdout


@pytest.mark.once
def test_what_the_command_lists_is_noted(there: Facts, folder: DataFolder) -> None:
    told = json.loads(run(folder.root, "ask", "--json", "list of CT exams of all time").stdout)
    listed = {row["exam"] for row in told["answer"]["table"]["rows"]}
    patients = set(Exam.objects.filter(pk__in=listed).values_list("patient_id", flat=True))
    assert set(AuditRow.objects.filter(action="saw").values_list("patient_key", flat=True)) == patients != set()
    assert AuditRow.objects.filter(action="asked").count() == 1
