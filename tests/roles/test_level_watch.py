"""The worker looks at groups when their exams change, and flags a median that went over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.assess.level_settings import Settings
from doseloop.facts.engine import Facts
from doseloop.roles.level_watch import LevelWatch
from doseloop.store.audit import COMMAND
from doseloop.store.changes import note_change
from doseloop.store.level_choice import choose
from doseloop.store.level_reviews import review
from doseloop.store.level_states import states
from doseloop.store.models import Exam, Flag, Scanner
from tests.facts.conftest import facts, paths
from tests.facts.made import add_part, make_exam, make_procedure, make_scanner, make_site

__all__ = ["facts", "paths"]
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT10:00:00")
LEVEL = "uk-ukhsa-ndrl-2024"


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    return make_scanner(make_site())


@pytest.fixture
def watch(facts: Facts) -> LevelWatch:
    return LevelWatch(facts, Settings())


def chests(scanner: Scanner, n: int, dlp: float = 400.0, **fields: Any) -> None:
    for _ in range(n):
        exam = make_exam(scanner, YESTERDAY, age_years=50.0, **fields)
        add_part(exam, make_procedure("ct-chest", "CT chest"), phantom_cm=32, dlp_mgy_cm=dlp)


def open_flags(rule: str = "reference-level") -> list[str]:
    return list(Flag.objects.filter(rule=rule, state="open").values_list("sentence", flat=True))


def look(watch: LevelWatch) -> None:
    while watch.step():
        pass


def test_the_twentieth_exam_that_brings_the_median_over_its_level_raises_a_flag(
    scanner: Scanner, watch: LevelWatch
) -> None:
    choose(SYSTEM, scanner.site_id, [LEVEL], COMMAND)
    chests(scanner, 19)
    look(watch)
    assert open_flags() == [] and {one.state for one in states(SYSTEM, scanner.site_id).values()} == {"too few"}
    chests(scanner, 1)
    look(watch)
    told = open_flags()
    assert told and all("CT Chest, adults, on CT 1: the median DLP of 20 patients" in one for one in told)
    held = states(SYSTEM, scanner.site_id).values()
    assert {(one.state, one.before) for one in held} == {("above", "too few")}


def test_a_flag_is_withdrawn_where_the_median_comes_back(scanner: Scanner, watch: LevelWatch) -> None:
    choose(SYSTEM, scanner.site_id, [LEVEL], COMMAND)
    chests(scanner, 20)
    look(watch)
    chests(scanner, 30, dlp=100.0)
    look(watch)
    assert open_flags() == []
    assert {one.state for one in states(SYSTEM, scanner.site_id).values()} == {"within"}


def test_provisional_exams_move_no_state(scanner: Scanner, watch: LevelWatch) -> None:
    choose(SYSTEM, scanner.site_id, [LEVEL], COMMAND)
    chests(scanner, 19)
    chests(scanner, 5, settled=False)
    look(watch)
    assert open_flags() == []


def test_a_site_that_has_chosen_no_sets_gets_states_and_no_flags_until_it_chooses(
    scanner: Scanner, watch: LevelWatch
) -> None:
    chests(scanner, 20)
    look(watch)
    assert open_flags() == [] and states(SYSTEM, scanner.site_id)
    choose(SYSTEM, scanner.site_id, [LEVEL], COMMAND)
    look(watch)
    assert open_flags()


def test_nothing_is_looked_at_twice_without_a_change(scanner: Scanner, watch: LevelWatch) -> None:
    chests(scanner, 3)
    look(watch)
    assert watch.step() == 0


def test_exams_that_are_set_apart_take_their_states_along(scanner: Scanner, watch: LevelWatch) -> None:
    choose(SYSTEM, scanner.site_id, [LEVEL], COMMAND)
    chests(scanner, 20)
    look(watch)
    Exam.objects.update(excluded_as="test")
    note_change(Exam.objects.values_list("pk", flat=True))
    look(watch)
    assert states(SYSTEM, scanner.site_id) == {} and open_flags() == []


def test_a_scanner_without_a_review_for_a_year_is_flagged_until_somebody_reviews_it(
    scanner: Scanner, watch: LevelWatch
) -> None:
    choose(SYSTEM, scanner.site_id, [LEVEL], COMMAND)
    make_exam(scanner, (datetime.now(UTC) - timedelta(days=400)).strftime("%Y-%m-%dT10:00:00"))
    chests(scanner, 1)
    look(watch)
    assert [one.startswith("The medians of CT 1 are due for review.") for one in open_flags("review-due")] == [True]
    review(SYSTEM, scanner.pk, "All as expected", COMMAND)
    look(watch)
    assert open_flags("review-due") == []
