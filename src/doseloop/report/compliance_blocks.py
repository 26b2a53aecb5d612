"""The figures of a report as its pages show them: by procedure, within it by patients and quantity, within that by level."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from doseloop.model.level_figure import LevelFigure
from doseloop.model.quantities import QUANTITIES, number_shown, shown
from doseloop.report.compliance_report import ComplianceReport, ReportedLevel
from doseloop.report.compliance_tables import set_named
from doseloop.report.compliance_words import verification_said

_ROOM = 1.12
"""How much further than its greatest value a strip reaches."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Where things lie on a line, as shares of its length."""

    level: float
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ScannerLine:
    """One scanner against a level, as text in the unit of the part."""

    scanner: str
    state: str
    close: bool
    median: str
    interval: str
    patients: str
    values: str
    """How many values they have, where those are more than the patients; else empty."""
    sizes: str
    said: str
    strip: Strip


@dataclass(frozen=True, slots=True)
class LevelBlock:
    """A level and its scanners."""

    value: str
    named: str
    verification: str
    narrowed: str
    """What the level is for beyond procedure, patients and quantity."""
    lines: tuple[ScannerLine, ...]


@dataclass(frozen=True, slots=True)
class PartBlock:
    """One quantity of one group of patients."""

    heading: str
    unit: str
    levels: tuple[LevelBlock, ...]


@dataclass(frozen=True, slots=True)
class ProcedureBlock:
    """One procedure."""

    name: str
    modality: str
    parts: tuple[PartBlock, ...]


def blocks(report: ComplianceReport) -> tuple[ProcedureBlock, ...]:
    """Every procedure with figures, in the order of the report."""
    levels = {one.id: one for one in report.levels}
    return tuple(
        ProcedureBlock(name, modality, tuple(_parts(report, list(figures), levels)))
        for (modality, name), figures in groupby(report.figures, key=lambda one: (one.modality, one.procedure_name))
    )


def _parts(
    report: ComplianceReport, figures: list[LevelFigure], levels: dict[str, ReportedLevel]
) -> Iterator[PartBlock]:
    for (group, quantity), found in groupby(figures, key=lambda one: (one.group, one.quantity)):
        listed, unit = list(found), report.unit(quantity)
        furthest = max(_furthest(one) for one in listed) * _ROOM or 1.0
        made = tuple(
            _level(list(one), unit, furthest, levels) for _, one in groupby(listed, key=lambda one: one.level_id)
        )
        known = QUANTITIES[quantity]
        yield PartBlock(f"{known.symbol}, {group}", unit, made)


def _level(figures: list[LevelFigure], unit: str, furthest: float, levels: dict[str, ReportedLevel]) -> LevelBlock:
    one = figures[0]
    return LevelBlock(
        value=shown(one.quantity, one.level, unit), named=set_named(one),
        verification=verification_said(one.verification), narrowed=_narrowed(one, levels[one.level_id]),
        lines=tuple(_line(each, unit, furthest) for each in figures),
    )  # fmt: skip


def _narrowed(one: LevelFigure, level: ReportedLevel) -> str:
    kinds = {"DRL_proposed": "proposed level", "achievable": "achievable value", "p25": "25th percentile"}
    phantom = f"{level.phantom_cm} cm phantom" if level.phantom_cm else ""
    status = "" if one.status == "current" else one.status
    told = (kinds.get(one.kind, ""), one.indication or "", ", ".join(level.views), phantom, status)
    return "; ".join(filter(None, told))


def _line(one: LevelFigure, unit: str, furthest: float) -> ScannerLine:
    def number(value: float | None) -> str:
        return number_shown(one.quantity, value, unit)

    def share(value: float | None) -> float | None:
        return None if value is None else value / furthest

    interval = f"{number(one.interval_low)} to {number(one.interval_high)}" if one.interval_low is not None else "–"
    values = "" if one.n == one.n_patients else f"{one.n} values"
    said = f"{one.said} ({one.said_by})" if one.said else ""
    strip = Strip(one.level / furthest, share(one.median), share(one.interval_low), share(one.interval_high))
    return ScannerLine(
        one.scanner_name,
        one.state,
        one.close,
        number(one.median),
        interval,
        str(one.n_patients),
        values,
        f"{one.sizes}, {one.sizes_said}" if one.n else "",
        said,
        strip,
    )


def _furthest(one: LevelFigure) -> float:
    return max(one.level, one.median or 0.0, one.interval_high or 0.0)
