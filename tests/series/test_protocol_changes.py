"""Changes of protocols are found on the days on which they were raised: through the real chain."""

from datetime import timedelta

import pytest
from django.conf import settings

from bench.loop.clock import SimulatedClock
from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import protocol_changes
from doseloop.store.models import Exam
from doseloop.store.procedures import bring_up_to_date
from tests.series.replayed import end_of, found, live, replayed
from tests.store.taken_in import pipeline_over, take_in
from tests.test_protocol_changes import FIRST, report

EXAMS = 60
DAY = timedelta(days=1)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    return pipeline_over(folder)


@pytest.fixture
def facts(folder: DataFolder) -> Facts:
    return Facts(FactsPaths.in_data(folder.root, settings.RECORD))


def test_changes_with_and_without_an_update_are_found_as_they_were_raised(
    clock: SimulatedClock, pipeline: Pipeline, facts: Facts
) -> None:
    for number in range(EXAMS):
        pitch, software = "0.6" if 30 <= number < 45 else "0.9", "VA20" if number < 30 else "VB10"
        clock.advance(end_of((FIRST + number * DAY).date()))
        take_in(pipeline, [report(number, pitch, software=software)])
        protocol_changes.keep()
    Exam.objects.update(settled=True)
    raised = live("protocol-change")
    assert sorted(key.rpartition("/")[2] for key in raised) == ["day 2026-10-16", "software VB10"]
    site = Exam.objects.values_list("site", flat=True)[0]
    assert found(replayed(facts, site, "protocol-change")) == raised
