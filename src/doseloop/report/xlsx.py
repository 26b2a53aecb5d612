"""XLSX of a table, written row by row: numbers are numbers, text is text and never a formula."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import IO, Any

import xlsxwriter

from doseloop.report.csv import safe_text
from doseloop.report.table import Table, Value

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "yyyy-mm-dd hh:mm",
}
_WIDEST = 40
_MOST_ROWS = 1_048_576


def write_xlsx(table: Table, file: IO[bytes]) -> int:
    """Write the table; how many rows were written. Times are without zone, as the sheet cannot hold one."""
    book = xlsxwriter.Workbook(file, _OPTIONS)
    written = _sheet(book, table)
    book.close()
    return written


def write_book(tables: Iterable[Table], file: IO[bytes], *, title: str, made_at: datetime) -> None:
    """Write a sheet for each table. The same tables, title and moment (UTC) give the same bytes."""
    book = xlsxwriter.Workbook(file, _OPTIONS)
    book.set_properties({"title": title, "created": made_at.replace(tzinfo=None)})
    for table in tables:
        _sheet(book, table)
    book.close()


def _sheet(book: Any, table: Table) -> int:
    sheet = book.add_worksheet(table.title[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, min(_WIDEST, max(10, len(column.heading) + 2)))
        sheet.write_string(0, position, safe_text(column.heading), head)
    sheet.freeze_panes(1, 0)
    written = 0
    for written, values in enumerate(table.exported(), start=1):
        if written == _MOST_ROWS:
            break
        for position, value in enumerate(values):
            _write(sheet, written, position, value)
    return written


def _write(sheet: Any, row: int, position: int, value: Value) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, position, value)
        case datetime():
            sheet.write_datetime(row, position, value.replace(tzinfo=None))
        case date():
            sheet.write_datetime(row, position, datetime.combine(value, time.min))
        case int() | float():
            sheet.write_number(row, position, value)
        case _:
            sheet.write_string(row, position, safe_text(value))
