"""A case follows what its actions are seen to do: it proposes its end, is open again, or says that nothing can be told."""

from collections.abc import Iterable, Sequence
from typing import Final

from doseloop.assess.effect_words import said
from doseloop.model.case import CaseState, StepKind
from doseloop.model.effect_look import CANNOT_TELL, GRAVEST_FIRST, MET, MISSED, TOLD, EffectLook
from doseloop.store.audit import WORKER
from doseloop.store.case_steps import step
from doseloop.store.models import Case

_KINDS: Final = {MET: StepKind.EFFECT_SHOWN, CANNOT_TELL: StepKind.EFFECT_UNKNOWN}


def gravest(looks: Iterable[EffectLook]) -> EffectLook | None:
    """The look that a case is told by: the gravest verdict of its actions and scanners; None before the first."""
    return min(looks, key=lambda one: GRAVEST_FIRST.index(one.verdict), default=None)


def follow(row: Case, looks: Sequence[EffectLook]) -> None:
    """Bring a locked case to what the last looks at its actions tell.

    What was told once stays until another thing is told: the interval holds at all looks together.
    """
    told_by = gravest(looks)
    if told_by is None or told_by.verdict == row.effect or (row.effect in TOLD and told_by.verdict not in TOLD):
        return
    before = {"state": row.state, "effect": row.effect}
    row.effect = told_by.verdict
    row.state, closed_at = _state(row)
    row.closed_at = row.closed_at if closed_at else None
    row.save(update_fields=["effect", "state", "closed_at"])
    kind = StepKind.EFFECT_MISSED if row.effect in MISSED else _KINDS.get(row.effect)
    if kind is not None:
        step(
            row, kind, _sentence(row, told_by), WORKER, before=before, after={"state": row.state, "effect": row.effect}
        )
    if row.effect in MISSED and before["state"] == CaseState.CLOSED:
        step(
            row,
            StepKind.REOPENED,
            "By itself: later exams show that it did not work.",
            WORKER,
            after={"state": row.state},
        )


def _state(row: Case) -> tuple[str, bool]:
    """The state that follows, and whether the case stays closed."""
    is_closed = row.state == CaseState.CLOSED
    if row.effect in MISSED:
        return CaseState.REOPENED if is_closed else CaseState.OPEN, False
    if row.effect == MET and row.state in (CaseState.OPEN, CaseState.WAITING):
        return CaseState.SHOWN, False
    return row.state, is_closed


def _sentence(row: Case, look: EffectLook) -> str:
    if row.effect == MET and row.state == CaseState.SHOWN:
        return f"{said(look)} It may be closed."
    return said(look)
