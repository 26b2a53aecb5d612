"""Actions of cases: what was changed where and when, and what happens when it is undone."""

import math
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from doseloop.access.rights import Role
from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.site_clock import clock
from doseloop.roles.data_folder import DataFolder
from doseloop.store import accounts, case_actions, case_changes, case_opening
from doseloop.store.audit import Actor
from doseloop.store.case_actions import NewAction
from doseloop.store.case_list import case_row
from doseloop.store.models import AuditRow, CaseAction, CaseStep, Exam, Flag
from tests.facts.made import add_flag, make_exam, make_procedure, make_scanner, make_site

ZONE = "Pacific/Auckland"
"""Where it is half a day later than in UTC."""


@pytest.fixture
def exam(folder: DataFolder) -> Exam:
    make_procedure()
    return make_exam(make_scanner(make_site(zone=ZONE)))


@pytest.fixture
def keane(exam: Exam) -> Actor:
    user = get_user_model().objects.create_user("keane")
    accounts.grant(user.pk, exam.site_id, Role.PHYSICIST)
    return Actor(user.pk, "keane")


@pytest.fixture
def case(exam: Exam, keane: Actor) -> int:
    add_flag(exam)
    return case_opening.open_case(SYSTEM, [Flag.objects.get().pk], "Head doses on CT 1", keane)


def here() -> datetime:
    return clock(ZONE, timezone.now()).replace(second=0, microsecond=0)


def new(exam: Exam, **given: Any) -> NewAction:
    told = {
        "kind": "protocol changed", "text": "Reference current 200 to 160 mAs.", "scanners": (exam.scanner_id,),
        "procedure": "ct-head", "protocol": "", "quantity": "dlp_mgy_cm", "at": here() - timedelta(hours=1), "by": "Kim",
        "expected_percent": -20.0,
    }  # fmt: skip
    return NewAction(**{**told, **given})


def test_an_action_says_what_an_effect_is_looked_for_by(exam: Exam, keane: Actor, case: int) -> None:
    given = new(exam)
    key = case_actions.record_action(SYSTEM, case, given, keane)
    (action,) = case_actions.actions_of(SYSTEM, case)
    assert (action.key, action.case, action.site, action.zone) == (key, case, exam.site_id, ZONE)
    assert (action.scanners, action.procedure, action.quantity) == ((exam.scanner_id,), "ct-head", "dlp_mgy_cm")
    assert (action.at, action.expected_percent, action.undone_at) == (given.at, -20.0, None)
    assert action.left_out == (exam.pk,)
    assert case_actions.actions(SYSTEM) == (action,)


def test_the_case_waits_for_the_effect_and_the_audit_has_the_step(exam: Exam, keane: Actor, case: int) -> None:
    case_actions.record_action(SYSTEM, case, new(exam), keane)
    row = case_row(SYSTEM, case)
    assert (row.state, row.actions) == ("waiting for effect", 1)
    audit = AuditRow.objects.get(action="action of a case recorded")
    assert (audit.subject, audit.before["state"], audit.after["state"]) == (f"case {case}", "open", row.state)


def test_what_happened_an_hour_ago_by_the_clock_of_the_site_is_not_in_the_future(
    exam: Exam, keane: Actor, case: int
) -> None:
    case_actions.record_action(SYSTEM, case, new(exam, at=here()), keane)
    with pytest.raises(UnusableInput, match="future"):
        case_actions.record_action(SYSTEM, case, new(exam, at=here() + timedelta(minutes=5)), keane)


@pytest.mark.parametrize("percent", [0.0, -100.0, -140.0, 1001.0, math.nan, math.inf, -math.inf])
def test_an_expected_change_that_cannot_be_is_refused(exam: Exam, keane: Actor, case: int, percent: float) -> None:
    with pytest.raises(UnusableInput, match="expected change"):
        case_actions.record_action(SYSTEM, case, new(exam, expected_percent=percent), keane)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "magic"}, "lists"),
        ({"quantity": "luck"}, "lists"),
        ({"procedure": "ct-nothing"}, "procedure"),
        ({"scanners": ()}, "scanners"),
        ({"scanners": (999,)}, "scanners"),
        ({"text": " "}, "what was changed"),
        ({"by": ""}, "who changed it"),
        ({"protocol": "x" * 121}, "protocol"),
    ],
)
def test_what_is_missing_or_unknown_is_refused_and_nothing_is_kept(
    exam: Exam, keane: Actor, case: int, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnusableInput, match=said):
        case_actions.record_action(SYSTEM, case, new(exam, **given), keane)
    assert not CaseAction.objects.exists()
    assert case_row(SYSTEM, case).state == "open"


def test_a_scanner_of_another_site_is_refused(exam: Exam, keane: Actor, case: int) -> None:
    other = make_scanner(make_site("Harbour Clinic"))
    with pytest.raises(UnusableInput, match="of this site"):
        case_actions.record_action(SYSTEM, case, new(exam, scanners=(exam.scanner_id, other.pk)), keane)


def test_an_action_on_a_scanner_that_is_another_name_of_one_is_of_that_one(exam: Exam, keane: Actor, case: int) -> None:
    case_actions.record_action(SYSTEM, case, new(exam), keane)
    root = make_scanner(exam.site, "CT 1 new")
    exam.scanner.root, exam.scanner.part_of = root, root
    exam.scanner.save()
    assert case_actions.actions(SYSTEM)[0].scanners == (root.pk,)


def test_a_closed_case_opens_by_itself_when_what_was_changed_is_undone(exam: Exam, keane: Actor, case: int) -> None:
    key = case_actions.record_action(SYSTEM, case, new(exam), keane)
    case_changes.close(SYSTEM, case, "It worked.", keane)
    case_actions.undo_action(SYSTEM, case, key, here(), "The update put the old protocol back.", keane)
    row = case_row(SYSTEM, case)
    assert (row.state, row.closed_at, row.actions) == ("reopened", None, 0)
    (action,) = case_actions.actions_of(SYSTEM, case)
    assert (action.undone_at, action.undone_why) == (here(), "The update put the old protocol back.")
    steps = list(CaseStep.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))
    assert steps[-3:] == ["case closed", "action of a case undone", "case reopened"]
    audited = AuditRow.objects.filter(subject=f"case {case}").order_by("pk").values_list("action", flat=True)
    assert list(audited)[-3:] == steps[-3:]


def test_a_second_action_that_is_undone_leaves_a_case_reopened(exam: Exam, keane: Actor, case: int) -> None:
    keys = [case_actions.record_action(SYSTEM, case, new(exam), keane) for _ in range(2)]
    for key in keys:
        case_actions.undo_action(SYSTEM, case, key, here(), "Put back.", keane)
    reopened = CaseStep.objects.filter(case=case, kind="case reopened")
    assert (case_row(SYSTEM, case).state, reopened.count()) == ("reopened", 1)


def test_nothing_is_undone_twice_before_it_was_done_in_the_future_or_without_a_reason(
    exam: Exam, keane: Actor, case: int
) -> None:
    given = new(exam)
    key = case_actions.record_action(SYSTEM, case, given, keane)
    for at, why, said in (
        (given.at - timedelta(minutes=1), "x", "before it was done"),
        (here() + timedelta(days=1), "x", "future"),
        (here(), " ", "why it was undone"),
    ):
        with pytest.raises(UnusableInput, match=said):
            case_actions.undo_action(SYSTEM, case, key, at, why, keane)
    case_actions.undo_action(SYSTEM, case, key, here(), "Put back.", keane)
    with pytest.raises(UnusableInput, match="undone already"):
        case_actions.undo_action(SYSTEM, case, key, here(), "Again.", keane)


def test_actions_are_seen_and_undone_at_their_site_alone(exam: Exam, keane: Actor, case: int) -> None:
    key = case_actions.record_action(SYSTEM, case, new(exam), keane)
    others = Scope(sites=frozenset({999}), identity=True, operators=True)
    assert case_actions.actions(others) == ()
    assert case_actions.actions_of(others, case) == ()
    with pytest.raises(NotVisible):
        case_actions.undo_action(others, case, key, here(), "x", keane)
    with pytest.raises(NotVisible):
        case_actions.record_action(others, case, new(exam), keane)


def test_an_action_of_one_case_is_not_undone_through_another(exam: Exam, keane: Actor, case: int) -> None:
    key = case_actions.record_action(SYSTEM, case, new(exam), keane)
    add_flag(exam)
    other = case_opening.open_case(SYSTEM, [Flag.objects.latest("pk").pk], "Another", keane)
    with pytest.raises(NotVisible):
        case_actions.undo_action(SYSTEM, other, key, here(), "x", keane)
