"""A site's own set of reference levels from a CSV file, all of it or nothing. Columns: `docs/levels.md`."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from doseloop.model.errors import UnusableInput
from doseloop.reference.level_cells import CELLS, REQUIRED
from doseloop.reference.own_levels import Line, OwnSet, drafted

MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 2_000


def own_set(site: int, told: OwnSet, text: str) -> dict[str, Any]:
    """Plain values of a set that follow the schema of the package's sets; `site` is the key of the site.

    Errors: `UnusableInput`, naming line and column of everything that is wrong; nothing is taken in part.
    """
    return drafted(site, told, level_lines(text)).content


def level_lines(text: str) -> tuple[Line, ...]:
    """Number, as an editor counts, and cells of each line of a CSV text that is not empty.

    Errors: `UnusableInput` where the text is too long or no CSV, or its first line names other columns.
    """
    if len(text.encode()) > MOST_BYTES:
        raise UnusableInput(f"The file is larger than {MOST_BYTES} bytes.")
    found: list[Line] = []
    for one in _lines(text):
        if len(found) == MOST_ROWS:
            raise UnusableInput(f"The file has more than {MOST_ROWS} rows.")
        found.append(one)
    if not found:
        raise UnusableInput("The file has no rows.")
    return tuple(found)


def level_text(lines: Iterable[Mapping[str, str]]) -> str:
    """CSV of cells by column, which `level_lines` reads back; of no lines the header alone."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, CELLS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _guarded(text) for name, text in cells.items()} for cells in lines)
    return buffer.getvalue()


def _guarded(text: str) -> str:
    """A leading apostrophe is taken for one that guards from formulas: one more keeps it."""
    return f"'{text}" if text.startswith("'") else text


def _lines(text: str) -> Iterator[Line]:
    text = text.removeprefix("\ufeff")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in text.partition("\n")[0] else ",", strict=True
    )
    try:
        columns = [name.strip() for name in next(reader, [])]
        _check_columns(columns)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise UnusableInput(f"Line {line} has not as many cells as the header has columns.")
                yield line, {name: cell.strip().removeprefix("'") for name, cell in zip(columns, cells, strict=True)}
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV: line {reader.line_num}, {error}.") from None


def _check_columns(names: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in CELLS]
    if missing:
        raise UnusableInput(f"The file lacks the column {', '.join(missing)}; its first line names the columns.")
    if unknown:
        raise UnusableInput(f"There is no column {', '.join(map(repr, unknown))}; known are {', '.join(CELLS)}.")
    if len(set(names)) < len(names):
        raise UnusableInput("The first line names a column twice.")
