"""Exams that a person takes out of every group: phantoms and tests."""

from typing import Literal, get_args

from django.db import transaction
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.changes import note_change
from doseloop.store.models import Exam, Flag

Excluded = Literal["phantom", "test"]


def exclude(scope: Scope, exam: int, excluded_as: str, reason: str, actor: Actor) -> None:
    """Take the exam out of every group and withdraw its open flags; what a person judged stays as it is.

    Errors: `UnusableInput` where it is neither phantom nor test, or no reason is given; `NotVisible`.
    """
    _visible(scope, exam)
    if excluded_as not in get_args(Excluded):
        raise UnusableInput("An exam is excluded as a phantom or as a test.")
    if not reason.strip():
        raise UnusableInput("Say why: whoever looks later sees nothing but this reason.")
    _change(scope, exam, excluded_as, reason.strip(), actor, "excluded")


def take_back(scope: Scope, exam: int, actor: Actor) -> None:
    """Let the exam stand in groups again; it is provisional until the worker's clock has judged it anew.

    Errors: `NotVisible`.
    """
    _change(scope, exam, "", "", actor, "included again")


def _visible(scope: Scope, exam: int, *, to_change: bool = False) -> Exam:
    rows = visible.exams(scope).filter(pk=exam)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None:
        raise NotVisible(f"There is no exam {exam}.")
    return row


def _change(scope: Scope, exam: int, excluded_as: str, reason: str, actor: Actor, action: str) -> None:
    with transaction.atomic():
        row = _visible(scope, exam, to_change=True)
        before = {"excluded_as": row.excluded_as, "reason": row.excluded_reason}
        settled = row.settled and not (row.excluded_as and not excluded_as)
        Exam.objects.filter(pk=exam).update(excluded_as=excluded_as, excluded_reason=reason, settled=settled)
        row.parts.filter(is_estimate=False).update(eligible=not excluded_as)
        withdrawn = _withdraw_open_flags(exam) if excluded_as else []
        record_change(
            actor, action, f"exam {exam}", patient_key=row.patient_id, site=row.site_id, before=before,
            after={"excluded_as": excluded_as, "reason": reason, "withdrawn_flags": withdrawn},
        )  # fmt: skip
        note_change([exam])


def _withdraw_open_flags(exam: int) -> list[int]:
    """Keys of the flags that nobody had judged. A rule that finds the same again opens them again."""
    rows = Flag.objects.filter(exam_id=exam, state=Flag.State.OPEN)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.update(state=Flag.State.WITHDRAWN, updated_at=timezone.now())
    return keys
