"""A relation that should be one, exam by exam over time: where it left for a power of ten."""

from collections.abc import Iterable
from math import ceil, floor, log10

from doseloop.web.charts.palette import Option, frame


def option(points: Iterable[tuple[str, float]], since: str, until: str, name: str) -> Option:
    """A point for each exam (day, ratio) on a logarithmic scale, those that are to be repaired in another colour and shape."""
    listed = [(day, ratio) for day, ratio in points if ratio > 0]
    inside = [point for point in listed if since <= point[0] and (not until or point[0] <= until)]
    outside = [point for point in listed if point not in inside]
    chart = frame(f"{name} of {len(listed)} exams by day; {len(inside)} are to be repaired.")
    chart["tooltip"] |= {"trigger": "item", "formatter": "{a}: {c}"}
    chart["xAxis"] = {"type": "time"}
    logs = [log10(ratio) for _, ratio in listed] or [0.0]
    chart["yAxis"] = {
        "type": "log", "min": 10.0 ** min(-1, floor(min(logs))), "max": 10.0 ** max(1, ceil(max(logs))),
    }  # fmt: skip
    chart["series"] = [
        _series("fits", outside, "circle") | {"markLine": _where_it_fits()},
        _series("to be repaired", inside, "diamond"),
    ]
    return chart


def _series(name: str, points: list[tuple[str, float]], symbol: str) -> Option:
    rounded = [[day, float(f"{ratio:.3g}")] for day, ratio in points]
    return {"type": "scatter", "name": name, "symbol": symbol, "symbolSize": 8, "data": rounded}


def _where_it_fits() -> Option:
    label = {"formatter": "1", "position": "end"}
    return {"symbol": "none", "silent": True, "label": label, "data": [{"name": "fits", "yAxis": 1}]}
