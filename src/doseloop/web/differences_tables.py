"""Differences between operators as a file, and as dots with their intervals on a line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Final

from doseloop.assess.operator_model import RANGE
from doseloop.assess.operator_sample import LEAST_EXAMS, LEAST_OPERATORS, LeftOut
from doseloop.assess.operators import MARGIN
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Column, Row, Table
from doseloop.web.differences_view import Group, Shown

WIDTH: Final = 240
HEIGHT: Final = 20
_MOST: Final = log(2)
_INSIDE: Final = 6
_COLUMNS: Final = (
    Column("name", "Name"),
    Column("site", "Site"),
    Column("modality", "Modality"),
    Column("scanner", "Scanner"),
    Column("quantity", "Quantity"),
    Column("exams", "Exams", "number"),
    Column("ratio", "Ratio to the others", "number"),
    Column("lower", "From", "number"),
    Column("upper", "To", "number"),
    Column("first", "First day", "time"),
    Column("last", "Last day", "time"),
    Column("told", "Told", "state"),
)
_CAUSES: Final = {RANGE: ("Range", "DLP over CTDIvol"), "ctdi_vol_mgy": ("CTDIvol", "setting")}


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody's figure and where it stands in the picture."""

    shown: Shown
    ratio: str
    interval: str
    dot: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity of the page."""

    key: str
    title: str
    said: str
    lines: tuple[Line, ...]


def panels(found: Mapping[str, Iterable[Shown]]) -> list[Panel]:
    """By quantity; without lines where too few can be shown."""
    return [Panel(key, *_titles(key), tuple(map(_line, rows))) for key, rows in found.items()]


def band() -> tuple[str, str]:
    """Left end and width of the margin in the picture."""
    left, right = _x(-MARGIN), _x(MARGIN)
    return f"{left:.1f}", f"{right - left:.1f}"


def differences_table(group: Group | None, found: Mapping[str, Iterable[Shown]]) -> Table:
    """One row for each person and quantity; none without a group."""
    rows = (_row(group, one) for each in found.values() for one in each) if group else ()
    return Table("operator-differences", "Differences between operators", _COLUMNS, rows)


def left_out_said(left_out: LeftOut) -> str:
    """What was left out, in one sentence; empty where nothing was."""
    said = list(_reasons(left_out))
    return f"Left out: {'; '.join(said)}." if said else ""


def _reasons(left_out: LeftOut) -> Iterator[str]:
    if left_out.nobody:
        yield f"{_exams(left_out.nobody)} that name{'s' * (left_out.nobody == 1)} no operator"
    if left_out.shared:
        yield f"{left_out.shared} with several names, or one that is no person"
    if left_out.no_dose:
        yield f"{left_out.no_dose} without a dose or its phantom"
    if left_out.few_exams:
        people = f"{left_out.operators} operator{'s' * (left_out.operators != 1)}"
        yield f"{left_out.few_exams} of {people} with fewer than {LEAST_EXAMS}"
    if left_out.small_group:
        yield f"{left_out.small_group} of procedures that fewer than {LEAST_OPERATORS} share on a scanner"


def _exams(number: int) -> str:
    return f"{number} exam{'s' * (number != 1)}"


def _titles(quantity: str) -> tuple[str, str]:
    return _CAUSES.get(quantity) or (QUANTITIES[quantity].symbol, "total")


def _line(shown: Shown) -> Line:
    one = shown.difference
    dot, left, right = (f"{_x(log(value)):.1f}" for value in (one.ratio, one.lower, one.upper))
    return Line(shown, f"{one.ratio:.2f}", f"{one.lower:.2f} to {one.upper:.2f}", dot, left, right)


def _x(difference: float) -> float:
    """Where a logarithm of a ratio stands; what is beyond twice or half stands at the end."""
    share = min(max(difference, -_MOST), _MOST) / _MOST
    return WIDTH / 2 + share * (WIDTH / 2 - _INSIDE)


def _row(group: Group, shown: Shown) -> Row:
    one, look = shown.difference, group.look
    told = "beyond 10 %" if shown.is_told else None
    return Row(
        (shown.name.typed, group.site_name, look.modality, group.scanner_name, _titles(one.quantity)[0], one.exams,
         one.ratio, one.lower, one.upper, look.first, look.last, told)
    )  # fmt: skip
