"""The tables of an answer as tables of pages and files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.urls import reverse

from doseloop.ask import answer as asked
from doseloop.ask.wording import words
from doseloop.model.quantities import QUANTITIES, unit_of
from doseloop.report.table import Column, Kind, Row, Table, Value

_BENEATH: Final = {"standing:n": "standing:sizes", "standing:state": "standing:left_out"}
"""Which column stands in small type beneath which."""
_KINDS: Final[dict[str, Kind]] = {"count": "number", "number": "number", "share": "number", "moment": "time"}
_HIDDEN: Final = frozenset(
    ("standing:level_id", "level_id", "standing:close", "standing:least", "standing:sizes", "standing:left_out")
)
"""What files have as columns and pages do not: keys, and what stands there in small type beneath another."""
_ONCE: Final = frozenset(("standing:site", "site"))
"""What pages leave out where all rows have the same."""


def table_of(found: asked.Table, units: Mapping[str, str], name: str, title: str, *, whole: bool = False) -> Table:
    """The table, values in the site's display units; with `whole` as files have it."""
    places = [at for at, one in enumerate(found.columns) if whole or not _is_left_out(found, at, one.key)]
    columns = tuple(_column(found.columns[at], units) for at in places)
    rows = (
        _row([found.columns[at] for at in places], [row[at] for at in places], columns, {} if whole else told)
        for row, told in zip(found.rows, found.records(), strict=True)
    )
    return Table(name, title, columns, rows)


def held_apart(found: asked.Table) -> tuple[asked.Table, asked.Table]:
    """A comparison with levels, and its rows for which nobody was there at all: many sets have many groups."""
    at = next((at for at, one in enumerate(found.columns) if one.key == "standing:n"), None)
    if at is None:
        return found, replace(found, rows=(), total=0)
    some, none = (tuple(row for row in found.rows if bool(row[at]) is told) for told in (True, False))
    return replace(found, rows=some), replace(found, rows=none, total=len(none))


def _is_left_out(found: asked.Table, at: int, key: str) -> bool:
    return key in _HIDDEN or (key in _ONCE and len({row[at] for row in found.rows}) <= 1)


def _column(one: asked.Column, units: Mapping[str, str]) -> Column:
    key = one.key.replace(":", "-").replace("_", "-")
    title = one.label if one.label.startswith("n of ") else one.label[:1].upper() + one.label[1:]
    if one.kind == "share":
        return Column(key, title.removesuffix(", %"), "number", "%")
    if one.quantity:
        return Column(key, title, "number", unit_shown(one.quantity, units), one.quantity)
    return Column(key, title, _KINDS.get(one.kind, "text"))


def unit_shown(quantity: str, units: Mapping[str, str]) -> str:
    """The display unit of a quantity."""
    return unit_of(quantity, units.get(quantity, QUANTITIES[quantity].unit)).label


def _row(
    given: list[asked.Column], values: list[asked.Value], columns: tuple[Column, ...], told: Mapping[str, asked.Value]
) -> Row:
    links: dict[str, str] = {}
    shown: dict[str, str] = {}
    tones: dict[str, str] = {}
    held: list[Value] = []
    notes: dict[str, str] = {}
    for one, value, column in zip(given, values, columns, strict=True):
        held.append(_value(one, value))
        if one.key in _BENEATH:
            notes[column.key] = str(told.get(_BENEATH[one.key]) or "")
        if one.kind == "exam" and value is not None:
            links[column.key], shown[column.key] = reverse("exam", args=[int(str(value))]), f"Exam {value}"
        elif one.key == "standing:state":
            tones[column.key] = _tone(str(value))
        elif one.kind == "share" and isinstance(value, int | float):
            shown[column.key] = f"{value * 100:.1f}"
        elif isinstance(value, date) and not isinstance(value, datetime):
            shown[column.key] = f"{value.day} {value:%b %Y}"
        elif one.kind == "group" and isinstance(value, int):
            shown[column.key] = str(value)
    return Row(tuple(held), links=links, shown=shown, tones=tones, notes=notes)


def _value(column: asked.Column, value: asked.Value) -> Value:
    if column.kind == "share" and isinstance(value, int | float):
        return float(value) * 100
    return value


def _tone(said: str) -> str:
    states = words()["states"]
    return {
        states["above"]: "above",
        states["within"]: "good",
        states["low"]: "caution",
        states["no verdict"]: "caution",
    }.get(said, "quiet")
