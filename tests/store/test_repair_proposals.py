"""What a scanner's exams propose, through the real chain: found, declined, found again by other evidence, accepted, taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.flag import Finding
from doseloop.model.notification import Severity
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.roles.unit_search import UnitSearch
from doseloop.store import decisions, findings, flag_joining, repair_proposals, value_repairs
from doseloop.store.audit import COMMAND
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Exam, Flag, Notification, RepairProposal, Scanner
from doseloop.store.repair_proposals import accept, decline, look_at, proposals, propose_again
from doseloop.store.value_repairs import REPAIRS
from tests.loop.notified import subscribe
from tests.store.taken_in import pipeline_over, take_in
from tests.store.wrong_units import angiography


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    return pipeline_over(folder)


def fill(pipeline: Pipeline, **given: Any) -> int:
    """Thirty exams, the KAP a hundred times too high from the thirteenth on."""
    take_in(pipeline, [angiography(number, 100.0 if number >= 12 else 1.0, **given) for number in range(30)])
    Exam.objects.update(settled=True)
    return Scanner.objects.get(station_name=given.get("station", "ANGIO1")).pk


def follow(pipeline: Pipeline) -> None:
    follower = Follower(pipeline)
    while follower.step():
        pass


def _high(exam: Exam) -> None:
    found = Finding("high-dose", "1", f"exam {exam.pk}", "dose", "High.", "dap_gy_cm2", 100.0, 1.0, 2.0, dated=None)
    findings.apply(exam.pk, [ExamFinding(found)])


def test_doses_that_are_high_by_a_wrong_unit_count_in_its_flag(pipeline: Pipeline) -> None:
    scanner = fill(pipeline)
    before, *_, after = Exam.objects.order_by("started_at")
    _high(before)
    _high(after)
    look_at(scanner)
    assert scanner in flag_joining.scanners_to_join()
    flag_joining.join(scanner)
    assert list(Flag.objects.filter(joined_to__rule="unit-suspected").values_list("exam", flat=True)) == [after.pk]
    decline(SYSTEM, RepairProposal.objects.get().pk, "A phantom.", COMMAND)
    flag_joining.join(scanner)
    assert not Flag.objects.exclude(joined_to=None).exists()


def test_a_suspected_unit_is_told_to_who_wants_to_know(pipeline: Pipeline, folder: DataFolder) -> None:
    scanner = fill(pipeline)
    subscribe(folder, Scanner.objects.get(pk=scanner).site_id, least=Severity.LOW)
    look_at(scanner)
    look_at(scanner)
    assert Notification.objects.filter(flag__rule="unit-suspected").count() == 1


def test_a_unit_that_changed_with_an_update_is_proposed_with_its_evidence(pipeline: Pipeline) -> None:
    scanner = fill(pipeline)
    assert look_at(scanner) == 1
    (found,) = proposals(SYSTEM)
    assert (found.quantity, found.power, found.source, found.of_total) == ("dap_gy_cm2", -2, "report", False)
    assert (found.since, found.until, found.exams) == ("2026-01-13", "", 18)
    assert found.evidence["software"] == "VB21"
    assert found.evidence["median_ratio"] == pytest.approx(100, rel=0.1)
    assert len(found.evidence["points"]) == 30
    example = found.evidence["examples"][0]
    assert example["place"].startswith("1.")
    assert example["recorded"].endswith("Gy.m2")
    flag = Flag.objects.get()
    assert (flag.rule, flag.scanner_id, flag.exam) == ("unit-suspected", scanner, None)
    assert "100 times too high since 2026-01-13, in 18 exams" in flag.sentence
    assert look_at(scanner) == 1
    assert Flag.objects.count() == RepairProposal.objects.count() == 1


def test_right_units_propose_nothing(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(number) for number in range(20)])
    Exam.objects.update(settled=True)
    assert look_at(Scanner.objects.get().pk) == 0
    assert not RepairProposal.objects.exists()
    assert not Flag.objects.exists()


def test_accepting_restores_what_fits_and_nothing_is_proposed_again(pipeline: Pipeline) -> None:
    scanner = fill(pipeline)
    look_at(scanner)
    (found,) = proposals(SYSTEM)
    wrong = Exam.objects.get(study_uid="2.25.720.1").dap_gy_cm2
    assert wrong
    assert accept(SYSTEM, found.id, found.since, found.until, "The update changed it.", COMMAND) == "R0001"
    assert look_at(scanner) == 0
    follow(pipeline)
    assert look_at(scanner) == 0
    assert Exam.objects.get(study_uid="2.25.720.1").dap_gy_cm2 == pytest.approx(wrong / 100)
    assert [one.state for one in proposals(SYSTEM)] == ["accepted"]
    assert Flag.objects.get().state == "withdrawn"
    with pytest.raises(UnusableInput, match="by now"):
        decline(SYSTEM, found.id, "x", COMMAND)


def test_a_repair_taken_back_does_not_come_back_by_itself_but_can_be_proposed_again(pipeline: Pipeline) -> None:
    scanner = fill(pipeline)
    look_at(scanner)
    (found,) = proposals(SYSTEM)
    accept(SYSTEM, found.id, found.since, "", "x", COMMAND)
    with pytest.raises(UnusableInput, match="in force"):
        propose_again(SYSTEM, found.id, COMMAND)
    follow(pipeline)
    decisions.undo(SYSTEM, REPAIRS, value_repairs.repairs(SYSTEM)[0].batch, COMMAND)
    follow(pipeline)
    assert look_at(scanner) == 0
    propose_again(SYSTEM, found.id, COMMAND)
    assert [one.state for one in proposals(SYSTEM)] == ["proposed"]
    assert Flag.objects.get().state == "open"


def test_a_declined_proposal_needs_a_reason_and_comes_back_by_other_evidence_alone(pipeline: Pipeline) -> None:
    scanner = fill(pipeline)
    look_at(scanner)
    key = proposals(SYSTEM)[0].id
    with pytest.raises(UnusableInput, match="Say why"):
        decline(SYSTEM, key, " ", COMMAND)
    decline(SYSTEM, key, "A test installation.", COMMAND)
    assert look_at(scanner) == 0
    assert Flag.objects.get().state == "withdrawn"
    take_in(pipeline, [angiography(number, 100.0) for number in range(30, 49)])
    Exam.objects.update(settled=True)
    assert look_at(scanner) == 1
    (again,) = proposals(SYSTEM)
    assert (again.id, again.exams, again.reason) == (key, 37, "")


def test_what_the_evidence_no_longer_says_is_withdrawn(pipeline: Pipeline) -> None:
    scanner = fill(pipeline)
    look_at(scanner)
    Exam.objects.filter(started_at__gte="2026-01-16").update(excluded_as="phantom")
    assert look_at(scanner) == 0
    assert (proposals(SYSTEM), RepairProposal.objects.get().state) == ((), "withdrawn")


def test_the_worker_looks_at_each_scanner_that_sent_something_and_not_again_for_hours(pipeline: Pipeline) -> None:
    take_in(pipeline, [angiography(1), angiography(1, station="ANGIO2")])
    search = UnitSearch()
    assert [search.step() for _ in range(3)] == [*Scanner.objects.order_by("pk").values_list("pk", flat=True), None]
    search.looked = dict.fromkeys(search.looked, timezone.now() - timedelta(hours=7))
    assert search.step() is not None
    Scanner.objects.update(last_object_at=timezone.now() - timedelta(hours=9))
    search.looked = dict.fromkeys(search.looked, timezone.now() - timedelta(hours=7))
    assert search.step() is None


def test_another_site_sees_and_judges_no_proposal(pipeline: Pipeline) -> None:
    look_at(fill(pipeline))
    elsewhere = Scope(every_site=False, sites=frozenset({999}), identity=False, operators=False)
    assert proposals(elsewhere) == ()
    key = RepairProposal.objects.get().pk
    for act in (
        lambda: repair_proposals.proposal(elsewhere, key),
        lambda: decline(elsewhere, key, "x", COMMAND),
        lambda: accept(elsewhere, key, "", "", "x", COMMAND),
    ):
        with pytest.raises(NotVisible):
            act()
