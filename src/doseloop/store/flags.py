"""Flags: their list, one flag, and what a person decides about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.changes import note_change
from doseloop.store.models import AuditRow, Flag


class SetAsideReason(StrEnum):
    """Why a flag needs nothing: the list a person chooses from."""

    CLINICAL = "clinically justified"
    LARGE_PATIENT = "patient size explains it"
    REPEATED = "repeated for a medical or technical reason"
    WRONG_NAME = "procedure was named wrongly"
    PHANTOM = "phantom or test"
    RECORD_FAULT = "the scanner recorded it wrongly"
    OUT_OF_USE = "scanner out of use, or nothing planned"
    KNOWN = "already known and followed"


_UNCOUNTED = Q(state=Flag.State.OPEN, joined_to__isnull=False)
_MEMBERS = Coalesce(
    Subquery(
        Flag.objects.filter(joined_to=OuterRef("pk")).order_by().values("joined_to").annotate(n=Count("pk")).values("n")
    ),
    0,
)


@dataclass(frozen=True, slots=True)
class FlagShown:
    """A flag with what it is about (times UTC)."""

    id: int
    rule: str
    rule_version: str
    state: str
    sentence: str
    evidence: dict[str, Any]
    site_id: int
    site_name: str
    scanner_id: int | None
    scanner_name: str
    exam_id: int | None
    patient_key: int | None
    procedure_key: str | None
    procedure_name: str
    raised_at: datetime
    updated_at: datetime
    judged_by: str
    judged_at: datetime | None
    verdict: str
    verdict_note: str
    case_id: int | None
    case_title: str
    case_owner: str
    case_opened_at: datetime | None
    joined_to: int | None
    """The flag of the same cause under which it is listed; None where it stands by itself."""
    joined: int
    """How many are listed under it."""

    @property
    def is_counted(self) -> bool:
        """Whether it stands in lists and counts: flags of one cause do once, by the one that leads."""
        return self.joined_to is None or self.state != Flag.State.OPEN


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that was done to a flag (time UTC)."""

    at: datetime
    actor: str
    action: str
    reason: str
    note: str


def flag_list(
    scope: Scope, *, state: str = "", exam: int | None = None, start: int = 0, most: int = 50
) -> tuple[FlagShown, ...]:
    """Flags within the scope, the latest first; all states where `state` is empty. Flags of one cause are one, by the one that
    leads, but of an exam's each is listed."""
    rows = _rows(scope) if exam is not None else _rows(scope).exclude(_UNCOUNTED)
    if state:
        rows = rows.filter(state=state)
    if exam is not None:
        rows = rows.filter(exam__in=visible.rows_of_exam(scope, exam))
    return tuple(_shown(row) for row in rows.order_by("-raised_at", "-pk")[start : start + most])


def flags(scope: Scope) -> tuple[FlagShown, ...]:
    """Every flag within the scope, the latest first; those that are joined to another too."""
    return tuple(_shown(row) for row in _rows(scope).order_by("-raised_at", "-pk"))


def joined_to(scope: Scope, flag_id: int) -> tuple[FlagShown, ...]:
    """The flags of the same cause that are listed under one, the latest first."""
    return tuple(_shown(row) for row in _rows(scope).filter(joined_to=flag_id).order_by("-raised_at", "-pk"))


def flags_of_case(scope: Scope, case: int) -> tuple[FlagShown, ...]:
    """The flags that a case follows, the earliest first; set aside ones too."""
    return tuple(_shown(row) for row in _rows(scope).filter(case_id=case).order_by("raised_at", "pk"))


def count_by_state(scope: Scope) -> dict[str, int]:
    """How many flags each state has, 0 included; those of one cause count once."""
    counted = visible.flags(scope).exclude(_UNCOUNTED)
    found = dict(counted.values_list("state").annotate(Count("pk")).order_by())
    return {str(state): found.get(str(state), 0) for state in Flag.State}


def flag(scope: Scope, flag_id: int) -> FlagShown:
    """One flag. Errors: `NotVisible`."""
    row = _rows(scope).filter(pk=flag_id).first()
    if row is None:
        raise NotVisible(f"There is no flag {flag_id}.")
    return _shown(row)


def count_open(scope: Scope) -> int:
    """How many flags nobody has judged yet; those of one cause count once."""
    return visible.flags(scope).filter(state=Flag.State.OPEN, joined_to=None).count()


def history(scope: Scope, flag_id: int) -> tuple[HistoryEntry, ...]:
    """What was done to the flag, the latest first."""
    subject = f"flag {flag(scope, flag_id).id}"
    rows = AuditRow.objects.filter(subject=subject).exclude(action__in=("saw", "exported")).order_by("-at", "-pk")
    return tuple(
        HistoryEntry(row.at, row.actor, row.action, row.after.get("verdict", ""), row.after.get("note", ""))
        for row in rows
    )


def set_aside(scope: Scope, flag_id: int, reason: str, note: str, actor: Actor) -> None:
    """A person found that the flag needs nothing.

    Errors: `UnusableInput` where the reason is not of the list or the flag is not open; `NotVisible`.
    """
    with transaction.atomic():
        row = locked(scope, flag_id, {Flag.State.OPEN, Flag.State.CASE})
        if reason not in {str(known) for known in SetAsideReason}:
            raise UnusableInput("Choose a reason from the list.")
        _judge(row, Flag.State.SET_ASIDE, reason, note, actor, "set aside")


def reopen(scope: Scope, flag_id: int, actor: Actor) -> None:
    """Take a person's verdict back. Errors: `UnusableInput` where it was not set aside; `NotVisible`."""
    with transaction.atomic():
        row = locked(scope, flag_id, {Flag.State.SET_ASIDE})
        state = Flag.State.OPEN if row.case_id is None else Flag.State.CASE
        _judge(row, state, "", "", actor, "reopened")


def answered(row: Flag, verdict: str, note: str, actor: Actor) -> None:
    """A person answered a locked flag by a decision that is kept elsewhere, and that it is set aside with."""
    _judge(row, Flag.State.SET_ASIDE, verdict, note, actor, "set aside")


def followed(row: Flag, case: int, actor: Actor, action: str) -> None:
    """A locked flag is followed by a case from now on."""
    row.case_id = case
    row.save(update_fields=["case"])
    _judge(row, Flag.State.CASE, "", "", actor, action, case)


def _rows(scope: Scope) -> Any:
    rows = visible.flags(scope).select_related(
        "site", "scanner", "exam", "procedure", "judged_by", "case", "case__owner"
    )
    return rows.annotate(members=_MEMBERS)


def locked(scope: Scope, flag_id: int, states: set[Flag.State]) -> Flag:
    """The flag, until the transaction ends. Errors: `UnusableInput` where it is in none of the states; `NotVisible`."""
    row = visible.flags(scope).select_for_update().filter(pk=flag_id).first()
    if row is None:
        raise NotVisible(f"There is no flag {flag_id}.")
    if row.state not in states:
        raise UnusableInput(f"This flag is “{row.state}” by now; look at it again.")
    return row


def _judge(
    row: Flag, state: Flag.State, verdict: str, note: str, actor: Actor, action: str, case: int | None = None
) -> None:
    before = {"state": row.state, "verdict": row.verdict, "note": row.verdict_note}
    row.state, row.verdict, row.verdict_note = state, verdict, note
    row.judged_by_id, row.judged_at = actor.account, timezone.now()
    row.save(update_fields=["state", "verdict", "verdict_note", "judged_by", "judged_at"])
    record_change(
        actor, action, f"flag {row.pk}", site=row.site_id, before=before,
        patient_key=row.exam.patient_id if row.exam else None,
        after={"state": str(state), "verdict": verdict, "note": note} | ({} if case is None else {"case": case}),
    )  # fmt: skip
    if row.exam_id is not None:
        note_change([row.exam_id])


def _shown(row: Any) -> FlagShown:
    case = row.case
    return FlagShown(
        id=row.pk,
        rule=row.rule,
        rule_version=row.rule_version,
        state=row.state,
        sentence=row.sentence,
        evidence=row.evidence,
        site_id=row.site_id,
        site_name=row.site.name,
        scanner_id=row.scanner_id,
        scanner_name=row.scanner.name if row.scanner else "",
        exam_id=row.exam_id,
        patient_key=row.exam.patient_id if row.exam else None,
        procedure_key=row.procedure_id,
        procedure_name=row.procedure.name if row.procedure else "",
        raised_at=row.raised_at,
        updated_at=row.updated_at,
        judged_by=row.judged_by.get_username() if row.judged_by else "",
        judged_at=row.judged_at,
        verdict=row.verdict,
        verdict_note=row.verdict_note,
        case_id=row.case_id,
        case_title=case.title if case else "",
        case_owner=case.owner.get_username() if case and case.owner else "",
        case_opened_at=case.opened_at if case else None,
        joined_to=row.joined_to_id,
        joined=row.members,
    )
