"""From the bytes of a report to the flag of a rule pack, by the whole chain."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydicom import Dataset

from doseloop.access.scope import SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.reference.level_csv import OwnSet, own_set
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import decisions, exclusions, level_choice
from doseloop.store.audit import COMMAND
from doseloop.store.level_sets import add_own
from doseloop.store.models import Exam, Flag, Site
from doseloop.store.procedures import bring_up_to_date
from doseloop.store.rule_pack_choice import CHOICE, choose, confirm
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

DE, NCRP = "de-strlschv-annex-14", "us-ncrp-168"
LEVELS = (
    "procedure,quantity,value,unit,category,phantom_cm,scope\nct-chest,DLP,100,mGy.cm,adult,32,complete examination"
)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    made = pipeline_over(folder)
    Site.objects.create(name="Main Hospital")
    return made


def site() -> int:
    return Site.objects.get().pk


def numbered(report: Dataset, number: int, description: str) -> Dataset:
    """A report of a study and patient of its own."""
    report.SOPInstanceUID, report.StudyInstanceUID = f"2.25.6{number}", f"2.25.7{number}"
    report.PatientID, report.StudyDescription, report.ProtocolName = f"P{number}", description, ""
    report.StudyDate = "20260301"
    report.StudyTime = f"{8 + number // 60:02}{number % 60:02}00"
    for item in walked(report):
        if "UID" in item:
            item.UID = f"{item.UID}.{number}"
        if "DateTime" in item:
            item.DateTime = f"20260301{report.StudyTime}"
    return report


def walked(item: Dataset) -> Iterable[Dataset]:
    for inner in getattr(item, "ContentSequence", []):
        yield inner
        yield from walked(inner)


def put(report: Dataset, code: str, value: object) -> None:
    """Give every NUM item of a concept this value."""
    for item in walked(report):
        if item.ConceptNameCodeSequence[0].CodeValue == code and item.get("MeasuredValueSequence"):
            item.MeasuredValueSequence[0].NumericValue = str(value)


def ct(number: int, description: str, ctdi: float, dlp: float = 250.5) -> bytes:
    report = numbered(reports.ct_report(), number, description)
    for item in walked(report):
        if item.ConceptNameCodeSequence[0].CodeValue == "123014" and "Head" in description:
            item.ConceptCodeSequence = [reports.code_item("T-D1100", "Head", "SRT")]
        if item.ConceptNameCodeSequence[0].CodeValue == "125203":
            item.TextValue = description.removeprefix("CT ")
    for code, value in (("113830", ctdi), ("113838", dlp), ("113813", dlp)):
        put(report, code, value)
    return reports.encode(report)


def fluoroscopy(number: int, description: str, dap_gy_cm2: float) -> bytes:
    report = numbered(reports.projection_report(reports.run()), number, description)
    put(report, "113722", dap_gy_cm2 / 10_000)
    return reports.encode(report)


def flags(state: str = "open") -> dict[str, int]:
    """Exam by rule, of the flags of rule packs."""
    rows = Flag.objects.filter(rule="rule-pack", state=state)
    return {row.evidence["cause"]: row.exam_id for row in rows if row.exam_id is not None}


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


@pytest.mark.parametrize(
    ("description", "ctdi", "expected"),
    [
        ("CT Thorax", 80.0, None), ("CT Thorax", 80.1, "ct-body"), ("CT Head", 119.9, None), ("CT Head", 120.0, None),
        ("CT Head", 120.1, "ct-brain"), ("Zqx", 100.0, "ct-body"),
    ],
)  # fmt: skip
def test_a_ct_beyond_the_german_value_is_flagged_when_its_report_comes(
    pipeline: Pipeline, description: str, ctdi: float, expected: str | None
) -> None:
    choose(SYSTEM, site(), [DE], COMMAND)
    take_in(pipeline, [ct(1, description, ctdi)])
    assert not Exam.objects.get().settled
    assert list(flags()) == ([f"de-strlschv-a14-{expected}"] if expected else [])


@pytest.mark.parametrize(
    ("description", "dap", "flagged"),
    [
        ("Barium enema", 200.0, False),
        ("Barium enema", 200.1, True),
        ("Barium enema", 2000.0, True),
        ("PCI", 210.0, False),
    ],
)
def test_a_fluoroscopy_beyond_20000_cgy_cm2_is_flagged_and_an_intervention_is_not(
    pipeline: Pipeline, description: str, dap: float, flagged: bool
) -> None:
    choose(SYSTEM, site(), [DE], COMMAND)
    take_in(pipeline, [fluoroscopy(1, description, dap)])
    assert ("de-strlschv-a14-fluoro" in flags()) is flagged
    if flagged:
        flag = Flag.objects.get(rule="rule-pack")
        assert "20000 cGy·cm²" in flag.sentence and flag.procedure_id == "rf-barium-enema"


def test_a_site_that_goes_by_no_pack_has_no_flag_of_one(pipeline: Pipeline) -> None:
    take_in(pipeline, [ct(1, "CT Thorax", 500.0)])
    assert flags() == {}


def test_choosing_judges_the_exams_that_are_there_and_taking_back_withdraws(pipeline: Pipeline) -> None:
    take_in(pipeline, [ct(1, "CT Thorax", 95.0), ct(2, "CT Thorax", 15.0)])
    before = list(Exam.objects.order_by("pk").values_list("dlp_mgy_cm", "event_count"))
    batch = choose(SYSTEM, site(), [DE], COMMAND)
    follow(pipeline)
    assert list(flags()) == ["de-strlschv-a14-ct-body"]
    decisions.undo(SYSTEM, CHOICE, batch, COMMAND)
    follow(pipeline)
    assert flags() == {} and list(flags("withdrawn")) == ["de-strlschv-a14-ct-body"]
    assert list(Exam.objects.order_by("pk").values_list("dlp_mgy_cm", "event_count")) == before


def test_a_pack_that_is_not_verified_flags_only_once_it_is_confirmed(pipeline: Pipeline) -> None:
    choose(SYSTEM, site(), [NCRP], COMMAND)
    take_in(pipeline, [fluoroscopy(1, "PCI", 600.0)])
    assert flags() == {}
    confirm(SYSTEM, site(), NCRP, "B. Physicist", "compared with the printed report", COMMAND)
    follow(pipeline)
    assert list(flags()) == ["srdl-ncrp168-kap"]
    assert "the site has confirmed it" in " ".join(Flag.objects.get(rule="rule-pack").evidence["not_seen"])


def test_an_exam_that_is_set_apart_has_no_flag(pipeline: Pipeline) -> None:
    choose(SYSTEM, site(), [DE], COMMAND)
    take_in(pipeline, [ct(1, "CT Thorax", 95.0)])
    exclusions.exclude(SYSTEM, Exam.objects.get().pk, "phantom", "constancy test", COMMAND)
    pipeline.settle_quiet(timedelta(0))
    assert flags() == {} and len(flags("withdrawn")) == 1


def test_the_same_report_again_is_the_same_flag_and_a_person_s_verdict_stays(pipeline: Pipeline) -> None:
    choose(SYSTEM, site(), [DE], COMMAND)
    take_in(pipeline, [ct(1, "CT Thorax", 95.0), ct(1, "CT Thorax", 95.0)])
    Flag.objects.update(state="set aside")
    follow(pipeline)
    pipeline.settle_quiet(timedelta(0))
    assert list(Flag.objects.filter(rule="rule-pack").values_list("state", flat=True)) == ["set aside"]


def compared_with_100(key: int) -> None:
    own = own_set(key, OwnSet("Local levels 2026", "Main", "A", "audit of 2026", 2026), LEVELS)
    level_choice.choose(SYSTEM, key, [add_own(SYSTEM, key, own, COMMAND).id], COMMAND)


def test_the_mean_of_twenty_is_looked_at_once_one_exam_is_beyond_three_times_its_level(pipeline: Pipeline) -> None:
    compared_with_100(site())
    choose(SYSTEM, site(), [DE], COMMAND)
    take_in(pipeline, [ct(number, "CT Thorax", 9.0, 210.0) for number in range(19)])
    assert flags() == {}
    take_in(pipeline, [ct(19, "CT Thorax", 9.0, 290.0)])
    assert flags() == {}
    take_in(pipeline, [ct(20, "CT Thorax", 9.0, 310.0)])
    flag = Flag.objects.get(rule="rule-pack")
    assert (flag.evidence["cause"], flag.evidence["n"]) == ("de-strlschv-a14-group", 20)
    assert flag.evidence["value"] == pytest.approx((18 * 210 + 290 + 310) / 20)
    assert "20 of the exams are provisional" in " ".join(flag.evidence["not_seen"])


def test_an_exam_that_is_set_apart_is_no_part_of_the_twenty(pipeline: Pipeline) -> None:
    compared_with_100(site())
    choose(SYSTEM, site(), [DE], COMMAND)
    take_in(pipeline, [ct(number, "CT Thorax", 9.0, 290.0) for number in range(19)])
    for exam in Exam.objects.order_by("pk")[:15]:
        exclusions.exclude(SYSTEM, exam.pk, "test", "acceptance test", COMMAND)
    take_in(pipeline, [ct(20, "CT Thorax", 9.0, 310.0)])
    flag = Flag.objects.get(rule="rule-pack", state="open")
    assert flag.evidence["n"] == 5 and "Too few: 5 of 20." in flag.sentence


def statements(pipeline: Pipeline, content: bytes) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        take_in(pipeline, [content])
    return [one["sql"] for one in captured]


def test_a_site_without_a_pack_and_an_exam_near_no_threshold_cost_one_statement(pipeline: Pipeline) -> None:
    take_in(pipeline, [ct(1, "CT Thorax", 9.0)])
    table = "chosenrulepacks"
    without = statements(pipeline, ct(2, "CT Thorax", 9.0))
    choose(SYSTEM, site(), [DE, NCRP], COMMAND)
    compared_with_100(site())
    take_in(pipeline, [ct(3, "CT Thorax", 9.0, 90.0)])
    within = statements(pipeline, ct(4, "CT Thorax", 9.0, 90.0))
    assert sum(table in one for one in without) == sum(table in one for one in within) == 1
    assert len(within) == len(without)
    beyond: Any = statements(pipeline, ct(5, "CT Thorax", 9.0, 301.0))
    assert len(beyond) > len(within)
