"""What a plan groups by, as Ibis expressions whose values are keys; labels of keys are made where an answer is written."""

from collections.abc import Mapping
from typing import Final

import ibis
import ibis.expr.types as ir

from doseloop.ask.compiled_rows import Ground
from doseloop.ask.fields import DAY_HOURS, PEOPLE, THICKNESS_MM, WEIGHT_KG

PERIOD: Final = "period"
PHANTOM: Final = "phantom"
_TRUNCATED: Final = {"hour": "h", "day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def grouped(ground: Ground, table: ir.Table) -> tuple[ir.Table, tuple[str, ...]]:
    """The rows with one column for each group, and the columns' names; the period, where the plan has a grain, comes last.

    An exam that names two operators has two rows where the plan groups by them, and one that names none has one without a name.
    """
    for one in ground.plan.group_by:
        if one in PEOPLE:
            staff = ground.session.people.filter(lambda row, one=one: row.played == one, lambda row: row.is_one_person)
            table = table.left_join(staff.select("exam", "whom").distinct(), "exam").drop("exam_right")
    groups = {f"by_{one}": _key(ground, table, one) for one in ground.plan.group_by}
    if ground.plan.grain is not None:
        groups[f"by_{PERIOD}"] = table.exam_started_at.truncate(_TRUNCATED[ground.plan.grain]).cast("timestamp")
    return table.mutate(**groups), tuple(groups)


def _key(ground: Ground, table: ir.Table, dimension: str) -> ir.Value:
    match dimension:
        case "site" | "procedure":
            return table[dimension]
        case "modality" | "sex":
            return table[dimension].upper().nullif("")
        case "age_group":
            return table.age_band.nullif("")
        case "scanner":
            return _scanner(ground, table)
        case "manufacturer":
            makers = {
                key: each.manufacturer for each in ground.known.scanners for key in each.keys if each.manufacturer
            }
            return _by_label(table.scanner, _first_spelling(makers))
        case "region":
            regions = {each.key: " + ".join(sorted(each.regions)) for each in ground.known.procedures if each.regions}
            return _by_label(table.procedure, regions)
        case _:
            return _of_exam(table, dimension)


def _of_exam(table: ir.Table, dimension: str) -> ir.Value:
    match dimension:
        case "operator" | "physician":
            return table.whom
        case "protocol":
            return _protocol(table)
        case "weight_band":
            return _band(table.weight_kg, WEIGHT_KG)
        case "thickness_band":
            return _band(table.compression_thickness_mm, THICKNESS_MM)
        case _:
            return _of_start(table.exam_started_at, dimension)


def _of_start(start: ir.TimestampColumn, dimension: str) -> ir.Value:
    if dimension == "hour_of_day":
        return start.hour()
    if dimension == "weekday":
        return start.day_of_week.index()
    if dimension == "year":
        return start.year()
    hour = start.hour()
    return hour.isnull().ifelse(None, ((hour >= DAY_HOURS[0]) & (hour < DAY_HOURS[1])).ifelse("day", "night"))


def _protocol(table: ir.Table) -> ir.Value:
    if "protocol" in table.columns:
        return table.protocol.nullif("").fill_null(table.protocol_name.nullif(""))
    return table.protocol_name.nullif("")


def _scanner(ground: Ground, table: ir.Table) -> ir.Value:
    """Exams that still stand under another name of a scanner count with it."""
    merged = [each for each in ground.known.scanners if len(each.keys) > 1]
    if not merged:
        return table.scanner
    return ibis.cases(*((table.scanner.isin(sorted(each.keys)), each.key) for each in merged), else_=table.scanner)


def _by_label(column: ir.Value, labels: Mapping[int, str] | Mapping[str, str]) -> ir.Value:
    keys: dict[str, list[int | str]] = {}
    for key, label in labels.items():
        keys.setdefault(label, []).append(key)
    if not keys:
        return ibis.null(str)
    return ibis.cases(*((column.isin(sorted(these, key=str)), label) for label, these in sorted(keys.items())))


def _first_spelling(makers: Mapping[int, str]) -> dict[int, str]:
    """SIEMENS and Siemens are one maker."""
    spelled: dict[str, str] = {}
    for name in sorted(makers.values()):
        spelled.setdefault(name.casefold(), name)
    return {key: spelled[name.casefold()] for key, name in makers.items()}


def _band(value: ir.Value, edges: tuple[float, ...]) -> ir.Value:
    """How many of the edges the value reaches."""
    reached = (value >= edges[0]).cast("int64")
    for edge in edges[1:]:
        reached = reached + (value >= edge).cast("int64")
    return reached
