"""Merging two numbers lets the exams of both stand under one patient, and taking everything back restores every number."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM, Scope
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, exam_rows
from doseloop.facts.filters import ExamFilter
from doseloop.facts.paths import FactsPaths
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import comments, decisions, one_patient, patient_merging
from doseloop.store.audit import COMMAND
from doseloop.store.models import (
    AuditRow,
    Comment,
    Decision,
    DoseObjectRow,
    Event,
    Exam,
    Flag,
    Identity,
    Part,
    Patient,
    Site,
)
from doseloop.store.patient_merging import MERGINGS, Merging
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in
from tests.test_name_mapping import follow


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    """Studies 1 of OLD, 2 of NEW, 3 of THIRD; and study 4, of which one report came under OLD and a later one under NEW."""
    bring_up_to_date()
    made = pipeline_over(folder)
    take_in(made, [*(report(number, who) for number, who in enumerate(("OLD", "NEW", "THIRD"), start=1)), *study_4()])
    return made


def study_4() -> list[bytes]:
    """Under OLD two events; under NEW the same two and one more: a cumulative report after the number was changed."""
    return [report(4, "OLD", events=2), report(4, "NEW", events=3, object_number=44)]


def report(number: int, who: str, events: int = 2, object_number: int | None = None) -> bytes:
    made = reports.ct_report(events)
    made.SOPInstanceUID, made.StudyInstanceUID = f"2.25.4{object_number or number}", f"2.25.5{number}"
    made.PatientID, made.PatientName, made.PatientBirthDate = who, f"Person^{who}", "19600229"
    made.StudyDescription, made.ProtocolName = "CT Chest", ""
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
    return reports.encode(made)


def key(number: str) -> int:
    return Identity.objects.filter(number=number).values_list("patient_id", flat=True)[0]


def merge(one: str, into: str) -> str:
    return patient_merging.merge(SYSTEM, [Merging(key(one), key(into))], COMMAND)


def stands() -> dict[str, list[str]]:
    """Studies that count for each patient."""
    rows = Exam.objects.filter(part_of=None).order_by("study_uid", "pk")
    found: dict[str, list[str]] = {}
    for study, patient in rows.values_list("study_uid", "patient_id"):
        found.setdefault(number_of(patient), []).append(study[-1])
    return found


def number_of(patient: int) -> str:
    return Identity.objects.filter(patient=patient).values_list("number", flat=True)[0]


def what_is_there() -> list[list[Any]]:
    exams = Exam.objects.order_by("pk").values_list(
        "pk", "study_uid", "patient", "named", "part_of", "dlp_mgy_cm", "event_count", "settled", "issues", "age_years",
        "weight_kg", "weight_source",
    )  # fmt: skip
    parts = Part.objects.order_by("exam", "position").values_list("exam", "procedure_id", "dlp_mgy_cm", "eligible")
    events = Event.objects.order_by("exam", "position").values_list("exam", "event_uid", "dlp_mgy_cm", "object")
    flags = Flag.objects.exclude(state="withdrawn").order_by("key").values_list("exam", "rule", "state", "sentence")
    objects = DoseObjectRow.objects.order_by("pk").values_list("pk", "exam", "identity", "standing")
    identities = Identity.objects.order_by("pk").values_list("pk", "patient", "current")
    return [list(rows) for rows in (exams, parts, events, flags, objects, identities)]


def test_exams_of_both_numbers_stand_under_the_one(pipeline: Pipeline) -> None:
    assert stands() == {"OLD": ["1", "4"], "NEW": ["2", "4"], "THIRD": ["3"]}
    merge("OLD", "NEW")
    follow(pipeline)
    assert stands() == {"NEW": ["1", "2", "4"], "THIRD": ["3"]}
    assert decisions.outdated_count(SYSTEM) == 0


def test_a_study_under_both_numbers_is_one_exam_and_its_events_count_once(pipeline: Pipeline) -> None:
    flagged = Flag.objects.filter(state="open").values_list("rule", flat=True)
    assert set(flagged) == {"same-event"}
    alone = Exam.objects.get(study_uid="2.25.54", event_count=3).dlp_mgy_cm
    merge("OLD", "NEW")
    follow(pipeline)
    (one,) = Exam.objects.filter(study_uid="2.25.54", part_of=None)
    assert (one.event_count, one.events.count()) == (3, 3)
    assert one.dlp_mgy_cm == alone
    (other,) = Exam.objects.filter(part_of=one)
    assert not (other.parts.exists() or other.events.exists())
    assert not Flag.objects.filter(state="open").exists()


def test_a_new_object_with_the_old_number_counts_for_the_merged_patient(pipeline: Pipeline) -> None:
    merge("OLD", "NEW")
    follow(pipeline)
    take_in(pipeline, [report(5, "OLD"), report(2, "OLD", events=3, object_number=22)])
    assert stands() == {"NEW": ["1", "2", "4", "5"], "THIRD": ["3"]}
    assert Exam.objects.get(study_uid="2.25.52", part_of=None).event_count == 3
    take_all_back()
    follow(pipeline)
    assert stands() == {"OLD": ["1", "2", "4", "5"], "NEW": ["2", "4"], "THIRD": ["3"]}


def test_what_came_while_two_were_one_is_afterwards_as_if_they_never_were(
    pipeline: Pipeline, folder: DataFolder
) -> None:
    """The rows that objects have of their own do not know of mergings: a demographic update too moves as without them."""
    merge("OLD", "NEW")
    follow(pipeline)
    take_in(pipeline, [report(1, "NEW"), report(3, "NEW")])
    assert stands() == {"NEW": ["1", "2", "3", "4"]}
    take_all_back()
    follow(pipeline)
    assert stands() == {"NEW": ["1", "2", "3", "4"], "OLD": ["4"]}


def test_the_facts_count_a_study_under_both_numbers_once_and_twice_again_when_it_is_taken_back(
    pipeline: Pipeline, folder: DataFolder
) -> None:
    paths = FactsPaths.in_data(folder.root, django_settings.RECORD)
    facts = Facts(paths)

    def counted() -> int:
        return len(list(exam_rows(facts, SYSTEM, ExamFilter(), ExamOrder())))

    refresh(paths)
    assert counted() == 5
    merge("OLD", "NEW")
    follow(pipeline)
    assert counted() == 4
    assert refresh(paths).exams == 4
    assert counted() == 4
    take_all_back()
    follow(pipeline)
    assert counted() == 5
    assert refresh(paths).exams == 5
    assert refresh(paths).months == ()


def test_neither_decision_nor_audit_says_who_the_patient_is(pipeline: Pipeline) -> None:
    merge("OLD", "NEW")
    follow(pipeline)
    row = Decision.objects.get()
    assert (row.subject, row.written, row.after) == (str(key("OLD")), f"patient {key('OLD')}", str(key("NEW")))
    told = " ".join(f"{one.subject} {one.before} {one.after}" for one in AuditRow.objects.all())
    assert "patients merged" in set(AuditRow.objects.values_list("action", flat=True))
    assert not [word for word in ("OLD", "NEW", "Person", "1960") if word in told]


def test_a_patient_is_never_part_of_itself(pipeline: Pipeline) -> None:
    merge("OLD", "NEW")
    merge("NEW", "THIRD")
    for one, into in (("THIRD", "OLD"), ("NEW", "NEW"), ("THIRD", "NEW")):
        with pytest.raises(UnusableInput, match="already, or part of it"):
            merge(one, into)
    follow(pipeline)
    assert stands() == {"THIRD": ["1", "2", "3", "4"]}


def test_who_does_not_see_every_site_of_a_patient_merges_none_of_it(pipeline: Pipeline) -> None:
    (here,) = Site.objects.all()
    there = Site.objects.create(name="Elsewhere", zone="UTC")
    mine = Scope(sites=frozenset({here.pk}), identity=True, operators=False)
    Exam.objects.filter(study_uid="2.25.52").update(site=there)
    with pytest.raises(UnusableInput, match="sites that you do not hold"):
        patient_merging.merge(mine, [Merging(key("OLD"), key("NEW"))], COMMAND)
    Exam.objects.filter(study_uid__in=("2.25.52", "2.25.54")).update(site=there)
    with pytest.raises(NotVisible):
        patient_merging.merge(mine, [Merging(key("NEW"), key("THIRD"))], COMMAND)
    assert not Decision.objects.exists()


def test_an_exam_that_somebody_excluded_stays_excluded_in_the_whole(pipeline: Pipeline) -> None:
    Exam.objects.filter(study_uid="2.25.54", patient=key("NEW")).update(excluded_as="test", excluded_reason="A trial")
    merge("OLD", "NEW")
    follow(pipeline)
    one = Exam.objects.get(study_uid="2.25.54", part_of=None)
    assert (one.excluded_as, one.event_count, one.parts.get().eligible) == ("test", 3, False)


def test_comments_of_both_exams_stand_at_the_one(pipeline: Pipeline) -> None:
    for exam in Exam.objects.filter(study_uid="2.25.54"):
        comments.add_comment(SYSTEM, exam.pk, f"Of exam {exam.pk}.", COMMAND)
    merge("OLD", "NEW")
    follow(pipeline)
    one = Exam.objects.get(study_uid="2.25.54", part_of=None)
    assert len(comments.comments(SYSTEM, one.pk)) == Comment.objects.count() == 2


_PAIRS = st.tuples(st.sampled_from(("OLD", "NEW", "THIRD")), st.sampled_from(("OLD", "NEW", "THIRD")))
_ACTS = st.lists(st.one_of(_PAIRS, st.integers(0, 3)), max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ACTS)
def test_any_sequence_keeps_exams_and_events_and_taking_all_back_restores_every_number(
    pipeline: Pipeline, acts: Iterable[tuple[str, str] | int]
) -> None:
    before = what_is_there()
    uids = {row[1] for row in before[2]}
    for act in acts:
        with suppress(UnusableInput):
            if isinstance(act, int):
                for batch in not_taken_back()[act : act + 1]:
                    decisions.undo(SYSTEM, MERGINGS, batch, COMMAND)
            else:
                merge(*act)
        follow(pipeline)
        assert set(Event.objects.values_list("event_uid", flat=True)) == uids
        assert set(Exam.objects.filter(part_of=None).values_list("study_uid", flat=True)) == {
            row[1] for row in before[0]
        }
        wholes = {one_patient.whole(patient) for patient in Patient.objects.values_list("pk", flat=True)}
        counted = Exam.objects.filter(part_of=None)
        assert set(counted.values_list("patient", flat=True)) <= wholes
        assert len(set(counted.values_list("patient", "study_uid"))) == counted.count()
    take_all_back()
    follow(pipeline)
    assert what_is_there() == before
    Decision.objects.all().delete()


def not_taken_back() -> list[str]:
    return [batch.key for batch in decisions.history(SYSTEM, MERGINGS, 100) if not batch.undone and not batch.undoes]


def take_all_back() -> None:
    """Newest first, as a person does from the top of the history."""
    while back := not_taken_back():
        decisions.undo(SYSTEM, MERGINGS, back[0], COMMAND)
