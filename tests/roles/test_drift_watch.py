"""The worker finds a dose that drifted in the record, tells it once with its cause, and lets a person say what is usual."""

from datetime import UTC, datetime

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.flag import Dated, Finding
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.drift_watch import DriftWatch
from doseloop.store import drifts, findings, flag_joining, flags, new_usuals
from doseloop.store.audit import COMMAND
from doseloop.store.findings import ExamFinding
from doseloop.store.models import AuditRow, Decision, Exam, Flag, Scanner
from doseloop.store.new_usuals import NewUsual
from tests.store.drifting import PROTOCOL, SERIES, a_scanner, at, doses, give

LENGTH, STEP = 220, 150
DAY = 12
"""Exams that are made in a day."""


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return a_scanner()


def watched(watch: DriftWatch | None = None) -> DriftWatch:
    """A watch that went through all that waits."""
    watch = watch or DriftWatch()
    while watch.step():
        pass
    return watch


def states(rule: str = "drift") -> list[str]:
    return list(Flag.objects.filter(rule=rule).order_by("pk").values_list("state", flat=True))


def usual(scanner: Scanner, flag: int | None, number: int = STEP) -> NewUsual:
    return NewUsual(scanner.pk, SERIES, at(number).date().isoformat(), "The protocol was made better.", flag)


def drifted(scanner: Scanner) -> Flag:
    give(scanner, doses(LENGTH, 1.3))
    watched()
    return Flag.objects.get(rule="drift")


def test_a_step_in_the_record_is_a_flag_of_the_scanner_with_its_date_and_baseline(scanner: Scanner) -> None:
    flag = drifted(scanner)
    assert (flag.state, flag.exam, flag.scanner, flag.rule_version) == ("open", None, scanner, "2")
    assert flag.sentence.startswith(f"CTDIvol of {SERIES} on CT 1, at the patients' weights, is 3")
    dated = flag.evidence["dated"]
    assert dated["protocols"] == [PROTOCOL]
    assert dated["earliest"] <= at(STEP).isoformat() <= dated["latest"]
    assert dated["baseline"] == "own-usual 2, exams from 2026-01-05 on"


def test_a_quiet_scanner_has_no_flag(scanner: Scanner) -> None:
    give(scanner, doses(LENGTH))
    watched()
    assert states() == []


def test_judging_day_by_day_leaves_the_flags_of_one_replay(scanner: Scanner) -> None:
    other = a_scanner("CT 2", "South")
    values = {
        PROTOCOL: doses(LENGTH, 1.3),
        "Head / Head": doses(LENGTH, 1.0, seed=4),
        "Hip / Hip": doses(LENGTH, 0.8, 170, 7),
    }
    for first in range(0, LENGTH, DAY):
        for protocol, of_protocol in values.items():
            give(scanner, of_protocol[first : first + DAY], first, protocol)
        drifts.judge(scanner.pk)
    for protocol, of_protocol in values.items():
        give(other, of_protocol, 0, protocol)
    drifts.judge(other.pk)
    live, replayed = (_told(one) for one in (scanner, other))
    assert live == replayed and len(live) == 2


def _told(scanner: Scanner) -> list[tuple[str, float, int]]:
    rows = Flag.objects.filter(scanner=scanner, state="open").order_by("key")
    return [(row.evidence["cause"], row.evidence["factor"], row.evidence["n"]) for row in rows]


def test_a_flag_goes_where_the_exams_after_it_turn_out_to_be_phantoms(scanner: Scanner) -> None:
    drifted(scanner)
    Exam.objects.filter(started_at__gte=at(STEP).isoformat()).update(excluded_as="phantom")
    watched()
    assert states() == ["withdrawn"]


def test_a_flag_that_a_person_set_aside_stays_so(scanner: Scanner) -> None:
    flag = drifted(scanner)
    flags.set_aside(SYSTEM, flag.pk, "already known and followed", "", COMMAND)
    give(scanner, doses(40, 1.3, 0, seed=6), LENGTH)
    watched()
    assert states() == ["set aside"]


def test_only_scanners_with_new_exams_are_judged_and_once_an_hour(scanner: Scanner) -> None:
    give(scanner, doses(10))
    a_scanner("CT 2", "South")
    watch = watched()
    give(scanner, doses(10), 10)
    assert watch.step() == 0
    watch.hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0, hour=(datetime.now(UTC).hour + 1) % 24)
    assert (watch.step(), watch.step()) == (1, 0)


def test_a_new_usual_sets_its_flag_aside_and_lets_the_series_begin_anew(scanner: Scanner) -> None:
    flag, watch = drifted(scanner), watched()
    new_usuals.begin(SYSTEM, usual(scanner, flag.pk), COMMAND)
    flag.refresh_from_db()
    assert (flag.state, flag.verdict) == ("set aside", "this is the new usual")
    give(scanner, doses(140, 1.3, 0, seed=6), LENGTH)
    watched(watch)
    assert states() == ["set aside"]
    assert AuditRow.objects.filter(action="new usual decided").count() == 1


def test_what_drifts_from_the_new_usual_is_told_again(scanner: Scanner) -> None:
    flag = drifted(scanner)
    new_usuals.begin(SYSTEM, usual(scanner, flag.pk), COMMAND)
    give(scanner, [1.3 * one for one in doses(140, 1.4, 90, seed=6)], LENGTH)
    watched()
    assert states() == ["set aside", "open"]


def test_a_new_usual_that_is_taken_back_opens_its_flag_again(scanner: Scanner) -> None:
    flag, watch = drifted(scanner), watched()
    new_usuals.begin(SYSTEM, usual(scanner, flag.pk), COMMAND)
    batch = Decision.objects.get(kind="new usual").batch
    new_usuals.take_back(SYSTEM, scanner.pk, batch, COMMAND)
    watched(watch)
    assert states() == ["open"]
    with pytest.raises(NotVisible):
        new_usuals.take_back(SYSTEM, scanner.pk, batch, COMMAND)


@pytest.mark.parametrize(
    ("since", "reason"), [("2026-02-30", "why"), ("2999-01-01", "why"), ("2026-01-10", " "), ("2026-01-10", "x" * 501)]
)
def test_a_new_usual_needs_a_day_that_was_and_a_reason(scanner: Scanner, since: str, reason: str) -> None:
    with pytest.raises(UnusableInput):
        new_usuals.begin(SYSTEM, NewUsual(scanner.pk, SERIES, since, reason), COMMAND)


def test_a_new_usual_answers_no_flag_of_another_rule(scanner: Scanner) -> None:
    _change(scanner)
    with pytest.raises(UnusableInput, match="of the rule “drift”"):
        new_usuals.begin(SYSTEM, usual(scanner, Flag.objects.get().pk), COMMAND)


def _change(scanner: Scanner) -> None:
    since = at(STEP).isoformat()
    found = Finding(
        "protocol-change",
        "1",
        f"scanner {scanner.pk}",
        "day",
        "Set otherwise.",
        dated=Dated((PROTOCOL,), since, since, since),
    )
    findings.apply_to_scanner(scanner.pk, "protocol-change", [ExamFinding(found)])


def _high(exam: int, value: float) -> None:
    found = Finding("high-dose", "1", f"exam {exam}", "ctdi_vol_mgy", "High.", "ctdi_vol_mgy", value, 8.0, 10.0)
    findings.apply(exam, [ExamFinding(found)])


def _leads() -> dict[str, list[str]]:
    rows = Flag.objects.exclude(joined_to=None).order_by("pk")
    found: dict[str, list[str]] = {}
    for row in rows.select_related("joined_to"):
        found.setdefault(row.joined_to.rule if row.joined_to else "", []).append(row.rule)
    return found


def test_a_change_its_drift_and_a_high_dose_by_it_are_one_flag_in_lists_and_counts(scanner: Scanner) -> None:
    _change(scanner)
    exams = give(scanner, doses(LENGTH, 1.3))
    _high(exams[200], 12.0)
    watched()
    assert _leads() == {"protocol-change": ["high-dose", "drift"]}
    assert flags.count_open(SYSTEM) == flags.count_by_state(SYSTEM)["open"] == 1
    (lead,) = flags.flag_list(SYSTEM, state="open")
    assert (lead.rule, lead.joined) == ("protocol-change", 2)
    assert [one.rule for one in flags.joined_to(SYSTEM, lead.id)] == ["drift", "high-dose"]
    assert len(flags.flag_list(SYSTEM, exam=exams[200])) == 1


def test_where_the_lead_goes_the_others_stand_by_themselves(scanner: Scanner) -> None:
    _change(scanner)
    exams = give(scanner, doses(LENGTH, 1.3))
    _high(exams[200], 12.0)
    watched()
    findings.apply_to_scanner(scanner.pk, "protocol-change", [])
    watched()
    assert _leads() == {"drift": ["high-dose"]}
    assert flags.count_open(SYSTEM) == 1


def test_a_lead_that_was_set_aside_keeps_what_was_joined_and_takes_nothing_new(scanner: Scanner) -> None:
    exams = give(scanner, doses(LENGTH, 1.3))
    _high(exams[200], 12.0)
    watched()
    flags.set_aside(SYSTEM, Flag.objects.get(rule="drift").pk, "already known and followed", "", COMMAND)
    _high(exams[205], 12.0)
    watched()
    assert _leads() == {"drift": ["high-dose"]}
    assert flags.count_open(SYSTEM) == 1


def test_joining_again_moves_nothing(scanner: Scanner) -> None:
    _change(scanner)
    give(scanner, doses(LENGTH, 1.3))
    watched()
    assert flag_joining.join(scanner.pk) == 0
