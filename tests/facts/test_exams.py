"""Lists of exams: filters, orders, pages, what an injected text does."""

from datetime import UTC, date, datetime

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, NamedProcedure, OrderBy, exam_page, exam_rows
from doseloop.facts.filters import ExamFilter
from doseloop.model.errors import UnusableInput
from tests.facts.made import NOON, add_part, make_exam, make_procedure, make_scanner, make_site

NEWEST = ExamOrder()


def found(facts: Facts, wanted: ExamFilter, order: ExamOrder = NEWEST, scope: Scope = SYSTEM) -> list[int]:
    """The same from the record alone and from the copy."""
    from_record = [row.exam for row in exam_page(facts, scope, wanted, order).rows]
    refresh(facts.paths)
    page = exam_page(facts, scope, wanted, order)
    assert [row.exam for row in page.rows] == from_record
    assert page.total == len(page.rows)
    return from_record


def test_a_row_tells_what_the_record_holds_with_missing_as_none(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    exam = make_exam(scanner, description="Head", dlp_mgy_cm=812)
    add_part(exam, make_procedure())
    add_part(exam)
    (row,) = exam_page(facts, SYSTEM, ExamFilter(), NEWEST).rows
    assert (row.scanner_name, row.site_name, row.description) == ("CT 1", "North", "Head")
    assert row.started_at == datetime(2025, 3, 10, 9, 30)
    assert row.received_at == NOON.astimezone(UTC)
    assert (row.dlp_mgy_cm, row.dap_gy_cm2, row.age_years) == (812.0, None, None)
    assert row.procedures == (NamedProcedure("ct-head", "CT head"),)
    assert row.without_procedure
    assert (row.open_flags, row.has_issues, row.excluded_as) == (0, False, "")


def test_an_exam_without_a_start_is_listed_last_in_both_directions(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    late, without, early = (
        make_exam(scanner, start).pk for start in ("2025-05-01T00:00:00", "", "2025-03-01T00:00:00")
    )
    assert found(facts, ExamFilter()) == [late, early, without]
    assert found(facts, ExamFilter(), ExamOrder(OrderBy.STARTED, descending=False)) == [early, late, without]


def test_exams_are_ordered_by_dose(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    low, none, high = (make_exam(scanner, dlp_mgy_cm=dose).pk for dose in (10, None, 900))
    assert found(facts, ExamFilter(), ExamOrder(OrderBy.DLP)) == [high, low, none]


def test_a_page_is_a_piece_of_the_whole(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    keys = [make_exam(scanner, f"2025-03-{day:02}T08:00:00").pk for day in range(1, 8)]
    page = exam_page(facts, SYSTEM, ExamFilter(), ExamOrder(descending=False), offset=2, limit=3)
    assert [row.exam for row in page.rows] == keys[2:5]
    assert page.total == 7


@pytest.mark.parametrize("text", ["100%", "a_b", "'; DROP VIEW exams; --", "\\", '"', "{x}", "$1", "*", "ÄÖ"])
def test_text_is_searched_as_it_stands(facts: Facts, text: str) -> None:
    scanner = make_scanner(make_site())
    make_exam(scanner, description="100 percent axb plain")
    wanted = make_exam(scanner, description=f"before {text.lower()} after").pk
    by_number = make_exam(scanner, accession_number=text).pk
    assert found(facts, ExamFilter(text=text)) == [by_number, wanted]


def test_each_field_restricts(facts: Facts) -> None:
    site = make_site()
    one, two = make_scanner(site), make_scanner(site, "XA 1", "XA")
    first = make_exam(one, "2025-03-10T00:00:00", age_band="")
    second = make_exam(two, "2025-03-11T00:00:00", excluded_as="phantom")
    add_part(first, make_procedure())
    assert found(facts, ExamFilter()) == [first.pk]
    assert found(facts, ExamFilter(excluded=None)) == [second.pk, first.pk]
    assert found(facts, ExamFilter(excluded=True)) == [second.pk]
    assert found(facts, ExamFilter(scanner=two.pk, excluded=None)) == [second.pk]
    assert found(facts, ExamFilter(modality="XA", excluded=None)) == [second.pk]
    assert found(facts, ExamFilter(procedure="ct-head", excluded=None)) == [first.pk]
    assert found(facts, ExamFilter(without_procedure=True, excluded=None)) == [second.pk]
    assert found(facts, ExamFilter(age_band="unknown", excluded=None)) == [first.pk]
    assert found(facts, ExamFilter(started_until=date(2025, 3, 11), excluded=None)) == [first.pk]
    assert found(facts, ExamFilter(started_from=date(2025, 3, 11), excluded=None)) == [second.pk]
    assert found(facts, ExamFilter(flagged=True, excluded=None)) == []
    assert found(facts, ExamFilter(site=site.pk + 1)) == []


def test_an_export_gives_every_row_while_other_pages_are_asked(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    keys = [make_exam(scanner, f"2025-03-01T08:00:{second:02}").pk for second in range(20)]
    rows = exam_rows(facts, SYSTEM, ExamFilter(), ExamOrder(descending=False))
    first = next(rows)
    assert exam_page(facts, SYSTEM, ExamFilter(), NEWEST).total == 20
    assert [first.exam, *(row.exam for row in rows)] == keys


@pytest.mark.parametrize("order", [ExamOrder(by, down) for by in OrderBy for down in (True, False)])
def test_an_order_stands_in_the_address(order: ExamOrder) -> None:
    assert ExamOrder.from_address(order.to_address()) == order


def test_an_order_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnusableInput, match="order"):
        ExamOrder.from_address("started; DROP")
