"""How many exams of each scanner's days have the fields that a report should have, as the rule `worse-reports` follows them."""

from collections import defaultdict
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.assess.worse_reports import FIELDS, FieldDay
from doseloop.facts.engine import Facts, Session
from doseloop.facts.people import Played
from doseloop.facts.windows import Window

_OF_OBJECT = ("", "object")
"""Sources of a size that the exam's own objects tell: what a file filled in is no merit of the report."""


def field_days(facts: Facts, scope: Scope, window: Window) -> Mapping[int, tuple[FieldDay, ...]]:
    """By scanner the days of each field with exams that could have it; settled exams that are not excluded.

    Names of operators are counted where the scope shows people, and else told of no exam.
    """
    with facts.session(scope) as session:
        exams = _with_fields(session, window)
        # As numbers: a sum of nulls is null, and of booleans is none on every engine.
        counts = {f"n_{field}": exams[field].cast("int64").sum().coalesce(0) for field in FIELDS}
        of = {f"of_{field}": exams[field].count() for field in FIELDS}
        rows = session.records(exams.group_by("scanner", "day").agg(**counts, **of).order_by("scanner", "day"))
    found: dict[int, list[FieldDay]] = defaultdict(list)
    for row in rows:
        days = (FieldDay(row["day"], field, row[f"n_{field}"], row[f"of_{field}"]) for field in FIELDS)
        found[row["scanner"]] += [one for one in days if one.of]
    return {scanner: tuple(days) for scanner, days in found.items()}


def _with_fields(session: Session, window: Window) -> ir.Table:
    """Each exam with a column for each field: whether it has it, null where it could not."""
    exams = session.exams
    dated = (exams.started_at >= window.first_moment) & (exams.started_at < window.end_moment)
    chosen = exams.filter(dated, exams.settled, exams.excluded_as == "")
    named = session.people.filter(session.people.played == Played.OPERATOR).select("exam").distinct()
    exposed = _technique(session)
    joined = chosen.left_join(named.mutate(is_named=True), "exam").left_join(exposed, "exam")
    asks_size = chosen.modality != "MG"
    nothing = ibis.null("boolean")
    return joined.select(
        "scanner",
        day=chosen.started_at.date(),
        weight=asks_size.ifelse(_is_told(chosen.weight_kg, chosen.weight_source), nothing),
        height=asks_size.ifelse(_is_told(chosen.height_m, chosen.height_source), nothing),
        operator=joined.is_named.notnull() if session.scope.operators else nothing,
        protocol=chosen.protocol_name != "",
        technique=joined.technique,
    )


def _is_told(value: ir.Value, source: ir.Value) -> ir.BooleanValue:
    return value.notnull() & source.isin(_OF_OBJECT)


def _technique(session: Session) -> ir.Table:
    """By exam with exposures, whether every one has voltage, current (or their product with time) and time."""
    events = session.events.filter(session.events.kind.isin(["ct", "projection"]))
    timed = events.tube_current_ma.notnull() & events.exposure_time_ms.notnull()
    whole = events.kvp.notnull() & (timed | events.exposure_mas.notnull())
    return events.group_by("exam").agg(technique=whole.all())
