"""Exams that look like tests, through the real chain: noted, set apart by people alone, listed, counted and taken back."""

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.reading.deidentify import deidentify
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.store import suspected_tests
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, DoseObjectRow, Exam, SuspectedTest
from doseloop.store.suspected_tests import decline, set_apart, suspects, take_back
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in


def report(number: int, description: str = "CT Head", name: str = "Doe^Jane") -> bytes:
    made = reports.ct_report(1)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.4{number}", f"2.25.5{number}", f"N{number}"
    made.StudyDescription, made.PatientName, made.PatientAge, made.PatientSex = description, name, "054Y", "F"
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
    return reports.encode(made)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [report(0), report(1, "Konstanzprüfung", "QA^Monthly"), report(2, name="PHANTOM^Peter")])
    return made


def keys() -> list[int]:
    return [one.exam for one in suspects(SYSTEM)]


def test_they_are_proposed_the_likely_first_and_nothing_is_set_apart_by_itself(pipeline: Pipeline) -> None:
    likely, possible = suspects(SYSTEM)
    assert (likely.confidence, likely.as_what, possible.confidence) == ("likely", "test", "possible")
    assert possible.evidence == ("The patient’s name is one that phantoms or tests are given.",)
    assert not Exam.objects.exclude(excluded_as="").exists()
    assert suspected_tests.count(SYSTEM) == 2


def test_many_are_set_apart_at_once_stay_countable_and_come_back(pipeline: Pipeline) -> None:
    chosen = keys()
    assert set_apart(SYSTEM, chosen, "test", "Monthly constancy", COMMAND) == 2
    assert (suspects(SYSTEM), suspected_tests.count_set_apart(SYSTEM), Exam.objects.count()) == ((), 2, 3)
    assert {one.reason for one in suspected_tests.set_apart_list(SYSTEM)} == {"Monthly constancy"}
    assert AuditRow.objects.filter(action="excluded").count() == 2
    for key in chosen:
        take_back(SYSTEM, key, COMMAND)
    assert (sorted(keys()), suspected_tests.count_set_apart(SYSTEM)) == (sorted(chosen), 0)


def test_a_patient_after_all_is_not_proposed_again(pipeline: Pipeline) -> None:
    decline(SYSTEM, keys(), "They are patients.", COMMAND)
    take_in(
        pipeline,
        [report(1, "Konstanzprüfung", "QA^Monthly"), report(2, name="PHANTOM^Peter").replace(b"250.5", b"250.6")],
    )
    assert keys() == []
    assert set(SuspectedTest.objects.values_list("state", flat=True)) == {"declined"}


@pytest.mark.parametrize(
    ("reason", "chosen", "said"),
    [(" ", None, "Say why"), ("x", [], "at least one"), ("x", list(range(500)), "at most")],
)
def test_what_cannot_be_is_refused_whole(pipeline: Pipeline, reason: str, chosen: list[int] | None, said: str) -> None:
    for act in (
        lambda: set_apart(SYSTEM, keys() if chosen is None else chosen, "test", reason, COMMAND),
        lambda: decline(SYSTEM, keys() if chosen is None else chosen, reason, COMMAND),
    ):
        with pytest.raises(UnusableInput, match=said):
            act()
    assert len(keys()) == 2


def test_an_exam_that_does_not_wait_or_is_of_another_site_cannot_be_chosen(pipeline: Pipeline) -> None:
    patient = Exam.objects.get(study_uid="2.25.50").pk
    with pytest.raises(NotVisible):
        set_apart(SYSTEM, [*keys(), patient], "test", "x", COMMAND)
    assert suspected_tests.count_set_apart(SYSTEM) == 0
    elsewhere = Scope(every_site=False, sites=frozenset({999}), identity=False, operators=False)
    assert (suspects(elsewhere), suspected_tests.count(elsewhere)) == ((), 0)
    with pytest.raises(NotVisible):
        set_apart(elsewhere, keys(), "test", "x", COMMAND)


def test_of_a_pseudonymous_object_the_mark_is_kept_and_nothing_of_the_name() -> None:
    found = deidentify(report(3, name="PHANTOM^Peter"), b"k" * 32)
    assert found.result.dose.test_marks == ("name",)
    assert found.result.identity.name is None
    assert b"PHANTOM" not in found.content
    assert read_object(found.content).dose.test_marks == ()


def test_what_was_noticed_stays_when_the_exam_is_made_anew_without_the_mark(pipeline: Pipeline) -> None:
    """A pseudonymous object that is read again has no name any more."""
    before = list(SuspectedTest.objects.values_list("exam", "evidence"))
    row = DoseObjectRow.objects.get(exam__study_uid="2.25.52")
    pipeline.rebuild(row.exam_id)  # type: ignore[arg-type]
    assert list(SuspectedTest.objects.values_list("exam", "evidence")) == before
