"""Reports that got worse are found on the days on which they were flagged."""

from datetime import date, timedelta

from bench.loop.clock import SimulatedClock
from doseloop.facts.engine import Facts
from doseloop.roles.report_watch import ReportWatch
from doseloop.series.watches import TUESDAY
from doseloop.store.changes import note_change
from doseloop.store.models import Exam, Patient, Scanner, ScannerSpan
from tests.facts.conftest import facts, paths
from tests.facts.made import NOON, make_scanner, make_site
from tests.series.replayed import days_of, end_of, found, live, replayed

__all__ = ["facts", "paths"]
BEGUN, UPDATE, AGAIN = date(2025, 1, 6), date(2025, 4, 7), date(2025, 5, 5)
WEEKS = 22


def scanner_without_weights() -> Scanner:
    """All exams have a weight but in the four weeks after an update, and a name of a protocol until May: then one in four has."""
    made, patient = make_scanner(make_site()), Patient.objects.create()
    exams = []
    for number in range(7 * WEEKS):
        day = BEGUN + timedelta(days=number)
        for of_day in range(4):
            has = of_day == 0 or not UPDATE <= day < UPDATE + timedelta(weeks=4)
            named = of_day == 0 or day < AGAIN
            exams.append(Exam(
                site=made.site, scanner=made, patient=patient, study_uid=f"2.25.{number}.{of_day}", modality="CT",
                received_at=NOON, started_at=f"{day.isoformat()}T1{of_day}:00:00", settled=True,
                protocol_name="Head" if named else "",
                weight_kg=70.0 if has else None, weight_source="object" if has else "",
            ))  # fmt: skip
    Exam.objects.bulk_create(exams)
    for version, first in (("VA30", BEGUN), ("VB10", UPDATE)):
        ScannerSpan.objects.create(
            scanner=made, software_versions=version, first_on=first.isoformat(), last_on=AGAIN.isoformat()
        )
    note_change(Exam.objects.values_list("pk", flat=True))
    return made


def test_falls_with_and_without_an_update_are_found_as_they_were_raised(clock: SimulatedClock, facts: Facts) -> None:
    scanner, watch = scanner_without_weights(), ReportWatch(facts)
    for day in days_of(BEGUN, WEEKS):
        clock.advance(end_of(day))
        if day >= UPDATE and abs(day.weekday() - TUESDAY) <= 1:
            assert watch.step()
    raised = live("worse-reports")
    assert sorted(key.rpartition("/")[2] for key in raised) == ["protocol since 2025-05", "weight since VB10"]
    assert {day.weekday() for day in raised.values()} == {TUESDAY}
    assert found(replayed(facts, scanner.site_id, "worse-reports")) == raised
