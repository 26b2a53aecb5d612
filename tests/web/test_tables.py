"""Tables on pages."""

from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.web.tables import page_table, plain_number


def shown(column: Column, value: object) -> str:
    return page_table(Table("x", "X", (column,), [Row((value,))])).rows[0][0].text  # type: ignore[arg-type]


def test_a_quantity_is_shown_in_the_sites_unit() -> None:
    assert shown(quantity_column("dap_gy_cm2", {"dap_gy_cm2": "cGy·cm²"}), 41.7) == "4170"
    assert shown(quantity_column("dap_gy_cm2", {}), 41.7) == "41.7"


def test_a_unit_that_the_quantity_does_not_have_is_passed_over() -> None:
    assert quantity_column("dap_gy_cm2", {"dap_gy_cm2": "furlong"}).unit == "Gy·cm²"


def test_missing_is_a_dash_and_never_zero() -> None:
    assert shown(quantity_column("dlp_mgy_cm", {}), None) == "–"
    assert shown(Column("n", "n", "number"), 0) == "0"


def test_plain_numbers_have_no_exponent_and_no_false_digits() -> None:
    assert [plain_number(value) for value in (4072.3, 0.0, 1.2, 0.034567, -30.0)] == [
        "4072",
        "0",
        "1.2",
        "0.0346",
        "-30",
    ]


def test_the_value_unrounded_is_there_for_who_points_at_it() -> None:
    cell = page_table(Table("x", "X", (quantity_column("dlp_mgy_cm", {}),), [Row((612.345678,))])).rows[0][0]
    assert (cell.text, cell.exact) == ("612", "612.345678 mGy·cm")
