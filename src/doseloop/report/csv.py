"""CSV of a table, row by row (RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read µ and ²)."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from doseloop.report.table import Table, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""First characters by which spreadsheets take text for a formula (OWASP ASVS 5.0, 1.2.10)."""


def csv_lines(table: Table) -> Iterator[str]:
    """The file, line by line. Numbers are unrounded, missing is empty, text never becomes a formula."""
    yield "\ufeff" + _line([safe_text(column.heading) for column in table.columns])
    for values in table.exported():
        yield _line([_cell(value) for value in values])


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before a leading sign."""
    text = text.replace("\0", "")
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime() | date():
            return value.isoformat()
        case int() | float():
            return repr(value)
    return safe_text(value)


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
