"""Exams of a day by hour, one stack for each scanner."""

from collections.abc import Mapping

from doseloop.facts.today import Day
from doseloop.web.charts.palette import Option, frame


def option(figures: Day, names: Mapping[int, str], hour_now: int) -> Option:
    """Bars from the first hour with an exam (06:00 at the latest) to now; every scanner of `names` (by key) keeps its colour."""
    first = min((count.hour for count in figures.hours), default=6)
    hours = range(min(first, 6), max(hour_now, 18, *(count.hour for count in figures.hours)) + 1)
    counts = {(count.scanner, count.hour): count.exams for count in figures.hours}
    sent = [key for key in names if any((key, hour) in counts for hour in hours)]
    chart = frame(f"{figures.exams} exams on {figures.date}, by hour and scanner.")
    chart["tooltip"] |= {"trigger": "axis", "axisPointer": {"type": "shadow"}}
    chart["xAxis"] = {"type": "category", "data": [f"{hour:02}" for hour in hours], "axisTick": {"show": False}}
    chart["yAxis"] = {"type": "value", "minInterval": 1}
    chart["series"] = [
        {
            "type": "bar",
            "stack": "exams",
            "name": names[key],
            "barMaxWidth": 28,
            "data": [counts.get((key, hour), 0) for hour in hours],
        }
        for key in sent
    ]
    return chart
