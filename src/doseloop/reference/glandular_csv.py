"""A site's table of glandular dose coefficients from a CSV file, all of it or nothing. Columns: `docs/glandular-dose.md`."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from doseloop.model.errors import UnusableInput
from doseloop.model.glandular_table import Beam, GlandularTable, Point, table_of
from doseloop.reference.glandular_cells import AIR_KERMA_MGY_PER_R, CELLS, PER_MGY, PER_R

MOST_BYTES: Final = 4_000_000
_MOST_SAID: Final = 20

Points = dict[Beam, dict[Point, float]]


@dataclass(frozen=True, slots=True)
class ToldTable:
    """What a site says about a table beside its rows."""

    name: str
    source: str
    """Publication and table, and by what licence the site uses it."""
    usual_glandularity_percent: float | None = None


def glandular_table(told: ToldTable, text: str) -> GlandularTable:
    """The table of a CSV text. Errors: `UnusableInput`, naming line and column of everything that is wrong."""
    _check_told(told)
    if len(text.encode()) > MOST_BYTES:
        raise UnusableInput(f"The file is larger than {MOST_BYTES} bytes.")
    faults: list[str] = []
    points: Points = {}
    lines = list(_lines(text))
    for line, cells in lines:
        _add(points, line, cells, faults)
    faults += _unit_suspected(points) if lines and PER_R in lines[0][1] else ()
    faults += _contradictions(points)
    if faults:
        more = f"; and {len(faults) - _MOST_SAID} more" if len(faults) > _MOST_SAID else ""
        raise UnusableInput(f"Nothing was taken in: {'; '.join(faults[:_MOST_SAID])}{more}.")
    if not points:
        raise UnusableInput("The file has no rows.")
    return table_of(told.name, told.source, points, told.usual_glandularity_percent)


def _check_told(told: ToldTable) -> None:
    if len(told.name.strip()) < 3 or len(told.source.strip()) < 5:
        raise UnusableInput("A table needs a name of three characters or more, and where its values come from.")
    usual = told.usual_glandularity_percent
    if usual is not None and not 0 <= usual <= 100:
        raise UnusableInput("The usual share of glandular tissue is from 0 to 100 %.")


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Number, as an editor counts, and cells of each line that is not empty."""
    text = text.removeprefix("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_columns(names)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(names):
                    raise UnusableInput(f"Line {reader.line_num} has not as many cells as the header has columns.")
                yield reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV: line {reader.line_num}, {error}.") from None


def _check_columns(names: list[str]) -> None:
    missing = [name for name, cell in CELLS.items() if cell.required and name not in names]
    unknown = [name for name in names if name not in CELLS]
    if missing:
        raise UnusableInput(f"The file lacks the column {', '.join(missing)}; its first line names the columns.")
    if unknown:
        raise UnusableInput(f"There is no column {', '.join(map(repr, unknown))}; known are {', '.join(CELLS)}.")
    if len(set(names)) < len(names):
        raise UnusableInput("The first line names a column twice.")
    if (PER_MGY in names) == (PER_R in names):
        raise UnusableInput(f"The file has either the column {PER_MGY} or {PER_R}, not both.")


def _add(points: Points, line: int, cells: Mapping[str, str], faults: list[str]) -> None:
    before = len(faults)
    row: dict[str, Any] = {}
    for name, text in cells.items():
        try:
            row[name] = _value(name, text)
        except UnusableInput as error:
            faults.append(f"line {line}, column {name}: {error}")
    if len(faults) > before:
        return
    beam = Beam(f"{row['target']}/{row['filter']}", row.get("technique") or "2d", row.get("filter_um"))
    point = (row["kvp"], row["hvl_mm_al"], row["glandularity"], round(row["thickness_cm"] * 10, 6))
    if point in points.setdefault(beam, {}):
        faults.append(f"line {line}: for the same as a line above")
    points[beam][point] = row[PER_MGY] if PER_MGY in row else row[PER_R] / AIR_KERMA_MGY_PER_R


def _value(name: str, text: str) -> Any:
    if text:
        return CELLS[name].read(text)
    if CELLS[name].required or name in (PER_MGY, PER_R):
        raise UnusableInput("empty")
    return None


def _unit_suspected(points: Points) -> Iterator[str]:
    """A column of mGy/R that holds mGy/mGy would tell an eighth of the dose. Our line: the thinnest breasts are above 1 mGy/R."""
    values = [one for of_beam in points.values() for one in of_beam.values()]
    if values and max(values) * AIR_KERMA_MGY_PER_R < 1:
        yield f"no value of {PER_R} reaches 1, so they look like mGy/mGy"


def _contradictions(points: Points) -> Iterator[str]:
    """A filter with and without thickness, and coefficients that do not fall with the thickness of the breast."""
    unmeasured = {(one.target_filter, one.technique) for one in points if one.filter_um is None}
    for beam, values in points.items():
        if beam.filter_um is not None and (beam.target_filter, beam.technique) in unmeasured:
            yield f"{beam.target_filter}: the filter's thickness stands on some lines only"
        for (thinner, more), (thicker, less) in pairwise(sorted(values.items())):
            if thinner[:3] == thicker[:3] and not less < more:
                where = f"{beam.target_filter}, {thicker[0]:g} kV, {thicker[1]:g} mm Al, {thicker[2]:g} %"
                yield f"{where}: the coefficient at {thicker[3] / 10:g} cm is not below that at {thinner[3] / 10:g} cm"
