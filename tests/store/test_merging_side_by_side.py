"""A worker enters an exam while a person merges its scanner: no exam is left at the name that is gone."""

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.model.errors import UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, scanner_merging
from doseloop.store.models import Exam, Scanner
from doseloop.store.scanner_merging import MERGED
from tests.store.taken_in import pipeline_over, process, take_in
from tests.store.test_side_by_side import PERSON, meanwhile, wait_in
from tests.test_scanner_merging import follow, key, report


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    made = pipeline_over(folder)
    take_in(made, [report(1, "CTA"), report(2, "CTB")])
    return made


def merge() -> None:
    scanner_merging.merge(SYSTEM, key("CTA"), key("CTB"), PERSON)


def test_an_exam_that_is_being_entered_is_moved_by_the_merge(pipeline: Pipeline) -> None:
    wait_in(pipeline, [report(3, "CTA")])

    def merge_and_mark() -> None:
        merge()
        decisions.mark_outdated([MERGED])

    meanwhile(lambda: process(pipeline, "one"), merge_and_mark)
    follow(pipeline)
    assert set(Exam.objects.values_list("scanner__station_name", flat=True)) == {"CTB"}


def test_an_exam_that_comes_while_scanners_are_merged_counts_at_the_end(pipeline: Pipeline) -> None:
    wait_in(pipeline, [report(3, "CTA")])
    meanwhile(merge, lambda: process(pipeline, "one"))
    assert Exam.objects.get(study_uid="2.25.73").scanner.station_name == "CTB"


def test_two_merges_at_once_make_no_circle(pipeline: Pipeline) -> None:
    def other_way() -> None:
        with pytest.raises(UnusableInput, match=r"part of CT[AB] already"):
            scanner_merging.merge(SYSTEM, key("CTB"), key("CTA"), PERSON)

    meanwhile(merge, other_way)
    assert Scanner.objects.exclude(part_of=None).count() == 1
