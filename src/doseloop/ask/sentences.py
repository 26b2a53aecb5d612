"""An answer in words, of the language's templates. Numbers come from the answer's own figures alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from doseloop.ask.answer import Column, Comparison, Table
from doseloop.ask.compiled_figures import Found
from doseloop.ask.compiled_groups import PERIOD, PHANTOM
from doseloop.ask.figures import COUNTS, SHARES, Figure
from doseloop.ask.measures import MEASURES
from doseloop.ask.period import Period
from doseloop.ask.plan import Filter, Plan
from doseloop.ask.tables import figure_name, symbol_of
from doseloop.ask.wording import dose, percent, words
from doseloop.model.quantities import NOT_RECORDED


def window(period: Period, now: datetime) -> str:
    """`from 1 October 2026 to 31 October 2026`: both days are of the period."""
    said = words()["windows"]
    if period.start is None or period.end is None:
        return str(said["all"])
    if period.end == now:
        return str(said["until_now"].format(first=_moment(period.start)))
    last = period.end - timedelta(days=1) if _is_day(period.end) else period.end
    form: str = said["day" if last == period.start else "days"]
    return form.format(first=_moment(period.start), last=_moment(last))


def where(plan: Plan) -> str:
    """The conditions in words, with commas around them; empty where there are none."""
    if not plan.filters:
        return ""
    return str(words()["sentences"]["where"].format(conditions=", ".join(map(condition, plan.filters))))


def condition(one: Filter) -> str:
    """`scanner CT1`, `weight in kg above 80`."""
    said = words()
    field = said["fields"].get(one.field) or said["dimensions"].get(one.field, one.field)
    values = [_value(one.field, each) for each in (one.value if isinstance(one.value, list) else [one.value])]
    op = one.op
    if op in ("is_null", "not_null") and one.value is False:
        op = "not_null" if op == "is_null" else "is_null"
    form: str = said["conditions"][op]
    return form.format(field=field, values=", ".join(values), value=values[0], low=values[0], high=values[-1])


def _value(field: str, value: object) -> str:
    said = words()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field == "weekday" and isinstance(value, int | float):
        return str(said["weekdays"][int(value)])
    if isinstance(value, str):
        known = {"sex": said["sexes"], "exceeds": said["sources"]}.get(field, {})
        return str(known.get(value, value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def figures_said(plan: Plan, figures: Sequence[Figure], table: Table, period: Period, now: datetime) -> str:
    """The figures of the one group, or the highest and the lowest of several."""
    said, context = words()["sentences"], {"where": where(plan), "window": window(period, now)}
    if not table.rows:
        return str(said["nothing"].format(**context))
    records = table.records()
    if len(records) == 1 and not (plan.group_by or plan.grain):
        told = "; ".join(figure_said(one, records[0]) for one in figures)
        return _capital(said["figures"].format(figures=told, **context))
    groups = [column for column in table.columns if column.kind == "group"]
    by = _listed([str(plan.grain) if column.key == PERIOD else column.label for column in groups])
    first = said["groups"].format(count=table.total, by=by, **context)
    return f"{first}{_ends(figures[0], table, records)}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def figure_said(one: Figure, values: Mapping[str, Any]) -> str:
    """`median DLP 612 mGy·cm (n = 84)`."""
    said, value = words()["sentences"], values.get(one.key)
    if one.stat in SHARES:
        part = values.get("with", values.get("above", values.get(f"without:{one.measure.name}" if one.measure else "")))
        whole = values.get("of", values.get(f"of:{one.measure.name}" if one.measure else ""))
        return str(said["share_of"].format(name=figure_name(one), value=percent(value), part=part, whole=whole))
    if one.measure is None:
        return str(said["figure"].format(name=figure_name(one), value=NOT_RECORDED if value is None else value))
    n = values.get(f"n:{one.measure.name}")
    return str(said["figure_n"].format(name=figure_name(one), value=shown_as(one, value), n=n or 0))


def shown_as(one: Figure, value: Any) -> str:
    """The value of a figure."""
    if one.stat in SHARES:
        return percent(value)
    if one.measure is None or one.stat in COUNTS:
        return NOT_RECORDED if value is None else str(value)
    return dose(one.measure.quantity.key, value)


def standings_said(source: str, comparison: Table) -> str:
    """How many medians are above, and how many are of too few."""
    said = words()
    if not comparison.rows:
        return str(said["sentences"]["no_standing"].format(source=said["sources"][source]))
    states = [str(row["standing:state"]) for row in comparison.records()]
    counted = ", ".join(
        f"{states.count(state)} {state}" for state in dict.fromkeys(said["states"].values()) if state in states
    )
    return str(
        said["sentences"]["standings"].format(count=comparison.total, source=said["sources"][source], states=counted)
    )


def beside_said(one: Comparison, figures: Sequence[Figure], now: datetime) -> str:
    """How the figures changed, where there is one group; else the period of the others."""
    if one.sentence:
        return one.sentence
    said, records = words()["sentences"], one.table.records()
    other = words()["others"][one.source]
    period = window(Period(one.start, one.end), now) if one.start else other
    told = [
        _change(each, records[0])
        for each in figures
        if len(records) == 1 and records[0].get(f"change:{each.key}") is not None
    ]
    form = "changed" if told else "nothing_before"
    if len(records) > 1:
        return str(said["changed"].format(other=other, window=period, changes=f"{len(records)} rows"))
    return str(said[form].format(other=other, window=period, changes="; ".join(told)))


def left_out_said(found: Found, least: int) -> list[tuple[str, int, str]]:
    """Why, how many, and in words."""
    said, told = words()["left_out"], []
    for key, n in found.left_out.items():
        why, _, name = key.partition(":")
        symbol = symbol_of(MEASURES[name]) if name in MEASURES else name
        told.append((why, n, str(said[why].format(n=n, symbol=symbol, field=_field(name), least=least))))
    return told


def _field(name: str) -> str:
    said = words()
    return str(said["fields"].get(name) or said["dimensions"].get(name, name))


def _change(one: Figure, values: Mapping[str, Any]) -> str:
    ratio = values.get(f"ratio:{one.key}")
    changed = NOT_RECORDED if ratio is None else f"{ratio:+.1%}"
    now, then = shown_as(one, values.get(one.key)), shown_as(one, values.get(f"other:{one.key}"))
    return str(words()["sentences"]["change"].format(name=figure_name(one), value=now, before=then, percent=changed))


def _ends(one: Figure, table: Table, records: Sequence[Mapping[str, Any]]) -> str:
    told = _comparable([row for row in records if row.get(one.key) is not None])
    if not told:
        return ""
    said = words()["sentences"]
    high, low = max(told, key=lambda row: row[one.key]), min(told, key=lambda row: row[one.key])
    groups = [_group(table.columns, row) for row in (high, low)]
    name, value = figure_name(one), shown_as(one, high[one.key])
    if len(told) == 1 or high[one.key] == low[one.key] or table.total > len(records):
        return " " + str(said["one_group"].format(group=groups[0], name=name, value=value))
    return " " + str(
        said["highest"].format(
            name=name, value=value, group=groups[0], low=shown_as(one, low[one.key]), low_group=groups[1]
        )
    )


def _comparable(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the phantom of the first: doses for others are neither higher nor lower."""
    return [row for row in records if row.get(PHANTOM) == records[0].get(PHANTOM)]


def _group(columns: Sequence[Column], row: Mapping[str, Any]) -> str:
    return ", ".join(_cell(row[one.key]) for one in columns if one.kind == "group")


def _cell(value: object) -> str:
    return _moment(value) if isinstance(value, datetime) else _day(value) if hasattr(value, "strftime") else str(value)


def _day(value: Any) -> str:
    return f"{value.day} {value:%B %Y}"


def _is_day(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _moment(moment: datetime) -> str:
    return _day(moment) if _is_day(moment) else f"{_day(moment)}, {moment:%H:%M}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
