"""Cases: flags of one cause that someone follows, each step in the timeline and in the audit."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from doseloop.access.rights import Role
from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.audit import ACTIONS
from doseloop.model.case import StepKind
from doseloop.model.errors import DamagedReport, NotVisible, UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import accounts, case_changes, case_files, case_opening, exams, flags
from doseloop.store.audit import Actor
from doseloop.store.case_changes import Following, Judgement
from doseloop.store.case_detail import case_detail
from doseloop.store.case_list import case_list, case_row, count_by_show
from doseloop.store.models import AuditRow, CaseExam, CaseFile, CaseStep, Exam, Flag
from tests.facts.made import add_flag, make_exam, make_scanner, make_site

OTHERS = Scope(sites=frozenset({999}), identity=True, operators=True)


@pytest.fixture
def exam(folder: DataFolder) -> Exam:
    return make_exam(make_scanner(make_site()))


@pytest.fixture
def keane(exam: Exam) -> Actor:
    user = get_user_model().objects.create_user("keane")
    accounts.grant(user.pk, exam.site_id, Role.PHYSICIST)
    return Actor(user.pk, "keane", "10.1.0.8")


def flag_of(exam: Exam) -> int:
    add_flag(exam)
    return Flag.objects.filter(exam=exam).latest("pk").pk


def opened(exam: Exam, actor: Actor) -> int:
    return case_opening.open_case(SYSTEM, [flag_of(exam)], "Head doses on CT 1", actor)


def kinds(case: int) -> list[str]:
    return list(CaseStep.objects.filter(case_id=case).order_by("pk").values_list("kind", flat=True))


def audited(case: int) -> list[str]:
    return list(AuditRow.objects.filter(subject=f"case {case}").order_by("pk").values_list("action", flat=True))


def test_every_kind_of_step_is_an_action_of_the_audit() -> None:
    assert {str(kind) for kind in StepKind} <= set(ACTIONS)


def test_flags_of_one_cause_become_one_case_that_its_maker_owns(exam: Exam, keane: Actor) -> None:
    made = [flag_of(exam), flag_of(make_exam(exam.scanner))]
    case = case_opening.open_case(SYSTEM, made, "Head doses on CT 1", keane)
    row = case_row(SYSTEM, case)
    assert (row.title, row.state, row.owner, row.flags) == ("Head doses on CT 1", "open", "keane", 2)
    assert row.days_left == case_opening.DAYS
    assert [flags.flag(SYSTEM, one).state for one in made] == ["case", "case"]
    rows = AuditRow.objects.filter(action="made a case")
    assert sorted(one.after["case"] for one in rows) == [case, case]


def test_a_case_needs_a_title_and_flags_of_one_site(exam: Exam, keane: Actor) -> None:
    elsewhere = make_exam(make_scanner(make_site("Harbour Clinic")))
    with pytest.raises(UnusableInput, match="what the case is about"):
        case_opening.open_case(SYSTEM, [flag_of(exam)], "  ", keane)
    with pytest.raises(UnusableInput, match="one site"):
        case_opening.open_case(SYSTEM, [flag_of(exam), flag_of(elsewhere)], "Both", keane)
    with pytest.raises(UnusableInput, match="one site"):
        case_opening.open_case(SYSTEM, [], "None", keane)
    assert not Flag.objects.filter(state="case").exists()


def test_another_flag_of_the_same_cause_comes_to_the_case(exam: Exam, keane: Actor) -> None:
    case, other = opened(exam, keane), flag_of(make_exam(exam.scanner))
    case_opening.add_flag(SYSTEM, other, case, keane)
    assert case_row(SYSTEM, case).flags == 2
    assert kinds(case) == ["made a case", "added to a case"]
    with pytest.raises(UnusableInput, match="by now"):
        case_opening.add_flag(SYSTEM, other, case, keane)


def test_a_flag_that_was_set_aside_in_a_case_and_reopened_is_followed_by_it_again(exam: Exam, keane: Actor) -> None:
    case = opened(exam, keane)
    (flag,) = (one.id for one in case_detail(SYSTEM, case).flags)
    flags.set_aside(SYSTEM, flag, "clinically justified", "", keane)
    flags.reopen(SYSTEM, flag, keane)
    assert (flags.flag(SYSTEM, flag).state, flags.flag(SYSTEM, flag).case_id) == ("case", case)


def test_whom_owns_it_until_when_is_kept_with_what_was_before(exam: Exam, keane: Actor) -> None:
    case = opened(exam, keane)
    day = timezone.now().date() + timedelta(days=3)
    case_changes.follow(SYSTEM, case, Following("Head doses", None, day), keane)
    row = case_row(SYSTEM, case)
    assert (row.title, row.owner, row.due) == ("Head doses", "", day)
    (audit,) = AuditRow.objects.filter(subject=f"case {case}")
    assert audit.before["owner"] == "keane"
    assert (audit.after["owner"], audit.after["due"]) == ("", str(day))


def test_who_may_not_judge_there_owns_no_case(exam: Exam, keane: Actor) -> None:
    case, viewer = opened(exam, keane), get_user_model().objects.create_user("viewer")
    accounts.grant(viewer.pk, exam.site_id, Role.VIEWER)
    with pytest.raises(UnusableInput, match="owner"):
        case_changes.follow(SYSTEM, case, Following("Head doses", viewer.pk, None), keane)


def test_saying_the_same_again_is_no_step(exam: Exam, keane: Actor) -> None:
    case = opened(exam, keane)
    row = case_row(SYSTEM, case)
    case_changes.follow(SYSTEM, case, Following(row.title, row.owner_id, row.due), keane)
    assert kinds(case) == ["made a case"]
    assert audited(case) == []


def test_a_notifiable_case_names_its_pack_and_runs_against_its_day(exam: Exam, keane: Actor) -> None:
    case, now = opened(exam, keane), timezone.now().date()
    with pytest.raises(UnusableInput, match="rule pack"):
        case_changes.judge(SYSTEM, case, Judgement("something else", "", "notifiable"), keane)
    late = Judgement("something else", "Copied", "notifiable", "uk-saue", now - timedelta(days=3))
    case_changes.judge(SYSTEM, case, late, keane)
    assert (case_row(SYSTEM, case).report_days_left or 0) < 0
    assert count_by_show(SYSTEM, keane.account)["overdue"] == 1
    done = Judgement("something else", "Copied", "notifiable", "uk-saue", now - timedelta(days=3), now)
    case_changes.judge(SYSTEM, case, done, keane)
    assert count_by_show(SYSTEM, keane.account)["overdue"] == 0


def test_the_clock_of_a_report_stops_where_the_case_is_no_longer_notifiable(exam: Exam, keane: Actor) -> None:
    case, now = opened(exam, keane), timezone.now().date()
    case_changes.judge(SYSTEM, case, Judgement("something else", "", "notifiable", "uk-saue", now), keane)
    case_changes.judge(SYSTEM, case, Judgement("something else", "", "near miss", "uk-saue", now), keane)
    row = case_row(SYSTEM, case)
    assert (row.rule_pack, row.report_by, row.report_days_left) == ("", None, None)


@pytest.mark.parametrize("wrong", [Judgement("bad luck", "", "none"), Judgement("something else", "", "disaster")])
def test_cause_and_classification_are_of_their_lists(exam: Exam, keane: Actor, wrong: Judgement) -> None:
    with pytest.raises(UnusableInput, match="lists"):
        case_changes.judge(SYSTEM, opened(exam, keane), wrong, keane)


def test_exams_are_linked_once_and_taken_away_again(exam: Exam, keane: Actor) -> None:
    case, other = opened(exam, keane), make_exam(exam.scanner)
    case_changes.link_exam(SYSTEM, case, other.pk, keane)
    case_changes.link_exam(SYSTEM, case, other.pk, keane)
    assert {(one.id, one.by_hand) for one in case_detail(SYSTEM, case).exams} == {(exam.pk, False), (other.pk, True)}
    case_changes.unlink_exam(SYSTEM, case, other.pk, keane)
    assert audited(case) == ["exam linked to a case", "exam taken from a case"]
    assert set(AuditRow.objects.filter(subject=f"case {case}").values_list("patient_key", flat=True)) == {
        other.patient_id
    }
    with pytest.raises(UnusableInput, match="not linked"):
        case_changes.unlink_exam(SYSTEM, case, exam.pk, keane)


def test_an_exam_of_another_site_is_not_linked(exam: Exam, keane: Actor) -> None:
    elsewhere = make_exam(make_scanner(make_site("Harbour Clinic")))
    with pytest.raises(UnusableInput, match="another site"):
        case_changes.link_exam(SYSTEM, opened(exam, keane), elsewhere.pk, keane)


def test_an_exam_that_joins_another_takes_its_links_along(exam: Exam, keane: Actor) -> None:
    one, other = make_exam(exam.scanner), make_exam(exam.scanner)
    first, second = opened(exam, keane), opened(exam, keane)
    case_changes.link_exam(SYSTEM, first, other.pk, keane)
    for linked in (one, other):
        case_changes.link_exam(SYSTEM, second, linked.pk, keane)
    exams.join(one.pk, other.pk)
    assert sorted(CaseExam.objects.values_list("case_id", "exam_id")) == [(first, one.pk), (second, one.pk)]


def test_a_closed_case_is_changed_no_more_until_it_is_opened_again(exam: Exam, keane: Actor) -> None:
    case = opened(exam, keane)
    with pytest.raises(UnusableInput, match="why"):
        case_changes.close(SYSTEM, case, " ", keane)
    case_changes.close(SYSTEM, case, "Nothing was wrong.", keane)
    assert case_row(SYSTEM, case).closed_at is not None
    with pytest.raises(UnusableInput, match="closed"):
        case_changes.follow(SYSTEM, case, Following("Anew", None, None), keane)
    case_changes.comment(SYSTEM, case, "Seen by the committee.", keane)
    case_changes.reopen(SYSTEM, case, "It happened again.", keane)
    row = case_row(SYSTEM, case)
    assert (row.state, row.closed_at) == ("reopened", None)
    assert audited(case) == ["case closed", "case commented", "case reopened"]
    assert kinds(case)[1:] == audited(case)


def test_lists_show_mine_open_overdue_and_closed_ones(exam: Exam, keane: Actor) -> None:
    mine, late, done = (opened(exam, keane) for _ in range(3))
    yesterday = timezone.now().date() - timedelta(days=2)
    case_changes.follow(SYSTEM, late, Following("Late", None, yesterday), keane)
    case_changes.close(SYSTEM, done, "Done.", keane)
    shown = {show: [one.id for one in case_list(SYSTEM, show, keane.account)] for show in ("mine", "open", "overdue")}
    assert shown == {"mine": [mine], "open": [late, mine], "overdue": [late]}
    assert [one.id for one in case_list(SYSTEM, "all", keane.account)] == [late, mine, done]
    assert count_by_show(SYSTEM, None) == {"mine": 0, "open": 2, "overdue": 1, "closed": 1, "all": 3}
    assert case_list(SYSTEM, "overdue", None)[0].is_overdue


def test_nothing_of_a_case_is_seen_or_changed_from_another_site(exam: Exam, keane: Actor) -> None:
    case = opened(exam, keane)
    file = case_files.add_file(SYSTEM, case, "a.txt", b"a", keane)
    assert case_list(OTHERS, "all", keane.account) == ()
    assert case_files.files_of(OTHERS, case) == ()
    for change in (
        lambda: case_detail(OTHERS, case),
        lambda: case_files.content_of(OTHERS, case, file),
        lambda: case_changes.comment(OTHERS, case, "x", keane),
        lambda: case_changes.close(OTHERS, case, "x", keane),
        lambda: case_changes.follow(OTHERS, case, Following("x", None, None), keane),
        lambda: case_files.add_file(OTHERS, case, "a.txt", b"a", keane),
    ):
        with pytest.raises(NotVisible):
            change()


def test_a_file_comes_back_as_it_was_given(exam: Exam, keane: Actor) -> None:
    case = opened(exam, keane)
    key = case_files.add_file(SYSTEM, case, "C:\\notes\\Bericht Ä.txt", "Größe".encode(), keane)
    assert case_files.content_of(SYSTEM, case, key) == ("Bericht Ä.txt", "Größe".encode())
    assert [(one.name, one.size, one.added_by) for one in case_files.files_of(SYSTEM, case)] == [
        ("Bericht Ä.txt", 7, "keane")
    ]
    CaseFile.objects.filter(pk=key).update(sha256="0" * 64)
    with pytest.raises(DamagedReport):
        case_files.content_of(SYSTEM, case, key)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.pdf", b"<html>"),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg/>"),
        ("a.png", b"%PDF-1.7"),
        ("a.txt", b"\xff\xfe"),
        ("a.csv", b"a\0b"),
        ("a.txt", b""),
        ("", b"a"),
        ("a" * 130 + ".txt", b"a"),
        ("a.txt", b"a" * (case_files.MOST_BYTES + 1)),
    ],
)
def test_a_file_is_what_its_name_says_and_not_too_long(exam: Exam, keane: Actor, name: str, content: bytes) -> None:
    case = opened(exam, keane)
    with pytest.raises(UnusableInput):
        case_files.add_file(SYSTEM, case, name, content, keane)
    assert not CaseFile.objects.exists()


@given(st.text(max_size=200), st.binary(max_size=50))
def test_whatever_a_file_is_called_its_name_holds_no_folder(name: str, content: bytes) -> None:
    try:
        said = case_files._checked(name, content)
    except UnusableInput:
        return
    assert "/" not in said
    assert "\\" not in said
    assert said.isprintable()


def test_the_title_that_is_suggested_names_rule_procedure_and_scanner(exam: Exam) -> None:
    said = case_opening.suggested_title(SYSTEM, flag_of(exam), "High dose")
    assert said.startswith("High dose")
    assert exam.scanner.name in said or said == "High dose"
