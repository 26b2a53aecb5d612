"""A control chart of one protocol: each exam in per cent of what is usual at its size, their running mean and the usual band.

Where there was an alarm it has that, and the dated beginning with its interval.
"""

import math
from typing import Any, Final

import numpy as np

from doseloop.assess.control_chart import EWMA_WEIGHT
from doseloop.assess.drift import Drift
from doseloop.assess.own_usual import Unusual
from doseloop.web.charts.palette import Option, frame, nice_top

SHOWN: Final = 400
"""The newest exams that are drawn."""
BAND_SDS: Final = 2
_USUAL: Final = 100.0


def option(name: str, unusual: Unusual, drift: Drift | None) -> Option:
    """Time across, per cent of the usual upwards."""
    first = max(0, len(unusual.at) - SHOWN)
    if drift is not None:
        first = min(first, next(place for place, at in enumerate(unusual.at) if at >= drift.earliest))
    at = [f"{moment:%Y-%m-%dT%H:%M}" for moment in unusual.at]
    exams = [_percent(one) for one in unusual.beyond]
    mean = [_percent(one) for one in running_mean(unusual)]
    low, high = band(unusual)
    chart = frame(f"{name}: {len(at)} exams in per cent of what was usual, with their running mean.")
    chart["xAxis"] = {"type": "time"}
    chart["yAxis"] = {"type": "value", "min": 0, "max": nice_top([*exams[first:], high])}
    chart["tooltip"] |= {"trigger": "item"}
    chart["series"] = [
        _series("Exams", "scatter", list(zip(at, exams, strict=True))[first:], symbolSize=4)
        | {"markArea": _area({"yAxis": round(low, 1)}, {"yAxis": round(high, 1)}, "--quiet-soft", "")},
        _series("Running mean", "line", list(zip(at, mean, strict=True))[first:], symbol="none")
        | (_marks(drift) if drift else {}),
    ]
    return chart


def running_mean(unusual: Unusual) -> list[float]:
    """Of the logarithms over what is usual, as the EWMA weighs them, from 0 on."""
    found, mean = [], 0.0
    for value in np.clip(unusual.beyond, -3 * unusual.log_sd, 3 * unusual.log_sd):
        mean += EWMA_WEIGHT * (float(value) - mean)
        found.append(mean)
    return found


def band(unusual: Unusual) -> tuple[float, float]:
    """Per cent of the usual between which about 95 % of the exams lie as a rule."""
    reach = BAND_SDS * unusual.log_sd
    return _USUAL * math.exp(-reach), _USUAL * math.exp(reach)


def factor_of(log: float) -> float:
    """The factor that a logarithm stands for."""
    return math.exp(log)


def _percent(log: float) -> float:
    return round(_USUAL * factor_of(float(log)), 1)


def _series(name: str, kind: str, data: list[tuple[str, float]], **rest: Any) -> Option:
    return {"type": kind, "name": name, "data": [list(one) for one in data], **rest}


def _marks(drift: Drift) -> Option:
    """The beginning as an area, the alarm as a line."""
    alarm = {"xAxis": f"{drift.alarm_at:%Y-%m-%dT%H:%M}", "label": {"formatter": "alarm"}}
    begun = ({"xAxis": f"{one:%Y-%m-%dT%H:%M}"} for one in (drift.earliest, drift.latest))
    return {
        "markArea": _area(next(begun), next(begun), "--caution-soft", "began"),
        "markLine": {"silent": True, "symbol": "none", "data": [alarm]},
    }


def _area(start: Option, end: Option, colour: str, name: str) -> Option:
    return {"silent": True, "colour": colour, "data": [[start | {"name": name}, end]]}
