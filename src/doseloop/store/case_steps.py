"""Steps of a case: each is an entry of its timeline and a row of the audit, made in one transaction with the change."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.case import CaseState, StepKind
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import Case, CaseStep

LONGEST = 4000


def note(row: Case, kind: StepKind, text: str, actor: Actor) -> None:
    """Add an entry to the timeline alone: the audit has a row of the same already."""
    CaseStep.objects.create(case=row, at=timezone.now(), actor=actor.name, kind=kind, text=text)


def step(
    row: Case,
    kind: StepKind,
    text: str,
    actor: Actor,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    patient_key: int | None = None,
) -> None:
    """Add an entry to the timeline and a row to the audit. `text` never holds who a patient is."""
    note(row, kind, text, actor)
    told = dict(after or {"text": text})
    record_change(
        actor, str(kind), f"case {row.pk}", site=row.site_id, before=before, after=told, patient_key=patient_key
    )


def locked(scope: Scope, case: int, *, closed: bool | None = False) -> Case:
    """The case, until the transaction ends; `closed` says whether it has to be, None either way.

    Errors: `NotVisible`; `UnusableInput` where it is closed and should not be, or the other way round.
    """
    row = visible.cases(scope).select_for_update().filter(pk=case).first()
    if row is None:
        raise NotVisible(f"There is no case {case}.")
    if closed is not None and (row.state == CaseState.CLOSED) is not closed:
        raise UnusableInput(f"This case is “{row.state}” by now; look at it again.")
    return row


def written(text: str, what: str, longest: int = LONGEST, *, needed: bool = True) -> str:
    """What a person wrote. Errors: `UnusableInput` where it is needed and empty, or longer than allowed."""
    said = text.strip()
    if (needed and not said) or len(said) > longest:
        raise UnusableInput(f"Say {what}, in at most {longest:,} characters.")
    return said
