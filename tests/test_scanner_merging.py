"""Scanners that are one device become one, and taking everything back restores every number and every scanner."""

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
from doseloop.store import decisions, scanner_merging
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Decision, Event, Exam, Flag, Part, Scanner, Site
from doseloop.store.scanner_list import scanner_names, scanner_states
from doseloop.store.scanner_merging import MERGED
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in
from tests.store.test_scanner_list import NO_LIMIT

STATIONS = ("CTA", "CTB", "CTC", "CTD")


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [report(number, station) for number, station in enumerate((*STATIONS, "CTA"))])
    return made


def report(number: int, station: str, institution: str = "Main Hospital", day: str = "20250301") -> bytes:
    """A CT report of a study of its own from a console that names no serial number."""
    made = reports.ct_report(1)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{number}", f"2.25.7{number}", f"M{number}"
    made.StationName, made.DeviceSerialNumber, made.InstitutionName = station, "", institution
    made.StudyDate = day
    made.ContentSequence = [item for item in made.ContentSequence if not is_serial(item)]
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
    return reports.encode(made)


def is_serial(item: Any) -> bool:
    return bool(item.ConceptNameCodeSequence[0].CodeValue == "121016")


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


def key(station: str) -> int:
    return Scanner.objects.get(station_name=station).pk


def exams_by_scanner() -> dict[str, int]:
    return {one.name: one.exams for one in scanner_states(SYSTEM, NO_LIMIT)}


def everything() -> list[list[Any]]:
    """Exams, parts and events with their scanners, and every scanner with its times."""
    numbers = ("dlp_mgy_cm", "event_count", "settled", "issues", "scanner__station_name", "named_scanner__station_name")
    return [
        list(Exam.objects.order_by("study_uid").values_list("study_uid", *numbers)),
        list(Part.objects.order_by("exam__study_uid").values_list("dlp_mgy_cm", "ctdi_vol_mgy", "eligible")),
        events(),
        list(Scanner.objects.order_by("pk").values_list()),
        list(scanner_states(SYSTEM, NO_LIMIT)),
    ]


def events() -> list[Any]:
    return list(Event.objects.order_by("exam__study_uid", "position").values_list("event_uid", "dlp_mgy_cm"))


def test_the_exams_of_a_merged_scanner_count_at_the_other_and_it_leaves_the_lists(pipeline: Pipeline) -> None:
    assert exams_by_scanner() == {"CTA": 2, "CTB": 1, "CTC": 1, "CTD": 1}
    scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), COMMAND)
    follow(pipeline)
    assert exams_by_scanner() == {"CTB": 3, "CTC": 1, "CTD": 1}
    assert key("CTA") not in scanner_names(SYSTEM)
    assert scanner_merging.root_of(SYSTEM, key("CTA")) == key("CTB")
    assert AuditRow.objects.get(action="scanners merged").after == {"holds": str(key("CTB"))}


def test_new_and_remade_exams_of_a_chain_count_at_its_end(pipeline: Pipeline) -> None:
    scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), COMMAND)
    scanner_merging.merge(SYSTEM, key("CTB"), key("CTC"), COMMAND)
    take_in(pipeline, [report(7, "CTA")])
    assert Exam.objects.get(study_uid="2.25.77").scanner.station_name == "CTC"
    follow(pipeline)
    assert exams_by_scanner() == {"CTC": 5, "CTD": 1}


def test_the_last_object_of_a_name_is_the_last_object_of_the_scanner(pipeline: Pipeline) -> None:
    scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), COMMAND)
    own = Scanner.objects.get(station_name="CTB")
    take_in(pipeline, [report(7, "CTA")])
    shown = next(one for one in scanner_states(SYSTEM, NO_LIMIT) if one.id == own.pk)
    assert shown.last_object_at == Scanner.objects.get(station_name="CTA").last_object_at > own.last_object_at
    assert shown.first_object_at == Scanner.objects.get(station_name="CTA").first_object_at
    assert Scanner.objects.get(pk=own.pk).last_object_at == own.last_object_at


def test_flags_of_its_exams_follow(pipeline: Pipeline) -> None:
    exam = Exam.objects.filter(scanner=key("CTA"))[0]
    flag = Flag.objects.create(
        key="x", rule="high-dose", site=exam.site, scanner=exam.scanner, exam=exam, state="case",
        raised_at=exam.received_at, updated_at=exam.received_at,
    )  # fmt: skip
    scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), COMMAND)
    follow(pipeline)
    flag.refresh_from_db()
    assert (flag.scanner_id, flag.state) == (key("CTB"), "case")


def test_scanners_are_never_part_of_each_other_nor_of_themselves(pipeline: Pipeline) -> None:
    scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), COMMAND)
    scanner_merging.merge(SYSTEM, key("CTB"), key("CTC"), COMMAND)
    for station in ("CTA", "CTC"):
        with pytest.raises(UnusableInput, match="part of"):
            scanner_merging.merge(SYSTEM, key("CTC"), key(station), COMMAND)
    assert Decision.objects.count() == 2


def test_what_is_at_another_site_or_of_another_kind_is_no_name_of_it(pipeline: Pipeline) -> None:
    Site.objects.create(name="Elsewhere", zone="UTC")
    take_in(pipeline, [report(8, "CTE", "Elsewhere")])
    with pytest.raises(UnusableInput, match="two sites"):
        scanner_merging.merge(SYSTEM, key("CTA"), key("CTE"), COMMAND)
    Scanner.objects.filter(station_name="CTD").update(modality="MG")
    with pytest.raises(UnusableInput, match="not one device"):
        scanner_merging.preview(SYSTEM, key("CTA"), key("CTD"))


def test_who_does_not_see_a_site_can_neither_look_nor_merge_there(pipeline: Pipeline) -> None:
    elsewhere = Scope(frozenset({Site.objects.get().pk + 1}), identity=False, operators=False)
    batch = scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), COMMAND)
    assert scanner_merging.suggested(elsewhere) == ()
    assert scanner_merging.merges_of(elsewhere, key("CTB")) == ()
    for refused in (
        lambda: scanner_merging.merge(elsewhere, key("CTC"), key("CTB"), COMMAND),
        lambda: scanner_merging.preview(elsewhere, key("CTC"), key("CTB")),
        lambda: scanner_merging.root_of(elsewhere, key("CTA")),
        lambda: decisions.undo(elsewhere, MERGED, batch, COMMAND),
    ):
        with pytest.raises(NotVisible):
            refused()


def test_the_preview_says_what_would_move_and_changes_nothing(pipeline: Pipeline) -> None:
    before = everything()
    told = scanner_merging.preview(SYSTEM, key("CTA"), key("CTB"))
    assert (told.name, told.into_name, told.exams, told.into_exams) == ("CTA", "CTB", 2, 1)
    assert told.first[:10] == told.last[:10] == "2025-03-01"
    assert everything() == before


_ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(STATIONS), st.sampled_from((*STATIONS, None))), st.integers(0, 4), st.just("exam")
    ),
    max_size=7,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ACTS)
def test_any_sequence_keeps_exams_and_events_and_taking_all_back_restores_every_scanner(
    pipeline: Pipeline, acts: Iterable[tuple[str, str | None] | int | str]
) -> None:
    before = everything()
    uids = [row[0] for row in before[0]]
    for act in acts:
        if isinstance(act, int):
            for batch in standing()[act : act + 1]:
                with suppress(UnusableInput):  # changed again since, or it would close a circle
                    decisions.undo(SYSTEM, MERGED, batch, COMMAND)
        elif isinstance(act, str):
            take_in(pipeline, [report(0, STATIONS[0])])
        else:
            with suppress(UnusableInput):
                scanner_merging.merge(SYSTEM, key(act[0]), act[1] and key(act[1]), COMMAND)
        follow(pipeline)
        assert [row[0] for row in everything()[0]] == uids
        assert events() == before[2]
        assert sum(exams_by_scanner().values()) == len(uids)
        assert not Exam.objects.exclude(scanner__part_of=None).exists()
    take_all_back()
    follow(pipeline)
    after = everything()
    assert after[:3] == before[:3]
    assert [row[:-4] for row in after[3]] == [row[:-4] for row in before[3]]
    assert not Scanner.objects.exclude(part_of=None, root=None).exists()
    assert exams_by_scanner() == {"CTA": 2, "CTB": 1, "CTC": 1, "CTD": 1}
    Decision.objects.all().delete()


def standing() -> list[str]:
    return [one.key for one in decisions.history(SYSTEM, MERGED, 100) if not one.undone and not one.undoes]


def take_all_back() -> None:
    """Newest first, as a person does from the top of the history."""
    while back := standing():
        decisions.undo(SYSTEM, MERGED, back[0], COMMAND)
