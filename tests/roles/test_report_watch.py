"""Once a day the worker looks whether the reports of a scanner got worse, and flags what fell with its software version."""

from datetime import date, timedelta

import pytest

from doseloop.facts.engine import Facts
from doseloop.roles.report_watch import ReportWatch
from doseloop.store.changes import note_change
from doseloop.store.models import Exam, Flag, Patient, RuleSetting, Scanner, ScannerSpan
from tests.facts.conftest import facts, paths
from tests.facts.made import NOON, make_scanner, make_site

__all__ = ["facts", "paths"]
BEGUN, UPDATE = date(2025, 1, 6), date(2025, 4, 7)
TODAY = UPDATE + timedelta(days=30)


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    """Thirteen weeks in which all exams have a weight, and four after an update in which a quarter has."""
    made = make_scanner(make_site())
    patient, exams = Patient.objects.create(), []
    for number in range(17 * 7):
        day = BEGUN + timedelta(days=number)
        for of_day in range(4):
            has_weight = day < UPDATE or of_day == 0
            exams.append(Exam(
                site=made.site, scanner=made, patient=patient, study_uid=f"2.25.{number}.{of_day}", modality="CT",
                received_at=NOON, started_at=f"{day.isoformat()}T1{of_day}:00:00", settled=True, protocol_name="Head",
                weight_kg=70.0 if has_weight else None, weight_source="object" if has_weight else "",
            ))  # fmt: skip
    Exam.objects.bulk_create(exams)
    for version, first, last in (("VA30", BEGUN, UPDATE - timedelta(days=1)), ("VB10", UPDATE, TODAY)):
        ScannerSpan.objects.create(
            scanner=made, software_versions=version, first_on=first.isoformat(), last_on=last.isoformat()
        )
    note_change(Exam.objects.values_list("pk", flat=True))
    return made


def open_flags() -> list[tuple[str, int | None]]:
    return list(Flag.objects.filter(rule="worse-reports", state="open").values_list("key", "scanner"))


def test_a_weight_that_is_missing_since_an_update_is_flagged_with_the_version(scanner: Scanner, facts: Facts) -> None:
    assert ReportWatch(facts).step(TODAY)
    assert open_flags() == [(f"worse-reports/scanner {scanner.pk}/weight since VB10", scanner.pk)]
    assert "as software VB10 came on 7 April 2025" in Flag.objects.get().sentence


def test_nothing_is_told_before_the_update_and_a_day_is_looked_at_once(scanner: Scanner, facts: Facts) -> None:
    watch = ReportWatch(facts)
    assert watch.step(UPDATE) and not watch.step(UPDATE)
    assert open_flags() == []


def test_a_flag_is_withdrawn_when_the_exams_have_the_weight_again(scanner: Scanner, facts: Facts) -> None:
    ReportWatch(facts).step(TODAY)
    Exam.objects.update(weight_kg=70.0, weight_source="object")
    note_change(Exam.objects.values_list("pk", flat=True))
    ReportWatch(facts).step(TODAY)
    assert open_flags() == [] and Flag.objects.get().state == "withdrawn"


def test_a_site_may_switch_the_rule_off(scanner: Scanner, facts: Facts) -> None:
    RuleSetting.objects.create(site=scanner.site, rule="worse-reports", is_on=False, values={})
    ReportWatch(facts).step(TODAY)
    assert open_flags() == []
