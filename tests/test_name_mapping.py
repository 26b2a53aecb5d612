"""Mapping a name moves the exams that have it, and taking everything back restores every number."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import decisions, name_mapping
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Decision, Event, Exam, Part, ProcedureName, Site
from doseloop.store.name_mapping import NAMES, Wish
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

WRITTEN = ("Zq routine", "Wv special", "Zq Routine")
"""Two names that nothing knows, one of them in two spellings."""


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    made = pipeline_over(folder)
    take_in(made, [report(number, name) for number, name in enumerate((*WRITTEN, "CT Chest"))])
    return made


def report(number: int, description: str) -> bytes:
    made = reports.ct_report(2)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.4{number}", f"2.25.5{number}", f"N{number}"
    made.StudyDescription, made.ProtocolName = description, ""
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
            if inner.ConceptNameCodeSequence[0].CodeValue == "125203":
                inner.TextValue = "Plain"
    return reports.encode(made)


def site() -> int:
    return Site.objects.get().pk


def wish(written: str, procedure: str | None) -> Wish:
    return Wish(site(), "CT", written, procedure)


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


def procedures() -> list[tuple[str, str | None]]:
    return list(Part.objects.order_by("exam__study_uid").values_list("exam__description", "procedure_id"))


def what_is_there() -> list[list[Any]]:
    exams = Exam.objects.order_by("study_uid").values_list(
        "study_uid", "dlp_mgy_cm", "event_count", "settled", "issues"
    )
    parts = Part.objects.order_by("exam__study_uid").values_list(
        "procedure_id", "dlp_mgy_cm", "ctdi_vol_mgy", "eligible"
    )
    events = Event.objects.order_by("exam__study_uid", "position").values_list("event_uid", "dlp_mgy_cm")
    return [list(exams), list(parts), list(events)]


def test_names_without_a_procedure_are_listed_by_how_many_exams_they_hold(pipeline: Pipeline) -> None:
    found = name_mapping.unmapped(SYSTEM)
    assert [(one.written, one.exams, one.scanners) for one in found] == [("Zq routine", 2, 1), ("Wv special", 1, 1)]
    assert name_mapping.unmapped(SYSTEM, since="2999-01-01") == ()


def test_mapping_a_name_moves_the_exams_of_every_spelling(pipeline: Pipeline) -> None:
    name_mapping.map_names(SYSTEM, [wish("ZQ_routine", "ct-abdomen")], COMMAND)
    assert (name_mapping.pending_count(SYSTEM), decisions.outdated_count(SYSTEM)) == (1, 0)
    assert decisions.mark_outdated([NAMES]) == 1
    assert (name_mapping.pending_count(SYSTEM), decisions.outdated_count(SYSTEM)) == (0, 2)
    follow(pipeline)
    assert procedures() == [
        ("Zq routine", "ct-abdomen"),
        ("Wv special", None),
        ("Zq Routine", "ct-abdomen"),
        ("CT Chest", "ct-chest"),
    ]
    assert decisions.outdated_count(SYSTEM) == 0
    audited = AuditRow.objects.get(action="name mapped")
    assert audited.after == {"holds": "ct-abdomen"}


def test_the_preview_says_what_would_move_and_changes_nothing(pipeline: Pipeline) -> None:
    before = what_is_there()
    (move,) = name_mapping.preview(SYSTEM, [wish("CT Chest", "ct-chest-high-resolution")])
    assert (move.exams, move.by_procedure, move.procedure_name) == (1, {"CT Chest": 1}, "CT Chest high resolution")
    assert what_is_there() == before
    assert not ProcedureName.objects.exists()


def test_a_new_exam_of_a_mapped_name_has_the_procedure(pipeline: Pipeline) -> None:
    name_mapping.map_names(SYSTEM, [wish("Wv special", "ct-pelvis")], COMMAND)
    take_in(pipeline, [report(7, "wv special")])
    assert Part.objects.get(exam__study_uid="2.25.57").procedure_id == "ct-pelvis"


def test_taking_back_a_change_that_was_changed_again_gives_what_was_before_it(pipeline: Pipeline) -> None:
    first = name_mapping.map_names(SYSTEM, [wish("Wv special", "ct-pelvis")], COMMAND)
    second = name_mapping.map_names(SYSTEM, [wish("Wv special", "ct-head")], COMMAND)
    decisions.undo(SYSTEM, NAMES, second, COMMAND)
    assert ProcedureName.objects.get().procedure_id == "ct-pelvis"
    decisions.undo(SYSTEM, NAMES, first, COMMAND)
    assert not ProcedureName.objects.exists()
    with pytest.raises(NotVisible):
        decisions.undo(SYSTEM, NAMES, first, COMMAND)
    assert [batch.undone for batch in decisions.history(SYSTEM, NAMES)] == [False, False, True, True]


def test_a_change_is_taken_back_after_those_that_came_later(pipeline: Pipeline) -> None:
    first = name_mapping.map_names(SYSTEM, [wish("Wv special", "ct-pelvis")], COMMAND)
    name_mapping.map_names(SYSTEM, [wish("wv SPECIAL", "ct-head")], COMMAND)
    with pytest.raises(UnusableInput, match="decided about again since"):
        decisions.undo(SYSTEM, NAMES, first, COMMAND)
    assert ProcedureName.objects.get().procedure_id == "ct-head"


@pytest.mark.parametrize(
    ("written", "modality", "procedure", "said"),
    [
        ("Wv special", "CT", "xa-pci", "no procedure of CT"),
        ("Wv special", "CT", "ct-nothing", "no procedure 'ct-nothing'"),
        ("--", "CT", "ct-head", "no word to compare"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_whole(
    pipeline: Pipeline, written: str, modality: str, procedure: str, said: str
) -> None:
    wishes = [wish("Zq routine", "ct-abdomen"), Wish(site(), modality, written, procedure)]
    with pytest.raises(UnusableInput, match=said):
        name_mapping.map_names(SYSTEM, wishes, COMMAND)
    assert not Decision.objects.exists()
    assert decisions.outdated_count(SYSTEM) == 0


def test_a_site_outside_the_scope_cannot_be_mapped_nor_seen(pipeline: Pipeline) -> None:
    name_mapping.map_names(SYSTEM, [wish("Wv special", "ct-pelvis")], COMMAND)
    elsewhere = Scope(every_site=False, sites=frozenset({site() + 1}), identity=False, operators=False)
    assert name_mapping.unmapped(elsewhere) == ()
    assert decisions.history(elsewhere, NAMES) == ()
    with pytest.raises(NotVisible):
        name_mapping.map_names(elsewhere, [wish("Zq routine", "ct-abdomen")], COMMAND)
    with pytest.raises(NotVisible):
        decisions.undo(elsewhere, NAMES, Decision.objects.get().batch, COMMAND)


_WISHES = st.tuples(
    st.sampled_from(("Zq routine", "Wv special", "CT Chest")), st.sampled_from(("ct-abdomen", "ct-head", None))
)
_ACTS = st.lists(st.one_of(st.lists(_WISHES, min_size=1, max_size=3), st.integers(0, 5)), max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ACTS)
def test_any_sequence_keeps_the_exams_and_taking_all_back_restores_every_number(
    pipeline: Pipeline, acts: Iterable[list[tuple[str, str | None]] | int]
) -> None:
    before = what_is_there()
    for act in acts:
        if isinstance(act, int):
            back = [batch.key for batch in decisions.history(SYSTEM, NAMES) if not batch.undone and not batch.undoes][
                act : act + 1
            ]
            for key in back:
                with suppress(UnusableInput):  # changed again since
                    decisions.undo(SYSTEM, NAMES, key, COMMAND)
        else:
            name_mapping.map_names(SYSTEM, [wish(*one) for one in act], COMMAND)
        follow(pipeline)
        assert [row[:3] for row in what_is_there()[0]] == [row[:3] for row in before[0]]
        assert what_is_there()[2] == before[2]
    take_all_back()
    follow(pipeline)
    assert what_is_there() == before
    Decision.objects.all().delete()


def take_all_back() -> None:
    """Newest first, as a person does from the top of the history."""
    while back := [
        batch.key for batch in decisions.history(SYSTEM, NAMES, 100) if not batch.undone and not batch.undoes
    ]:
        decisions.undo(SYSTEM, NAMES, back[0], COMMAND)
