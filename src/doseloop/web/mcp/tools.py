"""The tools of the MCP server: read-only, aggregates only, with the rights of one account, each use in the audit.

Rights are looked up at every call, so that a role that is taken away holds no longer. Nothing is kept between calls.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, get_args

from doseloop.access.rights import Right
from doseloop.access.scope import NOTHING, Scope
from doseloop.ask.answer_json import as_json
from doseloop.ask.conversation import Conversation
from doseloop.ask.known import Known, known
from doseloop.ask.live_department import department_of_record, readers_of
from doseloop.ask.noted import answered_and_noted
from doseloop.ask.outcome import AskedBack, Declined, Outcome, Understood
from doseloop.ask.plan import Dimension, FilterField, Plan, PlanQuantity, Stat, canonical, plan_of
from doseloop.ask.plan_address import digest
from doseloop.ask.spoken import said_of
from doseloop.ask.validity import check
from doseloop.facts.engine import Facts
from doseloop.model.errors import Forbidden, NotAnswerable
from doseloop.model.quantities import BY_PLAN_NAME
from doseloop.store.accounts import is_active, scope_of
from doseloop.store.audit import Actor, record_change
from doseloop.web.mcp.told import AskedTold, DimensionTold, FiguresTold, MetricTold, PlanTold, ValuesTold

AGGREGATES: Final = frozenset(("aggregate", "distribution", "reference", "describe"))
"""What is answered: no single exam stands in it."""
MOST_VALUES: Final = 200
_NAMED: Final = ("scanner", "site", "procedure", "operator", "physician", "manufacturer", "protocol", "region")


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools for one account."""

    actor: Actor
    facts: Facts

    def scope(self) -> Scope:
        """What the account may see now. Errors: `Forbidden` without the right to see doses anywhere."""
        account = self.actor.account
        scope = scope_of(account, Right.SEE) if account is not None and is_active(account) else NOTHING
        if not (scope.every_site or scope.sites):
            raise Forbidden(f"{self.actor.name} may not see doses.")
        return scope

    def list_metrics(self) -> list[MetricTold]:
        """Statistics and quantities that plans name."""
        self.scope()
        self._note("used a tool", "statistics and quantities")
        stats = [MetricTold(name=one, kind="statistic", meaning=one.replace("_", " ")) for one in get_args(Stat)]
        return stats + [_quantity(one) for one in get_args(PlanQuantity)]

    def list_dimensions(self) -> list[DimensionTold]:
        """What plans group by and filter on."""
        self.scope()
        self._note("used a tool", "dimensions")
        groups, fields = get_args(Dimension), get_args(FilterField)
        return [
            DimensionTold(name=one, may_group=one in groups, may_filter=one in fields, has_values=one in _NAMED)
            for one in dict.fromkeys((*groups, *fields))
        ]

    def get_dimension_values(self, dimension: str, starts_with: str = "") -> ValuesTold:
        """Names within the account's scope. Errors: `NotAnswerable` for what has no names."""
        there = known(self.scope(), self.facts)
        if dimension not in _NAMED:
            raise NotAnswerable("underspecified", f"{dimension} has no list of values.", f"One of {', '.join(_NAMED)}.")
        self._note("used a tool", f"values of {dimension}")
        names = sorted({one for one in _names(there, dimension) if one.casefold().startswith(starts_with.casefold())})
        return ValuesTold(dimension=dimension, values=names[:MOST_VALUES], total=len(names))

    def validate_plan(self, plan: Mapping[str, Any]) -> PlanTold:
        """Whether a plan can be answered, with what is wrong and what to ask instead."""
        self.scope()
        made = plan_of(plan)
        self._note("used a tool", _of_plan(made))
        try:
            _require_aggregate(made)
            check(made)
        except NotAnswerable as error:
            return PlanTold(is_valid=False, plan=canonical(made), problem=error.said, offer=error.offer)
        return PlanTold(is_valid=True, plan=canonical(made), said=said_of(made))

    def query_doses(self, plan: Mapping[str, Any]) -> FiguresTold:
        """The answer to a plan. Errors: `UnusableInput` for what is no plan."""
        made = plan_of(plan)
        try:
            return FiguresTold(kind="answer", said=said_of(made), plan=canonical(made), answer=self._answer(made))
        except NotAnswerable as error:
            return FiguresTold(
                kind="decline", said=error.said, plan=canonical(made), reason=error.reason, offer=error.offer
            )

    def ask(self, text: str, previous_plan: Mapping[str, Any] | None = None) -> AskedTold:
        """A question in plain words, alone or as a change of the plan before."""
        readers = readers_of(department_of_record(self.scope(), self.facts, datetime.now(UTC)))
        before = plan_of(previous_plan) if previous_plan else None
        outcome, _ = readers.next_turn(Conversation((before,) if before else ()), text)
        told = self._became(outcome)
        if not isinstance(outcome, Understood):
            self._note("asked", "question", {"became": told.kind})  # without its words: they may name a patient
        return told

    def _note(self, action: str, subject: str, after: Mapping[str, Any] | None = None) -> None:
        record_change(self.actor, action, subject, after=after)

    def _became(self, outcome: Outcome) -> AskedTold:
        if isinstance(outcome, Understood):
            made, repairs = outcome.plan, [list(one) for one in outcome.repairs]
            try:
                answer = self._answer(made)
            except NotAnswerable as error:
                told = {"said": error.said, "reason": error.reason, "offer": error.offer}
                return AskedTold(kind="decline", plan=canonical(made), repairs=repairs, **told)
            return AskedTold(kind="answer", plan=canonical(made), said=said_of(made), answer=answer, repairs=repairs)
        if isinstance(outcome, AskedBack):
            options, words = list(outcome.options), list(outcome.words)
            return AskedTold(kind="clarify", reason=outcome.reason, field=outcome.field, options=options, words=words)
        if isinstance(outcome, Declined):
            return AskedTold(kind="decline", reason=outcome.reason, offer=outcome.offer)
        return AskedTold(kind="reset")

    def _answer(self, plan: Plan) -> dict[str, Any]:
        try:
            _require_aggregate(plan)
        except NotAnswerable as error:
            self._note("asked", _of_plan(plan), {"refused": error.reason})
            raise
        found = answered_and_noted(plan, self.scope(), self.facts, datetime.now(UTC), self.actor)
        held: dict[str, Any] = json.loads(json.dumps(as_json(found), default=str))
        return held


def _of_plan(plan: Plan) -> str:
    return f"plan {digest(plan)[:12]}"


def _require_aggregate(plan: Plan) -> None:
    if plan.intent not in AGGREGATES:
        raise NotAnswerable(
            "permission", "Single exams are not given to programs.", "The same figures grouped or counted."
        )


def _quantity(name: str) -> MetricTold:
    known_as = BY_PLAN_NAME.get(name)
    if known_as is None:
        return MetricTold(name=name, kind="quantity", meaning=name.replace("_", " "))
    return MetricTold(name=name, kind="quantity", meaning=known_as.name, unit=known_as.unit)


def _names(there: Known, dimension: str) -> list[str]:
    if dimension == "manufacturer":
        return list(there.manufacturers)
    if dimension == "region":
        return list(there.regions)
    if dimension == "protocol":
        return list(there.protocols)
    found: dict[str, list[str]] = {
        "scanner": [one.name for one in there.scanners],
        "site": [one.name for one in there.sites],
        "procedure": [one.name for one in there.procedures],
        "operator": [one.name for one in there.operators],
        "physician": [one.name for one in there.physicians],
    }
    return found[dimension]
