"""Which fields the exams of a day have: what their own objects tell, of those that could have it."""

from datetime import date
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess.worse_reports import FIELDS, FieldDay
from doseloop.facts.engine import Facts
from doseloop.facts.report_fields import field_days
from doseloop.facts.windows import Window
from doseloop.store.models import ExamPerson, Person, Scanner
from tests.facts.made import add_event, add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
FULL = {"kvp": 120.0, "tube_current_ma": 200.0, "exposure_time_ms": 500.0}


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    return make_scanner(make_site())


def exam(scanner: Scanner, *events: dict[str, Any], **fields: Any) -> int:
    row = make_exam(scanner, **{"weight_kg": 70.0, "weight_source": "object", "protocol_name": "Head", **fields})
    part = add_part(row, make_procedure())
    for each in events or (FULL,):
        add_event(part, **each)
    return row.pk


def told(facts: Facts, scanner: Scanner, scope: Scope = SYSTEM) -> dict[str, tuple[int, int]]:
    """How many exams of the one day have each field, of how many."""
    return {one.field: (one.n, one.of) for one in field_days(facts, scope, MARCH).get(scanner.pk, ())}


def test_fields_are_counted_by_scanner_and_day(facts: Facts, scanner: Scanner) -> None:
    for day in ("10", "10", "11"):
        exam(scanner, started_at=f"2025-03-{day}T09:00:00")
    found = [one for one in field_days(facts, SYSTEM, MARCH)[scanner.pk] if one.field == "weight"]
    assert found == [FieldDay(date(2025, 3, 10), "weight", 2, 2), FieldDay(date(2025, 3, 11), "weight", 1, 1)]


def test_a_weight_from_a_file_is_none_of_the_report(facts: Facts, scanner: Scanner) -> None:
    exam(scanner)
    exam(scanner, weight_source="imported")
    exam(scanner, weight_kg=None, weight_source="")
    assert told(facts, scanner)["weight"] == (1, 3)
    assert told(facts, scanner)["height"] == (0, 3)


def test_mammography_is_not_asked_for_size(facts: Facts) -> None:
    scanner = make_scanner(make_site(), "Mammo", "MG")
    exam(scanner)
    assert set(told(facts, scanner)) == set(FIELDS) - {"weight", "height"}


def test_technique_needs_every_exposure_and_only_exams_with_some_are_asked(facts: Facts, scanner: Scanner) -> None:
    exam(scanner, FULL, FULL)
    exam(scanner, FULL, {**FULL, "tube_current_ma": None})
    exam(scanner, {"kvp": 70.0, "exposure_mas": 3.0, "kind": "projection"})
    exam(scanner, {"kind": "tracer"})
    assert told(facts, scanner)["technique"] == (2, 3)


def test_names_of_operators_and_protocols_are_counted(facts: Facts, scanner: Scanner) -> None:
    one = Person.objects.create(site=scanner.site, name="Brandt^Tina")
    ExamPerson.objects.create(exam_id=exam(scanner), person=one, part="operator")
    ExamPerson.objects.create(exam_id=exam(scanner, protocol_name=""), person=one, part="physician")
    assert told(facts, scanner)["operator"] == told(facts, scanner)["protocol"] == (1, 2)


def test_a_scope_without_people_is_told_nothing_of_their_names(facts: Facts, scanner: Scanner) -> None:
    exam(scanner)
    scope = Scope(frozenset({scanner.site_id}), identity=True, operators=False)
    assert set(told(facts, scanner, scope)) == set(FIELDS) - {"operator"}


def test_unsettled_and_excluded_exams_are_not_counted(facts: Facts, scanner: Scanner) -> None:
    exam(scanner, settled=False)
    exam(scanner, excluded_as="phantom")
    exam(scanner, started_at="2025-04-01T00:00:00")
    assert told(facts, scanner) == {}
