"""Excluding an exam withdraws what nobody judged; taking it back has it judged again."""

from datetime import timedelta

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.roles.data_folder import DataFolder
from doseloop.store import exams
from doseloop.store.audit import COMMAND
from doseloop.store.exclusions import exclude, take_back
from doseloop.store.models import AuditRow, Exam, Flag
from tests.facts.made import add_flag, add_part, make_exam, make_scanner, make_site


@pytest.fixture
def exam(folder: DataFolder) -> Exam:
    made = make_exam(make_scanner(make_site()))
    add_part(made)
    return made


def states(exam: Exam) -> list[str]:
    return list(Flag.objects.filter(exam=exam).order_by("pk").values_list("state", flat=True))


def test_excluding_withdraws_open_flags_at_once_and_leaves_judged_ones(exam: Exam) -> None:
    for state in ("open", "set aside", "case"):
        add_flag(exam, state=state)
    opened = Flag.objects.get(exam=exam, state="open").pk
    exclude(SYSTEM, exam.pk, "phantom", "constancy test", COMMAND)
    assert states(exam) == ["withdrawn", "set aside", "case"]
    assert AuditRow.objects.get(action="excluded").after["withdrawn_flags"] == [opened]


def test_excluding_leaves_flags_of_other_exams(exam: Exam) -> None:
    other = make_exam(exam.scanner)
    add_flag(other)
    exclude(SYSTEM, exam.pk, "test", "a test", COMMAND)
    assert states(other) == ["open"]


def test_taking_back_has_the_exam_judged_again(exam: Exam) -> None:
    add_flag(exam, state="set aside")
    exclude(SYSTEM, exam.pk, "phantom", "constancy test", COMMAND)
    assert exams.quiet_since(timedelta(minutes=15), 10) == []
    take_back(SYSTEM, exam.pk, COMMAND)
    assert exams.quiet_since(timedelta(minutes=15), 10) == [exam.pk]
    assert states(exam) == ["set aside"]
    assert exam.parts.get().eligible


def test_taking_back_what_is_not_excluded_changes_nothing(exam: Exam) -> None:
    take_back(SYSTEM, exam.pk, COMMAND)
    assert Exam.objects.get(pk=exam.pk).settled
