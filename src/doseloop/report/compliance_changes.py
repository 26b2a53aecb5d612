"""What of a report would be otherwise if it were made from other data: each value with the old and the new."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from doseloop.model.level_figure import LevelFigure
from doseloop.report.compliance_report import ComplianceReport
from doseloop.report.table import Value

_COMPARED: Final = {
    "state": "State",
    "level": "Level",
    "median": "Median",
    "interval_low": "Interval from",
    "interval_high": "Interval to",
    "p25": "25th percentile",
    "p75": "75th percentile",
    "n": "Values",
    "n_patients": "Patients",
    "sizes_said": "Sizes",
    "n_provisional": "Left out, provisional",
    "n_outside_age": "Left out, age",
    "n_outside_size": "Left out, size",
    "n_other_phantom": "Left out, other phantom",
    "n_unknown_phantom": "Left out, phantom not known",
    "said": "What was said",
}
"""Fields of a figure that are compared, with their headings."""
DOSES: Final = frozenset({"level", "median", "interval_low", "interval_high", "p25", "p75"})
"""Those in the figure's own unit."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One value that differs; a figure that is in one report alone differs in its state, of which one side is None."""

    figure: LevelFigure
    """The new one where there is one, else the old."""
    field: str
    heading: str
    old: Value
    new: Value


def changes(old: ComplianceReport, new: ComplianceReport) -> tuple[FigureChange, ...]:
    """Every value that differs, in the order of the new report, then of what only the old one has."""
    before = {_key(one): one for one in old.figures}
    after = {_key(one): one for one in new.figures}
    found = [change for key, one in after.items() for change in _of_figure(before.get(key), one)]
    gone = (change for key, one in before.items() if key not in after for change in _of_figure(one, None))
    return (*found, *gone)


def _key(one: LevelFigure) -> tuple[int, str]:
    return one.scanner, one.level_id


def _of_figure(old: LevelFigure | None, new: LevelFigure | None) -> Iterator[FigureChange]:
    if old is None and new is not None:
        yield FigureChange(new, "state", _COMPARED["state"], None, new.state)
    if old is not None and new is None:
        yield FigureChange(old, "state", _COMPARED["state"], old.state, None)
    if old is None or new is None:
        return
    for field, heading in _COMPARED.items():
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            yield FigureChange(new, field, heading, before, after)
