"""Tables as files: text never becomes a formula, numbers stay numbers unrounded, missing is empty."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from doseloop.report.csv import csv_lines, safe_text
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.report.xlsx import write_xlsx

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", " =", "\0=")


def table(*rows: tuple[object, ...]) -> Table:
    columns = (
        Column("name", "Name"),
        quantity_column("dap_gy_cm2", {"dap_gy_cm2": "cGy·cm²"}),
        Column("at", "At", "time"),
    )
    return Table("things", "Things", columns, [Row(row) for row in rows])  # type: ignore[arg-type]


def read_csv(made: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(csv_lines(made)).removeprefix("\ufeff"), newline="")))


def read_xlsx(made: Table) -> list[tuple[object, ...]]:
    file = io.BytesIO()
    write_xlsx(made, file)
    book = openpyxl.load_workbook(file)
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]  # type: ignore[union-attr]


@given(st.sampled_from(SIGNS), TEXT)
def test_text_never_becomes_a_formula(sign: str, rest: str) -> None:
    text = sign + rest
    (_, row) = read_csv(table((text, None, None)))
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe_text(text).endswith(rest.replace("\0", ""))


def test_a_formula_is_text_in_a_sheet() -> None:
    file = io.BytesIO()
    write_xlsx(table(("=1+1", None, None), ("@SUM(A1)", None, None)), file)
    sheet = openpyxl.load_workbook(file).active
    assert [sheet.cell(row, 1).data_type for row in (2, 3)] == ["s", "s"]  # type: ignore[union-attr]


def test_a_heading_is_text_and_never_a_formula() -> None:
    name = '=HYPERLINK("http://attacker.example/","CT 1")'
    made = Table("x", "X", (Column("v", name, "number"),), [Row((1,))])
    assert read_csv(made)[0] == [f"'{name}"]
    assert read_xlsx(made)[0] == (f"'{name}",)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_unrounded(value: float) -> None:
    made = Table("x", "X", (Column("v", "V", "number"),), [Row((value,))])
    assert float(read_csv(made)[1][0]) == value


def test_a_negative_number_stays_a_number() -> None:
    made = Table("x", "X", (Column("v", "V", "number"),), [Row((-12.5,))])
    assert read_csv(made)[1] == ["-12.5"]
    assert read_xlsx(made)[1] == (-12.5,)


def test_headings_carry_the_unit_and_values_are_in_it() -> None:
    made = table(("a", 41.7, None))
    assert read_csv(made) == [["Name", "KAP (cGy·cm²)", "At"], ["a", "4170.0", ""]]
    assert read_xlsx(made)[1][1] == 4170.0


def test_missing_is_empty_and_zero_is_zero() -> None:
    assert read_csv(table(("", None, None), ("", 0.0, None)))[1:] == [["", "", ""], ["", "0.0", ""]]
    assert read_xlsx(table(("x", None, None)))[1] == ("x", None, None)


def test_times_are_iso() -> None:
    rows = read_csv(table(("a", None, date(2026, 3, 1)), ("b", None, datetime(2026, 3, 1, 8, 5, tzinfo=UTC))))
    assert [row[2] for row in rows[1:]] == ["2026-03-01", "2026-03-01T08:05:00+00:00"]


def test_a_file_reads_its_rows_one_by_one() -> None:
    taken = []

    def rows() -> object:
        for number in range(1000):
            taken.append(number)
            yield Row((str(number),))

    lines = csv_lines(Table("x", "X", (Column("v", "V"),), rows()))  # type: ignore[arg-type]
    next(lines)
    next(lines)
    assert len(taken) == 1
