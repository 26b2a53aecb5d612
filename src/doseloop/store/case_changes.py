"""What a person changes of a case: who follows it until when, why it came to be, what it amounts to, its exams, its end."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from doseloop.access.rights import RIGHTS, Right, Role
from doseloop.access.scope import Scope
from doseloop.model.case import CaseState, Cause, Classification, StepKind
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor
from doseloop.store.case_opening import LONGEST_TITLE
from doseloop.store.case_steps import locked, step, written
from doseloop.store.models import Case, CaseExam, Exam, RoleAtSite
from doseloop.store.rule_pack_sets import packs_at


@dataclass(frozen=True, slots=True)
class Following:
    """Who follows a case, until when, and what it is called. No owner and no day are None."""

    title: str
    owner: int | None
    due: date | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a case came to be and what it amounts to."""

    cause: str
    cause_note: str
    classification: str
    rule_pack: str = ""
    """Of one that is notifiable, and of no other; so are both days."""
    report_by: date | None = None
    reported_on: date | None = None


_ABOUT = {
    "title": "title", "owner": "owner", "due": "due", "cause": "cause", "cause_note": "cause, note",
    "classification": "classification", "rule_pack": "rule pack", "report_by": "to be reported by",
    "reported_on": "reported on",
}  # fmt: skip


def owners(site: int) -> tuple[tuple[int, str], ...]:
    """Key and name of the active accounts that may judge flags at a site: who can own its cases."""
    roles = [role.value for role in Role if Right.JUDGE in RIGHTS[role]]
    rows = RoleAtSite.objects.filter(site_id=site, role__in=roles, account__is_active=True)
    return tuple(sorted(set(rows.values_list("account_id", "account__username")), key=lambda one: one[1]))


@transaction.atomic
def follow(scope: Scope, case: int, given: Following, actor: Actor) -> None:
    """Set title, owner and due day. Errors: `UnusableInput` where the owner may not judge there, or it is closed; `NotVisible`."""
    row = locked(scope, case)
    title = written(given.title, "what the case is about", LONGEST_TITLE)
    if given.owner is not None and given.owner not in dict(owners(row.site_id)):
        raise UnusableInput("The owner has to be somebody who may judge flags at this site.")
    _change(row, {"title": title, "owner_id": given.owner, "due": given.due}, actor)


@transaction.atomic
def judge(scope: Scope, case: int, given: Judgement, actor: Actor) -> None:
    """Say cause and classification; they may be said of a closed case too.

    Errors: `UnusableInput` where one is not of its list, or a notifiable one names no pack of the site; `NotVisible`.
    """
    row = locked(scope, case, closed=None)
    if given.cause not in set(Cause) or given.classification not in set(Classification):
        raise UnusableInput("Choose cause and classification from their lists.")
    notifiable = given.classification == Classification.NOTIFIABLE
    if notifiable and given.rule_pack not in {one.key for one in packs_at(scope, row.site_id)}:
        raise UnusableInput("Choose the rule pack under which it is notifiable.")
    _change(
        row,
        {
            "cause": given.cause,
            "cause_note": written(given.cause_note, "the cause", needed=False),
            "classification": given.classification,
            "rule_pack": given.rule_pack if notifiable else "",
            "report_by": given.report_by if notifiable else None,
            "reported_on": given.reported_on if notifiable else None,
        },
        actor,
    )


@transaction.atomic
def comment(scope: Scope, case: int, text: str, actor: Actor) -> None:
    """Write a comment, also on a closed case. Errors: `UnusableInput`; `NotVisible`."""
    row = locked(scope, case, closed=None)
    step(row, StepKind.COMMENTED, written(text, "something"), actor)


@transaction.atomic
def link_exam(scope: Scope, case: int, exam: int, actor: Actor) -> None:
    """Link an exam of the case's site; linking it twice is linking it once. Errors: `UnusableInput`; `NotVisible`."""
    row = locked(scope, case)
    found = _exam(scope, exam)
    if found.site_id != row.site_id:
        raise UnusableInput("That exam is of another site than the case.")
    _, made = CaseExam.objects.get_or_create(case=row, exam=found)
    if made:
        step(row, StepKind.EXAM_LINKED, f"Exam {exam}", actor, after={"exam": exam}, patient_key=found.patient_id)


@transaction.atomic
def unlink_exam(scope: Scope, case: int, exam: int, actor: Actor) -> None:
    """Take a link away; exams of flags stay. Errors: `UnusableInput` where it is not linked; `NotVisible`."""
    row = locked(scope, case)
    found = _exam(scope, exam)
    if not CaseExam.objects.filter(case=row, exam=found).delete()[0]:
        raise UnusableInput("That exam was not linked by hand: it stands here because of its flag, or not at all.")
    step(row, StepKind.EXAM_UNLINKED, f"Exam {exam}", actor, before={"exam": exam}, patient_key=found.patient_id)


@transaction.atomic
def close(scope: Scope, case: int, text: str, actor: Actor) -> None:
    """End a case, with a reason. Errors: `UnusableInput` where the reason is missing or it is closed; `NotVisible`."""
    row = locked(scope, case)
    said = written(text, "why the case is closed")
    to_state(row, CaseState.CLOSED, StepKind.CLOSED, said, actor)


@transaction.atomic
def reopen(scope: Scope, case: int, text: str, actor: Actor) -> None:
    """Take a closed case up again, with a reason. Errors: `UnusableInput`; `NotVisible`."""
    row = locked(scope, case, closed=True)
    to_state(row, CaseState.REOPENED, StepKind.REOPENED, written(text, "why the case is opened again"), actor)


def to_state(row: Case, state: CaseState, kind: StepKind, text: str, actor: Actor) -> None:
    """Bring a locked case into a state, with its step."""
    before = {"state": row.state}
    row.state, row.closed_at = state, timezone.now() if state is CaseState.CLOSED else None
    row.save(update_fields=["state", "closed_at"])
    step(row, kind, text, actor, before=before, after={"state": str(state), "text": text})


def _exam(scope: Scope, exam: int) -> Exam:
    found = visible.exams(scope).filter(pk=exam).first()
    if found is None:
        raise NotVisible(f"There is no exam {exam}.")
    return found


def _change(row: Case, given: dict[str, Any], actor: Actor) -> None:
    """Set what differs; nothing is noted where nothing does."""
    changed = {name: value for name, value in given.items() if getattr(row, name) != value}
    if not changed:
        return
    before = _told(row, changed)
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=[name.removesuffix("_id") for name in changed])
    row.refresh_from_db()
    after = _told(row, changed)
    text = "; ".join(
        f"{_ABOUT[name]}: {after[name] or 'nobody' if name == 'owner' else after[name] or 'none'}" for name in after
    )
    step(row, StepKind.CHANGED, text, actor, before=before, after=after)


def _told(row: Case, names: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name in (one.removesuffix("_id") for one in names):
        value = getattr(row, name)
        found[name] = value.get_username() if name == "owner" and value else str(value or "")
    return found
