"""Which exams an action is judged by: of what, since when, until when, against whom."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.roles.data_folder import DataFolder
from doseloop.store import case_actions, case_opening
from doseloop.store.audit import COMMAND
from doseloop.store.case_actions import NewAction
from doseloop.store.effect_exams import EffectExams, effect_exams
from doseloop.store.effect_span import Span, span_of
from doseloop.store.models import Exam, Flag, ProtocolUseRow, Scanner
from tests.facts.made import add_event, add_flag, add_part, make_exam, make_procedure, make_scanner, make_site

ACTED = datetime(2026, 6, 1, 12)


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return make_scanner(make_site())


def head(scanner: Scanner, days: float, dlp: float | None = 900.0, **fields: Any) -> Exam:
    """A head exam so many days after the action."""
    at = (ACTED + timedelta(days=days)).isoformat()
    exam = make_exam(scanner, at, **{name: fields.pop(name) for name in list(fields) if name in _OF_EXAM})
    add_part(exam, fields.pop("procedure", None) or make_procedure(), dlp_mgy_cm=dlp, **{"phantom_cm": 16, **fields})
    return exam


_OF_EXAM = {"settled", "excluded_as", "protocol_name", "age_band"}


def case_of(exam: Exam, *more: Flag) -> int:
    flag = add_flag(exam)
    Flag.objects.filter(pk=flag.pk).update(scanner=exam.scanner)
    return case_opening.open_case(SYSTEM, [flag.pk, *(one.pk for one in more)], "A case", COMMAND)


def act(case: int, *scanners: Scanner, **more: Any) -> int:
    given = {
        "kind": "protocol changed", "text": "Less.", "scanners": tuple(one.pk for one in scanners), "procedure": "ct-head",
        "protocol": "", "quantity": "dlp_mgy_cm", "at": ACTED, "by": "Kim", "expected_percent": -20.0, **more,
    }  # fmt: skip
    return case_actions.record_action(SYSTEM, case, NewAction(**given), COMMAND)


def exams_of(case: int, scope: Scope = SYSTEM) -> EffectExams:
    return effect_exams(scope, case_actions.actions_of(SYSTEM, case)[0])[0]


def span(case: int, scanner: Scanner) -> Span:
    return span_of(SYSTEM, case_actions.actions_of(SYSTEM, case)[0], scanner.pk)


def test_what_is_provisional_set_apart_estimated_of_another_procedure_or_too_old_is_no_part_of_it(
    scanner: Scanner,
) -> None:
    kept = [head(scanner, -2), head(scanner, 1)]
    head(scanner, -1, settled=False)
    head(scanner, -1, excluded_as="phantom")
    head(scanner, -1, eligible=False)
    head(scanner, -1, dlp=None)
    head(scanner, -1, procedure=make_procedure("ct-chest", "CT chest"))
    head(scanner, -366)
    case = case_of(kept[0])
    act(case, scanner)
    found = exams_of(case)
    assert found.exams == tuple(one.pk for one in kept)
    assert [(one.value, one.group, one.raised_flag) for one in found.doses] == [
        (900.0, "ct-head/adult/16", True),
        (900.0, "ct-head/adult/16", False),
    ]


def test_phantoms_and_ages_are_compared_among_themselves(scanner: Scanner) -> None:
    case = case_of(head(scanner, -1))
    head(scanner, -2, phantom_cm=32)
    head(scanner, -3, phantom_cm=None, age_band="child")
    act(case, scanner)
    assert {one.group for one in exams_of(case).doses} == {"ct-head/adult/16", "ct-head/adult/32", "ct-head/child/-"}


@pytest.mark.parametrize("name", ["Head_Routine", "head routine", "Brain", "HeadRoutine / Brain"])
def test_a_protocol_is_found_by_any_spelling_of_its_exam_or_its_acquisition(scanner: Scanner, name: str) -> None:
    exam = head(scanner, -1, protocol_name="Head_Routine")
    add_event(exam.parts.get(), protocol="Brain")
    other = head(scanner, -1, protocol_name="Neck")
    add_event(other.parts.get(), protocol="Larynx")
    case = case_of(exam)
    act(case, scanner, procedure=None, protocol=name)
    assert exams_of(case).exams == (exam.pk,)


def test_without_procedure_and_protocol_all_exams_of_the_scanner_count_each_in_its_group(scanner: Scanner) -> None:
    case = case_of(head(scanner, -1))
    head(scanner, -2, procedure=make_procedure("ct-chest", "CT chest"))
    act(case, scanner, procedure=None)
    assert {one.group.split("/")[0] for one in exams_of(case).doses} == {"ct-head", "ct-chest"}


def test_a_quantity_of_acquisitions_is_their_median_and_one_that_nothing_has_gives_no_exam(scanner: Scanner) -> None:
    exam = head(scanner, -1)
    for kvp in (100.0, 120.0, 140.0):
        add_event(exam.parts.get(), kvp=kvp)
    add_event(exam.parts.get(), kvp=80.0, role="localiser")
    case = case_of(exam)
    act(case, scanner, quantity="ssde_mgy")
    assert exams_of(case).doses == ()
    exam.events.update(ssde_mgy=5.0)
    assert [one.value for one in exams_of(case).doses] == [5.0]


def test_controls_are_of_the_site_and_modality_and_were_not_changed_meanwhile(scanner: Scanner) -> None:
    site = scanner.site
    control, changed, angio = make_scanner(site, "CT 2"), make_scanner(site, "CT 3"), make_scanner(site, "A 1", "XA")
    elsewhere = make_scanner(make_site("South"), "CT 4")
    exams = [head(one, -1) for one in (scanner, control, changed, angio, elsewhere)]
    case = case_of(exams[0])
    act(case, scanner)
    act(case_of(exams[2]), changed, at=ACTED - timedelta(days=30))
    assert {one.scanner for one in exams_of(case).doses} == {str(scanner.pk), str(control.pk)}
    assert effect_exams(NOTHING, case_actions.actions_of(SYSTEM, case)[0]) == ()


def test_scanners_of_one_action_are_not_compared_with_each_other(scanner: Scanner) -> None:
    other = make_scanner(scanner.site, "CT 2")
    case = case_of(head(scanner, -1))
    head(other, -1)
    act(case, scanner, other)
    found = effect_exams(SYSTEM, case_actions.actions_of(SYSTEM, case)[0])
    assert [{dose.scanner for dose in one.doses} for one in found] == [{str(scanner.pk)}, {str(other.pk)}]


def test_other_changes_bound_both_sides_and_those_of_a_day_count_as_one(scanner: Scanner) -> None:
    case = case_of(head(scanner, -1))
    act(case, scanner)
    act(case, scanner, at=ACTED + timedelta(hours=20))
    other = case_of(head(scanner, -1))
    for days in (-40, 30):
        act(other, scanner, at=ACTED + timedelta(days=days))
    act(other, scanner, at=ACTED + timedelta(days=3), procedure="ct-chest")
    found = span(case, scanner)
    assert (found.begin, found.end) == (ACTED - timedelta(days=40), ACTED + timedelta(days=30))


def used(exam: Exam, kvp: str) -> None:
    ProtocolUseRow.objects.create(
        exam=exam, scanner=exam.scanner, protocol="Head", name="head", kind="ct", started_at=exam.started_at,
        settings={"kvp": kvp},
    )  # fmt: skip


@pytest.fixture
def copied(scanner: Scanner) -> list[Exam]:
    """Twenty exams as usual, then ten with another voltage, the last a day before the action."""
    exams = [head(scanner, days - 31) for days in range(30)]
    for position, exam in enumerate(exams):
        used(exam, "120" if position < 20 else "140")
    return exams


def test_a_fault_is_dated_by_the_change_before_the_exam_that_was_flagged(scanner: Scanner, copied: list[Exam]) -> None:
    case = case_of(copied[24])
    act(case, scanner)
    assert span(case, scanner).fault_from == datetime.fromisoformat(copied[20].started_at)


def test_an_exam_that_was_flagged_before_the_change_dates_nothing(scanner: Scanner, copied: list[Exam]) -> None:
    case = case_of(copied[12])
    act(case, scanner)
    assert span(case, scanner).fault_from is None


def scanner_flag(scanner: Scanner, rule: str, cause: str) -> Flag:
    now = timezone.now()
    return Flag.objects.create(
        key=f"{rule}/{cause}", rule=rule, rule_version="1", site=scanner.site, scanner=scanner, sentence="Seen.",
        evidence={"cause": cause}, raised_at=now, updated_at=now,
    )  # fmt: skip


def test_a_fault_is_dated_by_the_flag_that_tells_of_the_change(scanner: Scanner, copied: list[Exam]) -> None:
    day = copied[20].started_at[:10]
    flag = scanner_flag(scanner, "protocol-change", f"day {day}")
    case = case_opening.open_case(SYSTEM, [flag.pk], "A case", COMMAND)
    act(case, scanner)
    assert span(case, scanner).fault_from == datetime.fromisoformat(copied[20].started_at)
    assert span(case, scanner).flagged_from is None


def test_a_drift_dates_its_beginning_and_what_raised_it_is_no_before(scanner: Scanner) -> None:
    head(scanner, -1)
    flag = scanner_flag(scanner, "drift", "dlp_mgy_cm of Head since 2026-05-02T08:30")
    Flag.objects.filter(pk=flag.pk).update(raised_at=ACTED.replace(tzinfo=timezone.get_default_timezone()))
    case = case_opening.open_case(SYSTEM, [flag.pk], "A case", COMMAND)
    act(case, scanner)
    found = span(case, scanner)
    assert (found.fault_from, found.flagged_from) == (datetime(2026, 5, 2, 8, 30), datetime(2026, 5, 2, 8, 30))
    assert found.flagged_until is not None and abs(found.flagged_until - ACTED) < timedelta(days=1)


def test_a_median_above_its_level_leaves_out_the_year_that_it_was_of(scanner: Scanner) -> None:
    head(scanner, -1)
    flag = scanner_flag(scanner, "reference-level", "uk/ct-head")
    case = case_opening.open_case(SYSTEM, [flag.pk], "A case", COMMAND)
    act(case, scanner)
    found = span(case, scanner)
    assert found.flagged_from and found.flagged_until
    assert found.flagged_until - found.flagged_from == timedelta(days=365)
