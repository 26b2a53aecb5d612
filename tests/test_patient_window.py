"""Sums over the exams of one patient, from the bytes of reports to the flag."""

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.reference.own_rule_pack import from_yaml
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, patient_merging
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Exam, Flag, Site
from doseloop.store.patient_merging import MERGINGS, Merging
from doseloop.store.procedures import bring_up_to_date
from doseloop.store.rule_pack_choice import choose, confirm
from doseloop.store.rule_pack_sets import add_own
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in
from tests.test_rule_packs_judged import follow, numbered, put, walked

PACK = """
title: Sums of procedures
country: INT
authority: Main Hospital
seen_at: meeting of May 2026
purpose: follow-up
rules:
- id: sum
  about: one exam
  title: KAP of procedures within 60 days
  domains: [fluoroscopy]
  quantity: dap_gy_cm2
  operator: '>='
  value: 500
  window_days: 60
  action: Follow the patient up.
"""


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    made = pipeline_over(folder)
    site = Site.objects.create(name="Main Hospital").pk
    key = add_own(SYSTEM, site, from_yaml(site, "A. Physicist", PACK), COMMAND).key
    choose(SYSTEM, site, [key], COMMAND)
    confirm(SYSTEM, site, key, "B. Physicist", "compared with the minutes", COMMAND)
    follow(made)
    return made


def procedure(number: int, day: str, dap_gy_cm2: float, who: str = "P1") -> bytes:
    report = numbered(reports.projection_report(reports.run()), number, "PCI")
    report.PatientID, report.PatientName, report.StudyDate = who, f"Person^{who}", day
    for item in walked(report):
        if "DateTime" in item:
            item.DateTime = f"{day}{report.StudyTime}"
    put(report, "113722", dap_gy_cm2 / 10_000)
    return reports.encode(report)


def flagged(state: str = "open") -> list[str]:
    rows = Flag.objects.filter(rule="rule-pack", state=state).order_by("exam__started_at")
    return list(rows.values_list("exam__study_uid", flat=True))


def test_the_exam_with_which_the_sum_reaches_the_threshold_is_flagged(pipeline: Pipeline) -> None:
    days = ("20260101", "20260110", "20260120", "20260420")
    take_in(pipeline, [procedure(n, day, 200.0) for n, day in enumerate(days)])
    take_in(pipeline, [procedure(9, "20260121", 200.0, "P2")])
    assert flagged() == ["2.25.72"]
    assert "3 exams within 60 days is 600 Gy·cm² in all" in Flag.objects.get(rule="rule-pack").sentence


def test_an_exam_that_comes_late_has_later_ones_judged_again(pipeline: Pipeline) -> None:
    take_in(pipeline, [procedure(2, "20260120", 200.0), procedure(1, "20260110", 200.0)])
    assert flagged() == []
    take_in(pipeline, [procedure(0, "20260101", 200.0)])
    assert flagged() == ["2.25.72"]


def test_patients_count_as_one_only_once_somebody_says_so_and_taking_it_back_withdraws(pipeline: Pipeline) -> None:
    take_in(pipeline, [procedure(1, "20260110", 300.0, "P1"), procedure(2, "20260120", 300.0, "P2")])
    assert flagged() == []
    first, second = Exam.objects.order_by("started_at").values_list("patient_id", flat=True)
    batch = patient_merging.merge(SYSTEM, [Merging(first, second)], COMMAND)
    follow(pipeline)
    assert flagged() == ["2.25.72"]
    decisions.undo(SYSTEM, MERGINGS, batch, COMMAND)
    follow(pipeline)
    assert flagged() == [] and flagged("withdrawn") == ["2.25.72"]
    assert AuditRow.objects.filter(action__contains="rules").exists()
