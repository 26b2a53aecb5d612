"""Another site's rows never come out."""

from contextlib import closing
from datetime import date

import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, exam_page, exam_rows
from doseloop.facts.filters import ExamFilter
from doseloop.facts.procedure import distribution, group_values, procedures, trend
from doseloop.facts.quantities import Quantity
from doseloop.facts.today import day, scanner_activity
from doseloop.facts.windows import Grain, Window
from tests.facts.made import NOON, add_event, add_flag, add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


@pytest.fixture(params=["from the record", "from the copy"])
def two_sites(facts: Facts, request: pytest.FixtureRequest) -> tuple[Facts, int, int]:
    """The same exam at two sites, with the keys of both sites."""
    sites = [make_site("North"), make_site("South")]
    for site in sites:
        exam = make_exam(make_scanner(site, f"CT {site.name}"), accession_number="A1", dlp_mgy_cm=1)
        add_event(add_part(exam, make_procedure(), dlp_mgy_cm=1), ctdi_vol_mgy=1)
        add_flag(exam)
    if request.param == "from the copy":
        refresh(facts.paths)
    return facts, sites[0].pk, sites[1].pk


def seen(site: int, identity: bool = True) -> Scope:
    return Scope(frozenset({site}), identity=identity, operators=False)


def sums(facts: Facts, scope: Scope) -> list[object]:
    """Everything that any function tells, in comparable form."""
    dlp, ctdi = Quantity.DLP, Quantity.CTDI_VOL
    with closing(exam_rows(facts, scope, ExamFilter(), ExamOrder())) as rows:
        exported = [row.scanner_name for row in rows]
    page = exam_page(facts, scope, ExamFilter(), ExamOrder())
    groups = [group_values(facts, scope, "ct-head", quantity, MARCH) for quantity in (dlp, ctdi)]
    spreads = [distribution(facts, scope, "ct-head", quantity, MARCH) for quantity in (dlp, ctdi)]
    today = day(facts, scope, date(2025, 3, 10))
    return [
        (page.total, [row.scanner_name for row in page.rows], exported),
        [len(group) for group in groups],
        [[one.scanner_name for one in spread] for spread in spreads],
        [one.scanner_name for one in trend(facts, scope, "ct-head", dlp, MARCH, Grain.WEEK)],
        [(one.exams, one.scanners, one.open_flags) for one in procedures(facts, scope, MARCH)],
        (today.exams, today.events, today.flagged, [one.scanner_name for one in today.hours]),
        [one.scanner_name for one in scanner_activity(facts, scope, NOON)],
    ]


def test_each_function_tells_only_the_sites_of_the_scope(two_sites: tuple[Facts, int, int]) -> None:
    facts, north, _ = two_sites
    name = ["CT North"]
    expected = [(1, name, name), [1, 1], [name, name], name, [(1, 1, 1)], (1, 1, 1, name), name]
    assert sums(facts, seen(north)) == expected


def test_a_scope_without_sites_sees_nothing(two_sites: tuple[Facts, int, int]) -> None:
    assert sums(two_sites[0], NOTHING) == [(0, [], []), [0, 0], [[], []], [], [], (0, 0, 0, []), []]


def test_a_scope_of_every_site_sees_all(two_sites: tuple[Facts, int, int]) -> None:
    assert sums(two_sites[0], SYSTEM)[1] == [2, 2]


def test_a_filter_on_another_site_finds_nothing(two_sites: tuple[Facts, int, int]) -> None:
    facts, north, south = two_sites
    assert exam_page(facts, seen(north), ExamFilter(site=south), ExamOrder()).total == 0


def test_tables_and_names_of_a_session_hold_only_the_sites_of_the_scope(two_sites: tuple[Facts, int, int]) -> None:
    facts, north, _ = two_sites
    with facts.session(seen(north)) as session:
        for table in (session.exams, session.parts, session.events):
            assert {row["site"] for row in session.records(table)} == {north}
        assert session.names["sites"]["site_name"].to_pylist() == ["North"]
        assert session.names["scanners"]["scanner_name"].to_pylist() == ["CT North"]


def test_without_identity_an_accession_number_is_neither_shown_nor_searched(two_sites: tuple[Facts, int, int]) -> None:
    facts, north, _ = two_sites
    assert exam_page(facts, seen(north), ExamFilter(text="A1"), ExamOrder()).rows[0].accession_number == "A1"
    blind = seen(north, identity=False)
    assert exam_page(facts, blind, ExamFilter(), ExamOrder()).rows[0].accession_number is None
    assert exam_page(facts, blind, ExamFilter(text="A1"), ExamOrder()).total == 0
