"""Answers that the audit knows of: who asked which plan, how many rows came, and of which patients."""

from datetime import datetime

from doseloop.access.scope import Scope
from doseloop.ask.answer import Answer
from doseloop.ask.answering import answered
from doseloop.ask.plan import Plan
from doseloop.ask.plan_address import digest
from doseloop.facts.engine import Facts
from doseloop.model.errors import NotAnswerable
from doseloop.store.audit import Actor, Seen, record_change, record_sight
from doseloop.store.exam_patients import patients_of


def answered_and_noted(
    plan: Plan,
    scope: Scope,
    facts: Facts,
    now: datetime,
    actor: Actor,
    *,
    in_file: bool = False,
    suggested: bool = False,
) -> Answer:
    """The answer, noted before anybody sees it. Who makes a file of it notes whom that shows.

    `suggested`: a language model suggested that the question means this plan.

    Errors: `NotAnswerable`, noted too; `SetupError`.
    """
    how = {"read by": "a language model"} if suggested else {}
    try:
        found = answered(plan, scope, facts, now)
    except NotAnswerable as error:
        _note(actor, plan, {"refused": error.reason, **how})
        raise
    _note(actor, plan, {"rows": len(found.table.rows), **how})
    if in_file:
        return found
    # Identity stands in no answer: the exams that it lists lead to their pages, which note what they show.
    record_sight(actor, "saw", "answer", seen(found, scope), identified=False)
    return found


def seen(answer: Answer, scope: Scope) -> set[Seen]:
    """The patients of whose exams the answer has a row each."""
    at = next((at for at, one in enumerate(answer.table.columns) if one.kind == "exam"), None)
    if at is None:
        return set()
    return set(patients_of(scope, (int(str(row[at])) for row in answer.table.rows)).values())


def _note(actor: Actor, plan: Plan, after: dict[str, object]) -> None:
    record_change(actor, "asked", f"plan {digest(plan)[:12]}", after=after)
