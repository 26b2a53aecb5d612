"""Drift of a scanner as its page shows it: a chart of each series, and all of them as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from doseloop.assess.drift import Drift
from doseloop.assess.own_usual import STAGES, Unusual
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Column, Row, Table
from doseloop.store.drifts import SeriesShown
from doseloop.web.charts import control
from doseloop.web.charts.palette import Option
from doseloop.web.clock import day_shown

CHARTS: Final = 6
"""Charts of one page."""
_COLUMNS: Final = (
    Column("series", "Protocol"),
    Column("quantity", "Quantity"),
    Column("state", "State", "state"),
    Column("exams", "Exams", "number"),
    Column("scatter", "Usual scatter", "number", "%"),
    Column("shift", "Shift", "number", "%"),
    Column("since", "Since"),
    Column("between", "Began"),
    Column("alarm", "Alarm"),
    Column("begun", "Usual from"),
)
DRIFTED: Final = "drifted"
AS_USUAL: Final = "as usual"


@dataclass(frozen=True, slots=True)
class ControlChart:
    """One chart with what it says."""

    key: str
    """Of its script block."""
    name: str
    symbol: str
    chart: Option
    sentence: str
    drifted: bool


def charts(found: Sequence[SeriesShown]) -> tuple[ControlChart, ...]:
    """Of those of which enough is known."""
    return tuple(
        _chart(place, one, one.watched.unusual, one.watched.drift)
        for place, one in enumerate(found)
        if one.watched is not None
    )


def _chart(place: int, one: SeriesShown, unusual: Unusual, drift: Drift | None) -> ControlChart:
    series = one.series
    low, high = control.band(unusual)
    size = "at the patients’ weights" if unusual.is_sized else "of all sizes, since too few exams have a weight"
    usual = f"Usual {size}: {low:.0f} to {high:.0f} %, by exams from {day_shown(unusual.learnt_from.date())} on."
    return ControlChart(
        key=f"chart-drift-{place}",
        name=series.protocol,
        symbol=QUANTITIES[series.quantity].symbol,
        chart=control.option(series.protocol, unusual, drift),
        sentence=f"{_told(drift)} {usual}" if drift else usual,
        drifted=drift is not None,
    )


def _told(drift: Drift) -> str:
    return (
        f"{abs(_shift(drift)):.0f} % {'above' if drift.shift > 0 else 'below'} since about {day_shown(drift.since.date())} "
        f"({_between(drift)}); alarm on {day_shown(drift.alarm_at.date())} by the {drift.chart}."
    )


def table(scanner: int, found: Iterable[SeriesShown]) -> Table:
    """One row a series."""
    return Table(f"drift-of-scanner-{scanner}", "Drift by protocol", _COLUMNS, map(_row, found))


def _row(one: SeriesShown) -> Row:
    watched, series = one.watched, one.series
    drift = watched.drift if watched else None
    known = len(series.exams)
    first = date.fromisoformat(one.begun) if one.begun else watched.unusual.learnt_from.date() if watched else None
    return Row(
        (
            series.protocol,
            QUANTITIES[series.quantity].symbol,
            _state(one),
            known,
            round(100 * watched.unusual.log_sd, 1) if watched else None,
            round(_shift(drift), 1) if drift else None,
            day_shown(drift.since.date()) if drift else None,
            _between(drift) if drift else None,
            day_shown(drift.alarm_at.date()) if drift else None,
            day_shown(first) if first else None,
        ),
        tones={"state": {DRIFTED: "above", AS_USUAL: "good"}.get(_state(one), "quiet")},
        notes={
            "state": "" if watched else f"{known} of {STAGES[0] + 1} exams",
            "begun": "new usual" if one.begun else "",
        },
    )


def _state(one: SeriesShown) -> str:
    if one.watched is None:
        return "learning"
    return DRIFTED if one.watched.drift else AS_USUAL


def _shift(drift: Drift) -> float:
    return float(100 * (control.factor_of(drift.shift) - 1))


def _between(drift: Drift) -> str:
    first, last = drift.earliest.date(), drift.latest.date()
    return "within that day" if first == last else f"between {day_shown(first)} and {day_shown(last)}"
