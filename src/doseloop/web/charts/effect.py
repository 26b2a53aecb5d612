"""An action's exams, one after the other, against what was usual before: medians, what was expected, and the interval."""

from collections.abc import Sequence
from datetime import datetime

from doseloop.assess.effect_points import EffectPoint, EffectPoints
from doseloop.model.effect_look import EffectLook
from doseloop.web.charts.palette import Option, frame, nice_top

MOST = 2_000
"""Exams that are drawn, the newest."""
_BEFORE, _SINCE, _LEFT_OUT, _EXPECTED = "--chart-1", "--chart-2", "--ink-3", "--above"


def option(found: EffectPoints, look: EffectLook, acted_at: datetime, symbol: str) -> Option:
    """Dots in per cent of the median before, at one size and of one group; the interval is a band from the action on."""
    points = found.points[-MOST:]
    chart = frame(f"{symbol} of {len(points)} exams in per cent of the median before what was changed.")
    chart["tooltip"] |= {"trigger": "item"}
    chart["xAxis"] = {"type": "time"}
    expected = 100 * (1 + look.expected)
    top = max([100.0, expected, *(100 * one.of_before for one in points)])
    chart["yAxis"] = {"type": "value", "min": 0, "max": nice_top([top]), "axisLabel": {"formatter": "{value} %"}}
    begin, end = (points[0].at, points[-1].at) if points else (acted_at, acted_at)
    series = [
        (_dots("before", [one for one in points if one.counts and not one.is_since], "circle"), _BEFORE),
        (_dots("since", [one for one in points if one.counts and one.is_since], "diamond"), _SINCE),
        (_dots("left out", [one for one in points if not one.counts], "emptyCircle"), _LEFT_OUT),
        (_line("median before", begin, acted_at, found.before), _BEFORE),
        (_line("median since", acted_at, end, found.since), _SINCE),
        (
            _line("expected", acted_at, end, 1 + look.expected) | {"lineStyle": {"type": "dashed", "width": 2}},
            _EXPECTED,
        ),
    ]
    kept = [(one, colour) for one, colour in series if one["data"]]
    chart["series"], chart["color"] = [one for one, _ in kept], [colour for _, colour in kept]
    if chart["series"]:
        chart["series"][0] |= _marks(look, acted_at, end)
    return chart


def _marks(look: EffectLook, acted_at: datetime, end: datetime) -> Option:
    label = {"formatter": "changed", "position": "insideEndTop"}
    line = {"symbol": "none", "silent": True, "label": label, "data": [{"xAxis": acted_at.isoformat()}]}
    if look.low is None or look.high is None:
        return {"markLine": line}
    corners = [
        {"name": "95 % interval", "xAxis": acted_at.isoformat(), "yAxis": _percent(1 + look.low)},
        {"xAxis": end.isoformat(), "yAxis": _percent(1 + look.high)},
    ]
    return {"markLine": line, "markArea": {"silent": True, "label": {"show": False}, "data": [corners]}}


def _dots(name: str, points: Sequence[EffectPoint], shape: str) -> Option:
    data = [[one.at.isoformat(), _percent(one.of_before)] for one in points]
    return {"type": "scatter", "name": name, "symbol": shape, "symbolSize": 7, "data": data}


def _line(name: str, begin: datetime, end: datetime, of_before: float | None) -> Option:
    data = [] if of_before is None else [[at.isoformat(), _percent(of_before)] for at in (begin, end)]
    return {"type": "line", "name": name, "symbol": "none", "lineStyle": {"width": 2}, "data": data}


def _percent(of_before: float) -> float:
    return round(100 * of_before, 1)
