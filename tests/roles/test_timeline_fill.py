"""Timelines of a record that kept none are filled from its exams, and nothing else changes."""

import zlib

import pytest
from django.conf import settings

from doseloop.access.scope import SYSTEM
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.roles.timeline_fill import TimelineFill
from doseloop.store import scanner_merging, timeline
from doseloop.store.audit import COMMAND
from doseloop.store.models import DoseObjectRow, Exam, Scanner, ScannerSpan
from tests.record import contents
from tests.store.taken_in import pipeline_over, take_in
from tests.store.test_timeline import STUDIES, report, told


@pytest.fixture
def before_the_upgrade(folder: DataFolder) -> int:
    """The scanner of a record in which no timeline was kept, and what it would have told."""
    take_in(pipeline_over(folder), STUDIES)
    return Scanner.objects.get().pk


def fill(folder: DataFolder) -> int:
    """Let the filling come to its end. Returns of how many exams it told."""
    step, number = TimelineFill(pipeline_over(folder)), 0
    while step.until is None or step.last < step.until:
        number += step.step()
    return number


def test_the_timeline_comes_back_and_no_exam_is_touched(folder: DataFolder, before_the_upgrade: int) -> None:
    whole, tables = told(before_the_upgrade), contents(settings.RECORD)
    ScannerSpan.objects.all().delete()
    assert told(before_the_upgrade) == []
    assert fill(folder) == 4
    assert told(before_the_upgrade) == whole
    after = contents(settings.RECORD)
    assert {name for name in tables if name not in _SPANS and tables[name] != after[name]} == set()


def test_studies_before_an_upgrade_stand_before_those_that_came_after_it(
    folder: DataFolder, before_the_upgrade: int
) -> None:
    ScannerSpan.objects.all().delete()
    take_in(pipeline_over(folder), [report(9, "VB30", "20260101")])
    fill(folder)
    assert [(one.on, one.note) for one in timeline.timeline(SYSTEM, before_the_upgrade)] == [
        ("2026-01-01", "VB30, before it VB20"),
        ("2024-06-02", "VB20, before it VB10"),
        ("2024-01-10", "First study with VB10"),
    ]
    assert Scanner.objects.get().software_versions == "VB30"


def test_a_filled_record_has_nothing_left_to_tell(folder: DataFolder, before_the_upgrade: int) -> None:
    assert fill(folder) == 0


def test_one_step_at_a_time_comes_to_the_same_end(
    folder: DataFolder, before_the_upgrade: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = told(before_the_upgrade)
    ScannerSpan.objects.all().delete()
    monkeypatch.setattr("doseloop.roles.timeline_fill._LOOKED_AT", 2)
    monkeypatch.setattr("doseloop.roles.timeline_fill._TOLD_AT_ONCE", 1)
    fill(folder)
    assert told(before_the_upgrade) == whole


def test_an_exam_that_cannot_be_read_costs_only_itself(folder: DataFolder, before_the_upgrade: int) -> None:
    ScannerSpan.objects.all().delete()
    first = Exam.objects.order_by("pk")[0]
    DoseObjectRow.objects.filter(exam=first).update(record=b"broken")
    step = TimelineFill(pipeline_over(folder))
    with pytest.raises(zlib.error):
        step.step()
    while step.until is None or step.last < step.until:
        step.step()
    assert [one[0] for one in told(before_the_upgrade)] == ["2024-06-02", "2024-06-01"]


def test_a_merged_name_tells_of_its_own_days(folder: DataFolder, before_the_upgrade: int) -> None:
    take_in(pipeline_over(folder), [report(9, "VA40", "20230301", serial="", station="CT1")])
    other = Scanner.objects.exclude(pk=before_the_upgrade).get().pk
    pipeline = pipeline_over(folder)
    scanner_merging.merge(SYSTEM, other, before_the_upgrade, COMMAND)
    follower = Follower(pipeline)
    while follower.step():
        pass
    whole = told(before_the_upgrade)
    ScannerSpan.objects.all().delete()
    fill(folder)
    assert told(before_the_upgrade) == whole
    assert set(ScannerSpan.objects.filter(scanner=other).values_list("software_versions", flat=True)) == {"VA40"}


_SPANS = {ScannerSpan._meta.db_table, "sqlite_sequence"}
