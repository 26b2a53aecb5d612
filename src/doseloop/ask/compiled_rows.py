"""The rows that a plan is about, as Ibis tables: acquisitions, procedures within exams, or whole exams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import ibis
import ibis.expr.types as ir

from doseloop.ask.fields import PROCEDURAL, measure_of
from doseloop.ask.known import Known
from doseloop.ask.measures import MEASURES, Level
from doseloop.ask.period import Period
from doseloop.ask.plan import Plan
from doseloop.facts.engine import Session

_OF_EXAM: Final = ("sex", "height_m", "protocol_name")


@dataclass(frozen=True, slots=True)
class Ground:
    """What expressions are made over."""

    session: Session
    known: Known
    plan: Plan
    now: datetime
    """Wall clock of the site, naive."""

    @property
    def whole(self) -> Level:
        """What totals are of: procedures where the plan names any, else whole exams."""
        named = {*self.plan.group_by, *(one.field for one in self.plan.filters)}
        return "part" if named & PROCEDURAL else "exam"


def rows(ground: Ground, level: Level) -> ir.Table:
    """Every row of the level but those of excluded exams (phantom, test).

    `unit` tells rows apart, `exam_started_at` is the start of the exam: one exam never falls into two periods. `eligible` is not
    true of what is known from headers of images alone.
    """
    if level == "exam":
        return _exams(ground)
    table = ground.session.parts if level == "part" else _main(ground.session.events)
    counted = table.filter(table.excluded_as == "").mutate(unit=table[level if level == "part" else "event"])
    wanted = _wanted(ground.plan) & set(_OF_EXAM)
    if not wanted:
        return counted
    exams = ground.session.exams.select("exam", *sorted(wanted))
    return counted.left_join(exams, "exam").drop("exam_right")


def within(table: ir.Table, period: Period) -> ir.Table:
    """Rows of exams that started in the period."""
    if period.start is not None:
        table = table.filter(table.exam_started_at >= period.start)
    return table if period.end is None else table.filter(table.exam_started_at < period.end)


def _main(events: ir.Table) -> ir.Table:
    """Localisers and bolus tracking are no acquisitions that doses are compared by."""
    return events.filter(events.role == "main")


def _exams(ground: Ground) -> ir.Table:
    exams, parts = ground.session.exams, ground.session.parts
    counted = exams.filter(exams.excluded_as == "")
    estimated = parts.filter(~parts.eligible).select("exam").distinct().mutate(estimated=True)
    joined = counted.left_join(estimated, "exam").drop("exam_right")
    marked = joined.mutate(
        unit=joined.exam,
        exam_started_at=joined.started_at,
        eligible=joined.estimated.isnull(),
        procedure=ibis.null(str),
    )
    if not any(MEASURES[name].needs_phantom for name in totals_of(ground.plan)):
        return marked.mutate(phantom_cm=ibis.null("int64"))
    return marked.left_join(_phantoms(parts), "exam").drop("exam_right")


def _phantoms(parts: ir.Table) -> ir.Table:
    """The phantom of all of an exam's parts with a DLP; null where they differ, or one is not known."""
    told = parts.filter(parts.dlp_mgy_cm.notnull())
    found = told.group_by("exam").agg(
        low=told.phantom_cm.fill_null(0).min(), high=told.phantom_cm.fill_null(0).max(), least=told.phantom_cm.min()
    )
    return found.select("exam", phantom_cm=(found.low == found.high).ifelse(found.least, None))


def totals_of(plan: Plan) -> frozenset[str]:
    """The quantities of whole rows that it names or may mean."""
    named = {metric.quantity for metric in plan.metrics} | {measure_of(one.field) for one in plan.filters}
    unnamed = not plan.metrics or any(metric.quantity in (None, "default") for metric in plan.metrics)
    return frozenset(name for name, one in MEASURES.items() if not one.per_acquisition and (name in named or unnamed))


def _wanted(plan: Plan) -> set[str]:
    fields = {*plan.group_by, *(one.field for one in plan.filters)}
    wanted = {"sex"} & fields
    if "bmi" in fields:
        wanted.add("height_m")
    if {"protocol", "protocol_age_group"} & fields:
        wanted.add("protocol_name")
    return wanted
