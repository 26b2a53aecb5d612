"""A plan's conditions as Ibis expressions: values are literals of an expression tree, never text of a query."""

from collections.abc import Callable
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from doseloop.ask import names
from doseloop.ask.compiled_rows import Ground, rows, within
from doseloop.ask.fields import ADULT_YEARS, ELDERLY_YEARS, measure_of
from doseloop.ask.measures import MEASURES, Level, family
from doseloop.ask.period import Period
from doseloop.ask.plan import Filter
from doseloop.model.errors import NotAnswerable
from doseloop.reference.protocol_ages import made_for

LATE: Final = frozenset(("group_count", "exceeds", "is_outlier"))
"""What looks at groups or at reference levels, and is dealt with where those are known."""
_MADE_FOR: Final = {"adult": "adult", "paediatric": "child"}
_Condition = Callable[[Ground, Filter, Level, Period, ir.Table], ir.Table]


def filtered(ground: Ground, table: ir.Table, level: Level, period: Period, wanted: list[Filter]) -> ir.Table:
    """The rows that meet every condition but the late ones, of exams in the period."""
    table = within(table, period)
    for one in wanted:
        if one.field not in LATE:
            table = _CONDITIONS.get(one.field, _number)(ground, one, level, period, table)
    return table


def meets(column: ir.Value, one: Filter, factor: float = 1.0) -> ir.BooleanValue:
    """Whether a value meets a condition; one that is missing meets none but that it is."""
    match one.op:
        case "is_null":
            return column.isnull() if one.value else column.notnull()
        case "not_null":
            return column.notnull() if one.value else column.isnull()
        case "in":
            return column.isin(_scaled(one, factor))
        case "not_in":
            return column.notnull() & ~column.isin(_scaled(one, factor))
        case "between":
            low, high = _scaled(one, factor)
            return column.between(low, high)
        case _:
            (bound,) = _scaled(one, factor)
            relations = {"gt": column > bound, "gte": column >= bound, "lt": column < bound, "lte": column <= bound}
            return relations[one.op]


def _scaled(one: Filter, factor: float) -> list[Any]:
    values = one.value if isinstance(one.value, list) else [one.value]
    return [value if isinstance(value, str | bool) else float(value) * factor for value in values]


def _chosen(column: ir.Value, one: Filter, keys: frozenset[Any]) -> ir.BooleanValue:
    """Of names; what has none is not among those that are left out."""
    among = column.isin(sorted(keys)) if keys else ibis.literal(False)
    return among if one.op == "in" else ~among.fill_null(False)


def _or_missing(column: ir.Value, one: Filter, keys: Callable[[], frozenset[Any]]) -> ir.BooleanValue:
    if one.op in ("is_null", "not_null"):
        return meets(column, one)
    return _chosen(column, one, keys())


def _modality(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    asked = frozenset(str(each) for each in one.value) if isinstance(one.value, list) else frozenset()
    return table.filter(_or_missing(table.modality.nullif(""), one, lambda: family(asked)))


def _site(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(_or_missing(table.site, one, lambda: names.sites(one, ground.known)))


def _scanner(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(_or_missing(table.scanner, one, lambda: names.scanners(one, ground.known)))


def _manufacturer(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    if one.op in ("is_null", "not_null"):
        unnamed = frozenset(key for each in ground.known.scanners if not each.manufacturer for key in each.keys)
        return table.filter(_chosen(table.scanner, _in(one, (one.op == "is_null") == one.value), unnamed))
    return table.filter(_chosen(table.scanner, one, names.of_manufacturers(one, ground.known)))


def _procedure(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(_or_missing(table.procedure, one, lambda: names.procedures(one, ground.known)))


def _region(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(_or_missing(table.procedure, one, lambda: names.in_regions(one, ground.known)))


def _sex(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(meets(table.sex.upper().nullif(""), one))


def _age_group(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    if one.op in ("is_null", "not_null"):
        return table.filter(meets(table.age_years, one))
    of = {
        "paediatric": table.age_years < ADULT_YEARS,
        "adult": table.age_years >= ADULT_YEARS,
        "elderly": table.age_years >= ELDERLY_YEARS,
    }
    asked = ibis.or_(*(of[str(each)] for each in one.value)) if isinstance(one.value, list) else ibis.literal(False)
    return table.filter(asked if one.op == "in" else ~asked.fill_null(False))


def _hour(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(meets(table.exam_started_at.hour(), one))


def _weekday(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(meets(table.exam_started_at.day_of_week.index(), one))


def _weight(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(meets(table.weight_kg, one))


def _age(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    return table.filter(meets(table.age_years, one))


def _bmi(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    height = (table.height_m > 0).ifelse(table.height_m, None)
    return table.filter(meets(table.weight_kg / (height * height), one))


def _protocol(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    if one.op in ("is_null", "not_null"):
        return table.filter(meets(table.protocol_name.nullif(""), one))
    asked = [str(each).lower() for each in one.value] if isinstance(one.value, list) else []
    if level == "acquisition":
        named = table.protocol_name.lower().isin(asked) | table.protocol.lower().isin(asked)
        return table.filter(named if one.op == "in" else ~named.fill_null(False))
    events = ground.session.events
    used = within(events, period).filter(lambda row: row.protocol.lower().isin(asked)).select("exam").distinct()
    own = table.filter(table.protocol_name.lower().isin(asked)).select("exam").distinct()
    exams = own.union(used).distinct()
    return table.semi_join(exams, "exam") if one.op == "in" else table.anti_join(exams, "exam")


def _protocol_age_group(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    exams = ground.session.exams
    written = ground.session.records(exams.select("protocol_name").distinct())
    kinds = {row["protocol_name"]: made_for(row["protocol_name"]) for row in written if row["protocol_name"]}
    if one.op in ("is_null", "not_null"):
        told = frozenset(name for name, kind in kinds.items() if kind)
        return table.filter(_chosen(table.protocol_name, _in(one, (one.op == "not_null") == one.value), told))
    asked = {_MADE_FOR[str(each)] for each in one.value} if isinstance(one.value, list) else set()
    return table.filter(
        _chosen(table.protocol_name, one, frozenset(name for name, kind in kinds.items() if kind in asked))
    )


def _person(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    staff = ground.session.people.filter(lambda row: row.played == one.field, lambda row: row.is_one_person)
    if one.op in ("is_null", "not_null"):
        named = staff.select("exam").distinct()
        return table.semi_join(named, "exam") if (one.op == "not_null") == one.value else table.anti_join(named, "exam")
    theirs = staff.filter(staff.whom.isin(sorted(names.people(one, ground.known)))).select("exam").distinct()
    return table.semi_join(theirs, "exam") if one.op == "in" else table.anti_join(theirs, "exam")


def _cumulative(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    """By the sum over all exams of the patient in the period, whatever else the plan asks of those that it counts."""
    exams = within(rows(ground, "exam"), period)
    sums = exams.filter(exams.settled, exams.eligible).group_by("patient")
    summed = sums.agg(total=lambda row: row.effective_dose_estimate_msv.sum())
    return table.semi_join(summed.filter(meets(summed.total, one)), "patient")


def _number(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    """Of a quantity; of one that rows of another level have, where any row of theirs meets it."""
    measure = MEASURES[measure_of(one.field) or ""]
    own = measure.level(ground.whole)
    if own == level:
        return table.filter(meets(table[measure.column], one, measure.own_per_plan))
    key = "part" if ground.whole == "part" and "part" in table.columns else "exam"
    others = within(rows(ground, own), period)
    found = others.filter(meets(others[measure.column], one, measure.own_per_plan)).select(key).distinct()
    return table.semi_join(found, key)


def _contrast(ground: Ground, one: Filter, level: Level, period: Period, table: ir.Table) -> ir.Table:
    raise NotAnswerable(
        "no_such_data",
        "Whether contrast medium was given is not among the figures yet.",
        "Name a protocol that says so.",
    )


def _in(one: Filter, among: bool) -> Filter:
    return one.model_copy(update={"op": "in" if among else "not_in"})


_CONDITIONS: Final[dict[str, _Condition]] = {
    "modality": _modality,
    "site": _site,
    "scanner": _scanner,
    "manufacturer": _manufacturer,
    "procedure": _procedure,
    "region": _region,
    "sex": _sex,
    "age_group": _age_group,
    "hour_of_day": _hour,
    "weekday": _weekday,
    "weight_kg": _weight,
    "age_years": _age,
    "bmi": _bmi,
    "protocol": _protocol,
    "protocol_age_group": _protocol_age_group,
    "operator": _person,
    "physician": _person,
    "cumulative_effective_dose_msv": _cumulative,
    "contrast": _contrast,
}
