"""Reference levels as lines of a chart. Several are numbered, since names would lie over each other; the page lists them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doseloop.facts.quantities import Quantity
from doseloop.model.quantities import converted
from doseloop.web.charts.palette import Option

_LONGEST = 12
"""Characters of a name beside a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A reference level as a line: its short name and its value in the quantity's own unit."""

    name: str
    value: float


def one_each(lines: Iterable[Line], most: int) -> tuple[Line, ...]:
    """One line for each of the first `most` values, with the names of all that have it, from the lowest on."""
    names: dict[float, dict[str, None]] = {}
    for line in lines:
        names.setdefault(line.value, {})[line.name] = None
    return tuple(Line(", ".join(names[value]), value) for value in sorted(list(names)[:most]))


def are_numbered(lines: Sequence[Line]) -> bool:
    """Whether the lines stand in the chart by numbers: a name alone has room, several have not."""
    return len(lines) > 1 or any(len(line.name) > _LONGEST for line in lines)


def mark_lines(lines: Sequence[Line], axis: str, quantity: Quantity, unit: str, position: str) -> Option:
    """The lines across `axis` (`xAxis`, `yAxis`), in `unit`, by their names or their places in the list."""
    named = [str(n) if are_numbered(lines) else line.name for n, line in enumerate(lines, start=1)]
    return {
        "symbol": "none",
        "silent": True,
        "label": {"formatter": "{b}", "position": position, "distance": 4},
        "data": [
            {"name": name, axis: converted(quantity, line.value, unit)} for name, line in zip(named, lines, strict=True)
        ],
    }
