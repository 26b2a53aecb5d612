"""Doses of single exams far above and far below their group, from the bytes of a report to the flag."""

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from doseloop import pipeline as chain
from doseloop.access.scope import SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import exams, history
from doseloop.store.audit import COMMAND
from doseloop.store.flags import set_aside
from doseloop.store.models import Exam, Flag, Scanner, Site
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in
from tests.test_rule_packs_judged import numbered, put
from tests.test_sizes import accept

QUIET = timedelta(0)
_RULES = ("high-dose", "low-dose")


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    made = pipeline_over(folder)
    Site.objects.create(name="Main Hospital")
    return made


def chest(number: int, dlp: float, *, on: str = "ROOM1", weight: float | None = 70.0, events: int = 1) -> bytes:
    """A CT of the chest with that DLP in all; the CTDIvol goes with it."""
    report = numbered(reports.ct_report(events), number, "CT Thorax")
    report.StationName, report.DeviceSerialNumber = on, on
    report.PatientWeight = "" if weight is None else str(weight)
    for code, value in (("113830", dlp / 35), ("113838", dlp / events), ("113813", dlp)):
        put(report, code, round(value, 3))
    return reports.encode(report)


def ordinary(number: int, typical: float, seed: int = 1, first: int = 1, **given: Any) -> list[bytes]:
    chance = random.Random(seed)
    return [chest(first + n, typical * chance.lognormvariate(0, 0.2), **given) for n in range(number)]


def complete(pipeline: Pipeline, contents: Iterable[bytes]) -> None:
    """Take in and let be quiet, all at once."""
    take_in(pipeline, contents)
    pipeline.settle_quiet(QUIET)


def flags(state: str = "open") -> list[tuple[str, str]]:
    """Study and rule."""
    rows = Flag.objects.filter(rule__in=_RULES, state=state).order_by("exam__started_at", "rule")
    return list(rows.values_list("exam__study_uid", "rule"))


def study(number: int) -> str:
    return f"2.25.7{number}"


def test_a_threefold_dose_is_flagged_at_its_object_and_stays_once_it_is_complete(pipeline: Pipeline) -> None:
    complete(pipeline, ordinary(30, 250.0))
    assert flags() == []
    take_in(pipeline, [chest(50, 750.0)])
    assert flags() == [(study(50), "high-dose")]
    assert Flag.objects.get().evidence["provisional"]
    pipeline.settle_quiet(QUIET)
    flag = Flag.objects.get()
    assert flag.state == "open" and not flag.evidence["provisional"]


def test_too_low_is_judged_once_the_study_was_quiet_and_again_when_more_of_it_comes(pipeline: Pipeline) -> None:
    complete(pipeline, ordinary(30, 250.0, events=2))
    partial = chest(50, 50.0)
    take_in(pipeline, [partial])
    assert flags() == []
    pipeline.settle_quiet(QUIET)
    assert flags() == [(study(50), "low-dose")]
    told = " ".join(Flag.objects.get().evidence["not_seen"])
    assert "It has 1 event where others have 2" in told

    rest = numbered(reports.ct_report([reports.ct_event("2.25.99")]), 50, "CT Thorax")
    rest.SOPInstanceUID = "2.25.6999"
    for code, value in (("113830", 6.0), ("113838", 200.0), ("113813", 200.0)):
        put(rest, code, value)
    take_in(pipeline, [reports.encode(rest)])
    pipeline.settle_quiet(QUIET)
    assert Exam.objects.get(study_uid=study(50)).dlp_mgy_cm == pytest.approx(250.0)
    assert flags() == [] and flags("withdrawn") == [(study(50), "low-dose")]


def test_a_scanner_of_half_the_dose_is_not_hidden_by_the_other(pipeline: Pipeline) -> None:
    complete(pipeline, ordinary(35, 150.0))
    complete(pipeline, ordinary(45, 400.0, first=101, on="ROOM2"))
    Flag.objects.all().delete()
    complete(pipeline, [chest(170, 480.0), chest(171, 480.0, on="ROOM2")])
    assert flags() == [(study(170), "high-dose")]
    assert "from 35 earlier exams on its scanner" in Flag.objects.get().sentence
    own, other = Scanner.objects.order_by("pk")
    parts = {row.study_uid: history.parts_of(SYSTEM, row.pk)[0] for row in Exam.objects.all()}
    assert parts[study(170)].scanner == own.pk and parts[study(171)].scanner == other.pk


def test_a_new_scanner_is_compared_with_the_site(pipeline: Pipeline) -> None:
    complete(pipeline, ordinary(30, 250.0))
    complete(pipeline, [chest(50, 800.0, on="ROOM9")])
    assert flags() == [(study(50), "high-dose")]
    assert "earlier exams at the site" in Flag.objects.get().sentence


def test_exams_that_are_flagged_widen_their_group_only_once_they_are_set_aside(pipeline: Pipeline) -> None:
    complete(pipeline, ordinary(30, 250.0))
    complete(pipeline, (chest(40 + n, 900.0) for n in range(8)))
    assert len(flags()) == 8
    before = history.before(SYSTEM, history.parts_of(SYSTEM, Exam.objects.latest("pk").pk)[0])
    assert sum(one.is_flagged for one in before) == 7
    for flag in Flag.objects.all():
        set_aside(SYSTEM, flag.pk, "patient size explains it", "", COMMAND)
    before = history.before(SYSTEM, history.parts_of(SYSTEM, Exam.objects.latest("pk").pk)[0])
    assert sum(one.is_flagged for one in before) == 0


def test_a_weight_that_comes_later_withdraws_the_flag_that_it_explains(pipeline: Pipeline) -> None:
    sized = [chest(n, 100.0 * 1.03**n, weight=round(50.0 * 1.02**n, 1)) for n in range(40)]
    complete(pipeline, sized)
    complete(pipeline, [chest(60, 560.0, weight=None)])
    assert flags() == [(study(60), "high-dose")]
    accept("patient number,measured at,weight kg\nP60,2026-03-01,150\n", pipeline)
    assert Exam.objects.get(study_uid=study(60)).weight_kg == 150
    assert flags("withdrawn") == [(study(60), "high-dose")]


def told() -> list[tuple[Any, ...]]:
    rows = Flag.objects.filter(rule__in=_RULES).order_by("key")
    return list(rows.values_list("key", "state", "sentence", "evidence"))


def test_exams_that_are_judged_again_in_order_have_the_flags_that_they_had(pipeline: Pipeline) -> None:
    chance = random.Random(4)
    contents = [
        chest(
            n, 250.0 * chance.lognormvariate(0, 0.3) * {30: 4.0, 55: 0.1, 70: 3.5}.get(n, 1.0),
            on=chance.choice(("ROOM1", "ROOM1", "ROOM2")), weight=chance.choice((None, 60.0, 70.0, 85.0)),
        )
        for n in range(75)
    ]  # fmt: skip
    for content in contents:
        complete(pipeline, [content])
    live = told()
    assert {key[1] for key in flags()} == set(_RULES)
    Flag.objects.filter(rule__in=_RULES).delete()
    for key in Exam.objects.order_by("started_at", "pk").values_list("pk", flat=True):
        with exams.exam_lock(key):
            chain.judge(key)
    assert told() == live
