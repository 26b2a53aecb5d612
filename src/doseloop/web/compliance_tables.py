"""Compliance as pages show it and as files hold it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from doseloop.assess.level_words import group_said
from doseloop.model.level_figure import LevelFigure
from doseloop.model.quantities import QUANTITIES, shown
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.procedures import catalogue
from doseloop.report.compliance import Cell, Compared, Compliance
from doseloop.report.compliance_report import STATES
from doseloop.report.compliance_tables import TONES
from doseloop.report.table import Column, Row, Table, Value
from doseloop.web.compliance_view import ComplianceView


@dataclass(frozen=True, slots=True)
class Line:
    """One level of the matrix."""

    level: ReferenceLevel
    source: LevelSet
    name: str
    symbol: str
    group: str
    judges: bool
    """False for achievable values and 25th percentiles, which are shown beside."""
    fits: tuple[SafeString, ...]
    """A cell for each scanner: a page of thousands has no time for a template of each."""


@dataclass(frozen=True, slots=True)
class Block:
    """A procedure with its levels."""

    key: str
    name: str
    lines: tuple[Line, ...]


def modalities(found: Compliance) -> tuple[str, ...]:
    """Those that any level with values is for."""
    return tuple(dict.fromkeys(one.level.modality for one in found.compared))


def scanners_of(found: Compliance, modality: str) -> dict[int, str]:
    """Scanners with any cell of a modality, by name."""
    present = {key for one in found.compared if one.level.modality == modality for key in one.cells}
    return {key: name for key, name in found.scanners.items() if key in present}


def blocks(found: Compliance, modality: str, view: ComplianceView) -> tuple[Block, ...]:
    """The matrix of a modality."""
    scanners = scanners_of(found, modality)
    grouped: dict[str, list[Line]] = {}
    for one in found.compared:
        if one.level.modality == modality:
            grouped.setdefault(one.level.procedure or "", []).append(_line(found, one, scanners, view))
    return tuple(Block(key, catalogue().name_of(key), tuple(lines)) for key, lines in grouped.items())


def counted(found: Compliance) -> dict[str, int]:
    """How many groups are in each state, against levels that judge."""
    states = [cell.standing.state for one in found.compared if one.level.is_level for cell in one.cells.values()]
    return {state: states.count(state) for state in STATES}


def cell_address(scanner: int, level: ReferenceLevel, view: ComplianceView) -> str:
    """Address of one cell in depth."""
    return f"{_root()}{scanner}/{level.id}/?{view.query}"


@cache
def _root() -> str:
    # Made once: a page has thousands of these addresses.
    return reverse("compliance")


def to_look_at(found: Compliance, view: ComplianceView, units: Mapping[str, str]) -> Table:
    """The groups above their level or suspiciously low, the farthest first."""
    columns = (
        Column("procedure", "Procedure"),
        Column("scanner", "Scanner"),
        Column("group", "Patients"),
        Column("quantity", "Quantity"),
        Column("median", "Median"),
        Column("level", "Level"),
        Column("ratio", "Of the level", "number", "%"),
        Column("state", "State", "state"),
        Column("said", "What was said"),
    )
    rows = [
        (one, cell)
        for one in found.compared
        for cell in one.cells.values()
        if (one.level.is_level and cell.standing.state == "above") or cell.standing.state == "low"
    ]
    rows.sort(key=lambda pair: -abs((pair[1].standing.median or 0.0) / pair[0].level.value - 1))
    return Table("compliance", "Groups to look at", columns, (_look(found, view, units, *pair) for pair in rows))


def figure_table(figures: Iterable[LevelFigure]) -> Table:
    """Every figure, for a file: own units, unrounded."""
    columns = tuple(Column(name, title, kind) for name, title, kind in _FIGURES)  # type: ignore[arg-type]
    rows = (Row(tuple(_value(getattr(one, name)) for name, _, _ in _FIGURES)) for one in figures)
    return Table("compliance-figures", "Compliance", columns, rows)


_FIGURES: Final = (
    ("site", "Site", "text"),
    ("scanner_name", "Scanner", "text"),
    ("modality", "Modality", "text"),
    ("procedure", "Procedure key", "text"),
    ("procedure_name", "Procedure", "text"),
    ("group", "Patients", "text"),
    ("indication", "Indication", "text"),
    ("quantity", "Quantity", "text"),
    ("per", "Per", "text"),
    ("level_id", "Level key", "text"),
    ("set_title", "Set", "text"),
    ("country", "Country", "text"),
    ("authority", "Authority", "text"),
    ("year", "Year", "number"),
    ("status", "Status", "text"),
    ("verification", "Verification", "text"),
    ("usable_when_signed", "Usable when signed", "text"),
    ("kind", "Kind", "text"),
    ("level", "Level", "number"),
    ("state", "State", "text"),
    ("close", "Interval holds the level", "text"),
    ("median", "Median", "number"),
    ("interval_low", "Interval from", "number"),
    ("interval_high", "Interval to", "number"),
    ("p25", "25th", "number"),
    ("p75", "75th", "number"),
    ("n", "Values", "number"),
    ("n_patients", "Patients counted", "number"),
    ("least", "Patients needed", "number"),
    ("enough_on", "Enough on", "time"),
    ("sizes", "Sizes", "text"),
    ("sizes_said", "Sizes of the values", "text"),
    ("n_provisional", "Provisional", "number"),
    ("n_outside_age", "Other or unknown age", "number"),
    ("n_outside_size", "Other or unknown size", "number"),
    ("n_other_phantom", "Other phantom", "number"),
    ("n_unknown_phantom", "Unknown phantom", "number"),
    ("sentences", "Why", "text"),
    ("said", "What was said", "text"),
    ("said_by", "By", "text"),
    ("first_day", "First day", "time"),
    ("last_day", "Last day", "time"),
    ("data_state", "Data state", "number"),
)


def _value(value: object) -> Value:
    return " ".join(value) if isinstance(value, tuple) else value  # type: ignore[return-value]


def _line(found: Compliance, one: Compared, scanners: Mapping[int, str], view: ComplianceView) -> Line:
    fits = tuple(_fit(found, one, key, name, view) for key, name in scanners.items())
    named = f"{one.source.country} {one.source.year}"
    group = group_said(one.level.group)
    return Line(one.level, one.source, named, QUANTITIES[one.level.quantity].symbol, group, one.level.is_level, fits)


def _fit(found: Compliance, one: Compared, scanner: int, name: str, view: ComplianceView) -> SafeString:
    cell = one.cells.get(scanner)
    if cell is None:
        return _NO_FIT
    return format_html(
        '<td class="fit fit--{}" data-label="{}"><a href="{}"><span class="fit__value">{}</span>'
        '<span class="fit__note">{}</span></a></td>',
        _tone(one.level, cell),
        name,
        cell_address(scanner, one.level, view),
        _value_said(found, one.level, cell),
        _note_said(one.level, cell),
    )


_NO_FIT: Final = mark_safe('<td class="fit fit--none blank"><span class="none">–</span></td>')


def _value_said(found: Compliance, level: ReferenceLevel, cell: Cell) -> str:
    match cell.standing.state:
        case "too few":
            return f"{cell.standing.n_patients} of {found.settings.least(level)}"
        case "no verdict":
            return "?"
    return f"{_percent(level, cell)} %"


def _note_said(level: ReferenceLevel, cell: Cell) -> str:
    stands = cell.standing
    told: list[str] = (
        [] if stands.state == "within" or (stands.state == "above" and not level.is_level) else [stands.state]
    )
    told += ["close"] if stands.is_close else []
    told += ["said why"] if cell.explanation else []
    return ", ".join(told) or f"n {stands.n_patients}"


def _tone(level: ReferenceLevel, cell: Cell) -> str:
    """Exceeding an achievable value is no fault."""
    state = cell.standing.state
    return "quiet" if state == "above" and not level.is_level else TONES[state]


def _percent(level: ReferenceLevel, cell: Cell) -> int | None:
    return None if cell.standing.median is None else round(100 * cell.standing.median / level.value)


def _look(found: Compliance, view: ComplianceView, units: Mapping[str, str], one: Compared, cell: Cell) -> Row:
    level, address = one.level, cell_address(cell.scanner, one.level, view)
    words = group_said(level.group) + (f", {level.indication}" if level.indication else "")
    source = f"{one.source.authority} {one.source.year}{'' if one.source.is_verified else ', not verified'}"
    values: tuple[Value, ...] = (
        catalogue().name_of(level.procedure or ""),
        found.scanners[cell.scanner],
        words,
        QUANTITIES[level.quantity].symbol,
        shown(level.quantity, cell.standing.median, units.get(level.quantity)),
        shown(level.quantity, level.value, units.get(level.quantity)),
        _percent(level, cell),
        cell.standing.state,
        cell.explanation.text if cell.explanation else None,
    )
    notes = {
        "level": source,
        "median": f"{cell.standing.n_patients} patients{', close to the level' if cell.standing.is_close else ''}",
        "said": cell.explanation.by if cell.explanation else "",
    }
    return Row(values, links={"procedure": address}, tones={"state": TONES[cell.standing.state]}, notes=notes)


def exam_row(exam: int, day: date, value: float, weight_kg: float | None, fate: str, level: ReferenceLevel) -> Row:
    """An exam of a cell, and what became of its value."""
    counts = fate == "in the median"
    address = reverse("exam", args=[exam])
    return Row(
        (day, value, round(100 * value / level.value), weight_kg, fate),
        links={"day": address, level.quantity: address},
        tones={"fate": "good" if counts else "quiet"},
    )
