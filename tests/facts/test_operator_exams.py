"""Exams with their operators, as they are compared: the right window, whole exams, and whom a name stands for."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.assess.operator_sample import NamedExam
from doseloop.facts.engine import Facts
from doseloop.facts.operator_exams import operator_exams
from doseloop.facts.windows import Window
from doseloop.store.models import ExamPerson, Person, Scanner
from tests.facts.made import add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    return make_scanner(make_site())


def person(scanner: Scanner, name: str, **fields: Any) -> Person:
    return Person.objects.create(site=scanner.site, name=name, **fields)


def done_by(scanner: Scanner, *people: Person, played: str = "operator", **fields: Any) -> int:
    exam = make_exam(scanner, **fields)
    add_part(exam, make_procedure(), dlp_mgy_cm=300.0, ctdi_vol_mgy=8.0, phantom_cm=16)
    for one in people:
        ExamPerson.objects.create(exam=exam, person=one, part=played)
    return exam.pk


def found(facts: Facts, scanner: Scanner, scope: Scope = SYSTEM) -> Mapping[str, tuple[NamedExam, ...]]:
    return operator_exams(facts, scope, scanner.site_id, MARCH)


def test_a_part_comes_with_its_doses_and_its_operator(facts: Facts, scanner: Scanner) -> None:
    one = person(scanner, "Brandt^Tina")
    exam = done_by(scanner, one)
    (got,) = found(facts, scanner)["CT"]
    assert got == NamedExam(
        exam,
        datetime(2025, 3, 10, 9, 30),
        scanner.pk,
        "ct-head",
        "adult",
        16,
        70.0,
        frozenset({one.pk}),
        False,
        300.0,
        8.0,
    )


def test_names_stand_for_whom_they_were_merged_into_and_shared_ones_for_nobody(facts: Facts, scanner: Scanner) -> None:
    one = person(scanner, "Brandt^Tina")
    alias = person(scanner, "Brandt^T", alias_of=one, whom=one)
    team = person(scanner, "MTRA", is_one_person=False)
    done_by(scanner, one, alias)
    done_by(scanner, team)
    done_by(scanner, one, team)
    told = sorted((sorted(row.operators), row.is_shared) for row in found(facts, scanner)["CT"])
    assert told == [([], True), ([one.pk], False), ([one.pk], True)]


def test_physicians_are_no_operators(facts: Facts, scanner: Scanner) -> None:
    done_by(scanner, person(scanner, "Keller^Martin"), played="physician")
    (got,) = found(facts, scanner)["CT"]
    assert (got.operators, got.is_shared) == (frozenset(), False)


def test_what_does_not_count_in_groups_does_not_count_here(facts: Facts, scanner: Scanner) -> None:
    one = person(scanner, "Brandt^Tina")
    for fields in (
        {"settled": False}, {"excluded_as": "phantom"}, {"started_at": "2025-04-01T00:00:00"},
        {"started_at": "2025-02-28T23:59:59"},
    ):  # fmt: skip
        done_by(scanner, one, **fields)
    add_part(make_exam(scanner), None, dlp_mgy_cm=300.0)
    assert found(facts, scanner) == {}


def test_without_people_in_the_scope_nothing_is_read(facts: Facts, scanner: Scanner) -> None:
    done_by(scanner, person(scanner, "Brandt^Tina"))
    assert found(facts, scanner, Scope(frozenset({scanner.site_id}), identity=True, operators=False)) == {}
    assert found(facts, scanner, NOTHING) == {}


def test_another_site_is_not_among_them(facts: Facts, scanner: Scanner) -> None:
    other = make_scanner(make_site("South"), "CT 2")
    done_by(other, person(other, "Else^Where"))
    assert found(facts, scanner) == {}
