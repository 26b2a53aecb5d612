"""Once a week the worker compares the operators of sites that show them, keeps what it found, and flags who differs."""

import random
from datetime import date, timedelta

import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.assess.operators import last_sunday
from doseloop.facts.engine import Facts
from doseloop.roles.operator_watch import OperatorWatch
from doseloop.store.changes import note_change
from doseloop.store.models import Exam, ExamPerson, Flag, OperatorLook, Part, Patient, Person, Scanner, Site
from doseloop.store.operator_looks import looks
from tests.facts.conftest import facts, paths
from tests.facts.made import NOON, make_procedure, make_scanner, make_site

__all__ = ["facts", "paths"]
BEGUN = date(2025, 3, 3)
TUESDAY = date(2025, 4, 8)
"""When the fifth week is over for a day."""


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    return make_scanner(make_site())


@pytest.fixture
def watch(facts: Facts) -> OperatorWatch:
    return OperatorWatch(facts)


def department(scanner: Scanner, longer: float, weeks: int = 5) -> None:
    """Four operators with five exams each a week, of whom the first scans longer; the site shows them."""
    Site.objects.update(operators_shown=True)
    chance = random.Random(5)
    procedure = make_procedure("ct-chest", "CT chest")
    patient = Patient.objects.create()
    people = [Person.objects.create(site=scanner.site, name=f"Person^{letter}") for letter in "ABCD"]
    exams, parts, named = [], [], []
    for number in range(weeks * 7 * 4 * 2):
        who, day = number % 4, BEGUN + timedelta(days=number // 8)
        exam = Exam(
            site=scanner.site, scanner=scanner, patient=patient, study_uid=f"2.25.{number}", modality="CT", received_at=NOON,
            started_at=f"{day.isoformat()}T{8 + number % 8:02}:00:00", age_band="adult", settled=True,
        )  # fmt: skip
        ctdi = 8 * chance.lognormvariate(0, 0.2)
        dlp = ctdi * 35 * chance.lognormvariate(0, 0.08) * (longer if who == 0 else 1)
        exams.append(exam)
        parts.append(Part(
            exam=exam, site=scanner.site, position=0, modality="CT", procedure=procedure, age_band="adult", weight_kg=75.0,
            phantom_cm=32, ctdi_vol_mgy=ctdi, dlp_mgy_cm=dlp,
        ))  # fmt: skip
        named.append(ExamPerson(exam=exam, person=people[who], part="operator"))
    Exam.objects.bulk_create(exams)
    Part.objects.bulk_create(parts)
    ExamPerson.objects.bulk_create(named)
    note_change(Exam.objects.values_list("pk", flat=True))


def open_flags() -> list[str]:
    return list(Flag.objects.filter(rule="operators", state="open").values_list("sentence", flat=True))


def test_a_week_is_looked_at_when_it_is_over_for_a_day() -> None:
    assert last_sunday(date(2025, 4, 8)) == last_sunday(date(2025, 4, 14)) == date(2025, 4, 6)
    assert last_sunday(date(2025, 4, 15)) == date(2025, 4, 13)


def test_one_who_scans_longer_is_flagged_without_a_name_and_the_looks_are_kept(
    scanner: Scanner, watch: OperatorWatch
) -> None:
    department(scanner, longer=1.4)
    assert watch.step(TUESDAY) == 1
    (sentence,) = open_flags()
    assert "longer range" in sentence and "Person" not in sentence
    (first, last) = looks(SYSTEM, scanner.site_id)["CT"]
    assert (first.last, last.last) == (date(2025, 3, 30), date(2025, 4, 6)) and len(last.differences) == 12
    flag = Flag.objects.get()
    assert (flag.site_id, flag.scanner_id, flag.exam_id) == (scanner.site_id, None, None)
    assert flag.key.startswith(f"operators/person {Person.objects.get(name='Person^A').pk}/")


def test_nothing_is_looked_at_twice_in_a_week(scanner: Scanner, watch: OperatorWatch, facts: Facts) -> None:
    department(scanner, longer=1.4)
    watch.step(TUESDAY)
    made = list(OperatorLook.objects.values_list("made_at", flat=True))
    assert watch.step(TUESDAY) == watch.step(TUESDAY + timedelta(days=6)) == 0
    assert OperatorWatch(facts).step(TUESDAY) == 1
    assert list(OperatorLook.objects.values_list("made_at", flat=True)) == made and len(open_flags()) == 1


def test_nobody_is_flagged_where_nobody_differs(scanner: Scanner, watch: OperatorWatch) -> None:
    department(scanner, longer=1.0)
    watch.step(TUESDAY)
    assert open_flags() == [] and len(looks(SYSTEM, scanner.site_id)["CT"][-1].differences) == 12


def test_a_site_that_shows_nobody_is_not_looked_at(scanner: Scanner, watch: OperatorWatch) -> None:
    department(scanner, longer=1.4)
    Site.objects.update(operators_shown=False)
    assert watch.step(TUESDAY) == 0
    assert not OperatorLook.objects.exists() and not Flag.objects.exists()


def test_a_site_that_shows_its_people_no_more_loses_looks_and_open_flags(
    scanner: Scanner, watch: OperatorWatch
) -> None:
    department(scanner, longer=1.4)
    watch.step(TUESDAY)
    Site.objects.update(operators_shown=False)
    assert watch.step(TUESDAY) == 1 and watch.step(TUESDAY) == 0
    assert not OperatorLook.objects.exists() and open_flags() == []


def test_a_flag_is_withdrawn_when_the_site_stands_still(scanner: Scanner, watch: OperatorWatch) -> None:
    department(scanner, longer=1.4)
    watch.step(TUESDAY)
    watch.step(TUESDAY + timedelta(days=7))
    assert len(open_flags()) == 1
    watch.step(TUESDAY + timedelta(days=42))
    assert open_flags() == []


def test_a_set_aside_flag_keeps_its_verdict(scanner: Scanner, watch: OperatorWatch) -> None:
    department(scanner, longer=1.4)
    watch.step(TUESDAY)
    Flag.objects.update(state="set aside", verdict="already known and followed")
    watch.step(TUESDAY + timedelta(days=42))
    assert list(Flag.objects.values_list("state", "verdict")) == [("set aside", "already known and followed")]


def test_looks_are_shown_to_scopes_with_people_alone(scanner: Scanner, watch: OperatorWatch) -> None:
    department(scanner, longer=1.0)
    watch.step(TUESDAY)
    for scope in (
        NOTHING,
        Scope(frozenset({scanner.site_id}), identity=True, operators=False),
        Scope(frozenset(), True, True),
    ):
        assert looks(scope, scanner.site_id) == {}
