"""What the page shows of an answer: its sentence, chart and tables, and everything that it rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from doseloop.access.scope import Scope
from doseloop.ask.answer import Answer, Comparison, Table, Value
from doseloop.ask.answering import answered
from doseloop.ask.plan import Plan
from doseloop.ask.plan_address import to_address
from doseloop.ask.wording import words
from doseloop.model.errors import NotAnswerable
from doseloop.model.quantities import QUANTITIES
from doseloop.web.ask_tables import held_apart, table_of, unit_shown
from doseloop.web.charts import answer as answer_chart
from doseloop.web.charts.level_lines import Line, one_each
from doseloop.web.clock import now_here
from doseloop.web.facts import the_facts
from doseloop.web.tables import PageTable, page_table

_MOST_LINES: Final = 4
MOST_ROWS: Final = 200
"""Rows of an answer that the page draws; the files have all."""
_PARTS: Final = {
    "time": "the period", "compare": "the comparison", "group_by": "the split", "metrics": "the figures", "grain": "the trend",
    "order": "the order", "limit": "how many", "chart": "the chart",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as the page has it."""

    id: str
    title: str
    unit: str
    option: Mapping[str, Any]
    rows: int | None
    lines: tuple[str, ...]
    """What numbered lines of levels are."""
    undrawn: int
    """Series that have no colour of their own and stand in the table alone."""
    table: PageTable | None
    """The numbers, where they are not those of the answer's table."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A comparison as the page has it."""

    title: str
    table: PageTable
    others: PageTable
    """Levels for which nobody was there."""


def address_of(plan: Plan, question: str = "") -> str:
    """The address that reproduces the answer."""
    query = {"plan": to_address(plan), **({"q": question} if question else {})}
    return f"{reverse('ask')}?{urlencode(query)}"


def shown(
    answer: Answer, plan: Plan, scope: Scope, units: Mapping[str, str], exports: Mapping[str, str]
) -> dict[str, Any]:
    """The context of an answer."""
    return {
        "answer": answer,
        "table": page_table(table_of(_first_rows(answer.table), units, "answer", "The answer in numbers"), exports),
        "besides": [_beside(one, units) for one in answer.comparisons if one.table.rows],
        "charts": [one for one in (_chart(answer, plan, units), _trend(answer, plan, scope, units)) if one is not None],
        "window": _window(answer),
    }


def _first_rows(found: Table) -> Table:
    return replace(found, rows=found.rows[:MOST_ROWS])


def _beside(one: Comparison, units: Mapping[str, str]) -> Beside:
    title = {**words()["sources"], **words()["others"]}[one.source]
    some, none = (page_table(table_of(each, units, one.source, title)) for each in held_apart(one.table))
    return Beside(f"Beside the {title}", some, none)


def _chart(answer: Answer, plan: Plan, units: Mapping[str, str]) -> Drawn | None:
    chart = answer.chart
    if chart is None or not any(one.points for one in chart.series):
        return None
    unit = unit_shown(chart.quantity, units) if chart.quantity else ("%" if "share" in chart.y_label else "")
    lines = _lines(answer, chart.quantity)
    title = (
        f"{_capital(chart.y_label)} by {chart.x_label}"
        if chart.kind != "histogram"
        else f"Distribution of {chart.x_label}"
    )
    drawn = answer_chart.option(chart, unit, lines, plan.grain)
    return Drawn("chart-answer", title.replace("by from", "over time"), unit, drawn, answer_chart.rows_of(chart), _named(lines),
                 answer_chart.undrawn(chart), None)  # fmt: skip


def _trend(answer: Answer, plan: Plan, scope: Scope, units: Mapping[str, str]) -> Drawn | None:
    """What one figure was over the period, where the question has no course of its own."""
    if plan.intent != "aggregate" or plan.group_by or plan.grain or plan.chart != "auto" or not answer.n:
        return None
    each = _grain(answer)
    asked = plan.model_copy(update={"grain": each, "compare": [], "order": None, "limit": None})
    try:
        course = answered(asked, scope, the_facts(), now_here())
    except NotAnswerable:
        return None
    chart = course.chart
    if chart is None or len(course.table.rows) < 2:
        return None
    unit = unit_shown(chart.quantity, units) if chart.quantity else ""
    lines = _lines(answer, chart.quantity)
    numbers = page_table(table_of(course.table, units, "trend", "The trend in numbers"))
    return Drawn("chart-trend", f"Trend: {chart.y_label} by {each}", unit, answer_chart.option(chart, unit, lines, each), None,
                 _named(lines), 0, numbers)  # fmt: skip


def _grain(answer: Answer) -> str:
    if answer.start is None or answer.end is None:
        return "month"
    length = answer.end - answer.start
    if length <= timedelta(days=14):
        return "day"
    return "week" if length <= timedelta(days=190) else "month"


def _lines(answer: Answer, quantity: str | None) -> tuple[Line, ...]:
    """The levels of this quantity that somebody's median stands beside."""
    found = []
    for one in answer.comparisons:
        if one.kind == "reference" and quantity:
            for row in one.table.records():
                if row.get("standing:n") and str(row["standing:quantity"]).startswith(
                    f"{QUANTITIES[quantity].symbol},"
                ):
                    found.append(
                        Line(
                            f"{words()['sources'][one.source]}, {row['standing:level_of']}",
                            _float(row["standing:level"]),
                        )
                    )
    return one_each(found, _MOST_LINES)


def _float(value: Value) -> float:
    return float(str(value))


def _named(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(one.name for one in lines)


def _window(answer: Answer) -> str:
    if answer.start is None or answer.end is None:
        return "the whole record"
    asked = answer.asked_at.replace(tzinfo=None)
    last = answer.end if answer.end > asked or _has_time(answer.end) else answer.end - timedelta(days=1)
    return f"{_day(answer.start)} to {_day(last)}"


def _has_time(moment: datetime) -> bool:
    return bool(moment.hour or moment.minute)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def kept_said(kept: Iterable[str]) -> str:
    """What a follow-up left as it was, in words."""
    said = {**words()["fields"], **words()["dimensions"], **_PARTS}
    named = (one.removeprefix("filter ").removeprefix("filter:") for one in kept)
    return ", ".join(str(said.get(one, one.replace("_", " "))) for one in dict.fromkeys(named) if one != "intent")
