"""The workbook of a compliance report: every number as it is archived, text as text, the same byte for byte."""

import io
import time
from typing import Any

import openpyxl

from doseloop.report.compliance_report import figures_sha256
from doseloop.report.compliance_xlsx import write_compliance
from tests.report.compliance import HEAD, figure, report, some


def made(what: Any) -> bytes:
    file = io.BytesIO()
    write_compliance(what, HEAD, file)
    return file.getvalue()


def sheets(what: Any) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(made(what)))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def columns(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    head, *rest = rows
    return [dict(zip(head, row, strict=True)) for row in rest]


def test_the_same_report_gives_the_same_bytes() -> None:
    first = made(some())
    time.sleep(2.1)  # a ZIP counts in two seconds
    assert made(some()) == first


def test_it_holds_summary_figures_what_was_left_out_sets_and_method() -> None:
    assert list(sheets(some())) == ["Summary", "Figures", "Left out", "Sets", "Method"]


def test_each_figure_stands_unrounded_in_the_sites_unit() -> None:
    what = report(*some().figures, units={"dlp_mgy_cm": "Gy·cm"})
    rows = columns(sheets(what)["Figures"])
    first, one = rows[0], what.figures[0]
    assert (first["Unit"], first["n" if "n" in first else "Values"]) == ("Gy·cm", one.n)
    assert one.median is not None
    assert first["Median"] == one.median / 1000
    assert rows[3]["Median"] == what.figures[3].median
    assert rows[5]["Median"] is None


def test_the_summary_has_digest_data_state_and_counts() -> None:
    told = dict(sheets(some())["Summary"])
    assert told["Digest of figures (SHA-256)"] == figures_sha256(some())
    assert (told["Data state"], told["Comparisons: above"], told["Comparisons in all"]) == (77, 2, 6)


def test_what_was_left_out_stands_once_for_all_sets_that_leave_out_the_same() -> None:
    rows = columns(sheets(some())["Left out"])
    chest = [one for one in rows if one["Procedure"] == "CT chest" and one["Scanner"] == "CT 1"]
    assert len(chest) == 1
    assert (chest[0]["Other or unknown size"], chest[0]["Phantom not known"]) == (5, 1)


def test_text_of_people_is_no_formula() -> None:
    told = columns(sheets(report(figure(said="=1+1", said_by="@SUM(A1)")))["Figures"])[0]
    assert (told["What was said"], told["Said by"]) == ("'=1+1", "'@SUM(A1)")
