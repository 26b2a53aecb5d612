"""Dose against image noise, a dot for each acquisition: one colour and shape for each of the most frequent protocols."""

from collections.abc import Sequence

from doseloop.facts.noise import NoisePoint, ProtocolNoise
from doseloop.facts.quantities import Quantity
from doseloop.model.quantities import QUANTITIES, converted
from doseloop.web.charts.palette import SERIES, Option, frame, nice_top

_SHAPES = ("circle", "rect", "triangle", "diamond", "pin", "arrow")
_REST = "--ink-3"
_BENEATH = 30
"""Pixels for the name of the axis."""


def option(points: Sequence[NoisePoint], protocols: Sequence[ProtocolNoise], quantity: Quantity, unit: str) -> Option:
    """Noise in HU across, dose upwards in `unit`; `protocols` in the order of colours, all after the sixth are one series."""
    symbol = QUANTITIES[quantity].symbol
    chart = frame(
        f"{symbol} in {unit} against noise in HU of {len(points)} acquisitions of {len(protocols)} protocols."
    )
    chart["tooltip"] |= {"trigger": "item"}
    chart["grid"]["bottom"] = _BENEATH
    chart["xAxis"] = {
        "type": "value", "min": 0, "max": nice_top(one.noise_hu for one in points), "name": "Noise, HU",
        "nameLocation": "middle", "nameGap": 26,
    }  # fmt: skip
    chart["yAxis"] = {
        "type": "value", "min": 0, "max": nice_top(converted(quantity, one.dose, unit) for one in points),
    }  # fmt: skip
    axes = ["Noise, HU", f"{symbol}, {unit}"]
    several = len({one.phantom_cm for one in protocols}) > 1
    named = {(one.protocol, one.phantom_cm): called(one, with_phantom=several) for one in protocols[: len(SERIES)]}
    of_series: dict[str, list[list[float]]] = {name: [] for name in named.values()}
    rest: list[list[float]] = []
    for one in points:
        name = named.get((one.protocol, one.phantom_cm))
        (rest if name is None else of_series[name]).append(_dot(one, quantity, unit))
    chart["series"] = [
        _series(name, dots, _SHAPES[place], axes) for place, (name, dots) in enumerate(of_series.items())
    ]
    if rest:
        chart["series"].append(_series("other protocols", rest, "emptyCircle", axes))
    chart["color"] = [*SERIES[: len(of_series)], _REST]
    return chart


def called(one: ProtocolNoise, *, with_phantom: bool) -> str:
    """What a protocol is called in the chart and its table; with its phantom where those of others differ."""
    name = one.protocol or "no protocol named"
    if not with_phantom:
        return name
    return f"{name}, {one.phantom_cm} cm phantom" if one.phantom_cm else f"{name}, unknown phantom"


def _dot(one: NoisePoint, quantity: Quantity, unit: str) -> list[float]:
    return [float(f"{one.noise_hu:.3g}"), float(f"{converted(quantity, one.dose, unit):.4g}")]


def _series(name: str, dots: list[list[float]], symbol: str, axes: list[str]) -> Option:
    return {
        "type": "scatter", "name": name, "symbol": symbol, "symbolSize": 7, "data": dots, "dimensions": axes,
        "encode": {"x": 0, "y": 1, "tooltip": [0, 1]},
    }  # fmt: skip
