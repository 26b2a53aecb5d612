"""Figures of people: right, and never of a few."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.people import Compared, PersonProcedure, Played, procedures_of, work_by_name, work_by_person
from doseloop.facts.windows import Window
from doseloop.store.models import Exam, ExamPerson, Person, Scanner, Site
from tests.facts.made import add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
_numbers = count(1)


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    make_procedure()
    return make_scanner(make_site())


def person(site: Site, name: str = "", **fields: object) -> Person:
    return Person.objects.create(site=site, name=name or f"Person^{next(_numbers)}", **fields)


def done_by(scanner: Scanner, people: Iterable[Person], dlp: float, played: str = "operator", **fields: object) -> Exam:
    exam = make_exam(scanner, **fields)
    add_part(exam, make_procedure(), dlp_mgy_cm=dlp)
    for one in people:
        ExamPerson.objects.create(exam=exam, person=one, part=played)
    return exam


def shown(
    facts: Facts, one: Person, scope: Scope = SYSTEM, played: Played = Played.OPERATOR, least: int = 3
) -> list[PersonProcedure]:
    return list(procedures_of(facts, scope, one.pk, played, MARCH, least))


def team(scanner: Scanner, sizes: Iterable[int]) -> list[Person]:
    """People with so many exams each, of 100, 110, ... for the first, 200, 210, ... for the second."""
    made = []
    for number, size in enumerate(sizes, start=1):
        made.append(person(scanner.site))
        for exam in range(size):
            done_by(scanner, [made[-1]], 100.0 * number + 10 * exam)
    return made


@pytest.mark.parametrize("copied", [False, True])
def test_a_median_stands_beside_that_of_the_others(facts: Facts, scanner: Scanner, copied: bool) -> None:
    first, *_ = team(scanner, (3, 4, 3, 2))
    if copied:
        refresh(facts.paths)
    (found,) = shown(facts, first)
    others = [200, 210, 220, 230, 300, 310, 320]
    assert found.compared == Compared(3, 110.0, 2, 7, float(np.median(others)))


@pytest.mark.parametrize("sizes", [(2, 9, 9, 9), (9, 9, 2, 2), (9, 9), (9,)])
def test_too_few_exams_or_too_few_others_are_not_shown(facts: Facts, scanner: Scanner, sizes: tuple[int, ...]) -> None:
    first, *_ = team(scanner, sizes)
    (found,) = shown(facts, first)
    assert found.compared is None
    assert found.key == "ct-head"


def test_exams_that_others_did_with_the_person_make_none_of_them_another(facts: Facts, scanner: Scanner) -> None:
    """Who always works beside the person would be told from the figure of the others."""
    one, beside, other = (person(scanner.site) for _ in range(3))
    for number in range(4):
        done_by(scanner, [one, beside], 100.0 + number)
        done_by(scanner, [other], 200.0 + number)
    assert shown(facts, one)[0].compared is None
    assert shown(facts, other)[0].compared == Compared(4, 201.5, 2, 4, 101.5)


def test_aliases_count_as_one_and_an_exam_that_names_both_counts_once(facts: Facts, scanner: Scanner) -> None:
    first, *_ = team(scanner, (2, 3, 3))
    alias = person(scanner.site, alias_of=first, whom=first)
    done_by(scanner, [alias, first], 150.0)
    assert work_by_person(facts, SYSTEM)[first.pk].exams == 3
    assert (work_by_name(facts, SYSTEM)[first.pk].exams, work_by_name(facts, SYSTEM)[alias.pk].exams) == (3, 1)
    compared = shown(facts, first)[0].compared
    assert compared is not None
    assert (compared.exams, compared.median) == (3, 110.0)
    assert shown(facts, alias) == []


def test_two_aliases_of_one_are_not_two_others(facts: Facts, scanner: Scanner) -> None:
    first, second, third = team(scanner, (3, 3, 3))
    assert shown(facts, first)[0].compared is not None
    Person.objects.filter(pk=third.pk).update(alias_of=second, whom=second)
    assert shown(facts, first)[0].compared is None


def test_a_shared_name_has_no_figures_and_is_no_other(facts: Facts, scanner: Scanner) -> None:
    first, _, third = team(scanner, (3, 3, 3))
    Person.objects.filter(pk=third.pk).update(is_one_person=False)
    assert shown(facts, first)[0].compared is None
    assert shown(facts, third) == []
    assert work_by_name(facts, SYSTEM)[third.pk].exams == 3


def test_physicians_are_compared_with_physicians(facts: Facts, scanner: Scanner) -> None:
    team(scanner, (5, 5, 5))
    doctors = [person(scanner.site) for _ in range(3)]
    for number, doctor in enumerate(doctors):
        for _ in range(3):
            done_by(scanner, [doctor], 10.0 + number, "physician")
    assert shown(facts, doctors[0]) == []
    (found,) = shown(facts, doctors[0], played=Played.PHYSICIAN)
    assert found.compared == Compared(3, 10.0, 2, 6, 11.5)
    work = work_by_person(facts, SYSTEM)[doctors[0].pk]
    assert (work.exams, work.as_operator, work.as_physician) == (3, 0, 3)


def test_what_does_not_count_in_groups_does_not_count_here(facts: Facts, scanner: Scanner) -> None:
    first, *_ = team(scanner, (3, 3, 3))
    for fields in (
        {"settled": False}, {"excluded_as": "phantom"}, {"age_band": "child"}, {"started_at": "2025-04-01T00:00:00"},
    ):  # fmt: skip
        done_by(scanner, [first], 9000.0, **fields)
    compared = shown(facts, first)[0].compared
    assert compared is not None
    assert (compared.exams, compared.median) == (3, 110.0)
    work = work_by_person(facts, SYSTEM)[first.pk]
    assert (work.exams, work.last) == (6, datetime(2025, 4, 1))


def test_people_of_another_site_are_no_others(facts: Facts, scanner: Scanner) -> None:
    first, *_ = team(scanner, (3, 3))
    team(make_scanner(make_site("South"), "CT 2"), (3, 3))
    assert shown(facts, first)[0].compared is None


def test_without_the_right_or_at_another_site_nobody_is_there(facts: Facts, scanner: Scanner) -> None:
    first, *_ = team(scanner, (3, 3, 3))
    own = frozenset({scanner.site_id})
    for scope in (NOTHING, Scope(own, identity=True, operators=False), Scope(frozenset({-1}), True, True)):
        assert shown(facts, first, scope) == []
        assert work_by_name(facts, scope) == work_by_person(facts, scope) == {}
        with facts.session(scope) as session:
            assert session.records(session.people) == []
            assert session.names["persons"].num_rows == 0
    assert shown(facts, first, Scope(own, identity=False, operators=True))[0].compared is not None


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sets(st.integers(0, 4), min_size=1, max_size=3), st.integers(1, 500)), max_size=25))
def test_what_is_shown_is_what_numpy_says_of_people_with_enough(
    facts: Facts, scanner: Scanner, work: list[tuple[set[int], int]]
) -> None:
    people = [person(scanner.site) for _ in range(5)]
    for who, dose in work:
        done_by(scanner, [people[number] for number in who], float(dose))
    for number, one in enumerate(people):
        own = [dose for who, dose in work if number in who]
        without = [(who, dose) for who, dose in work if number not in who]
        enough = {other for other in range(5) if sum(other in who for who, _ in without) >= 3}
        theirs = [dose for who, dose in without if who & enough]
        found = shown(facts, one)
        assert len(found) == (1 if own else 0)
        if len(own) >= 3 and len(enough) >= 2:
            compared = found[0].compared
            assert compared is not None
            assert (compared.exams, compared.others, compared.others_exams) == (len(own), len(enough), len(theirs))
            assert compared.median == pytest.approx(float(np.median(own)))
            assert compared.others_median == pytest.approx(float(np.median(theirs)))
        elif own:
            assert found[0].compared is None
    ExamPerson.objects.all().delete()
    Exam.objects.all().delete()
