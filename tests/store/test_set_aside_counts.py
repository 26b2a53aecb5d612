"""Reasons that come back suggest a change of the rule."""

from datetime import timedelta

import pytest
from django.utils import timezone

from doseloop.access.scope import SYSTEM, Scope
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Flag, Scanner
from doseloop.store.set_aside_counts import DAYS, OFTEN, returning_reasons
from tests.facts.made import add_flag, make_exam, make_scanner, make_site


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return make_scanner(make_site())


def judged(scanner: Scanner, number: int, verdict: str, days_ago: float = 1.0, state: str = "set aside") -> None:
    for _ in range(number):
        flag = add_flag(make_exam(scanner), state=state)
        at = timezone.now() - timedelta(days=days_ago)
        Flag.objects.filter(pk=flag.pk).update(scanner=scanner, verdict=verdict, judged_at=at)


def test_a_reason_is_told_from_five_times_on_beside_how_many_were_judged(scanner: Scanner) -> None:
    judged(scanner, OFTEN, "patient size explains it")
    judged(scanner, OFTEN - 1, "phantom or test")
    judged(scanner, 2, "", state="case")
    judged(scanner, 3, "", state="open")
    (found,) = returning_reasons(SYSTEM)
    assert (found.rule, found.reason, found.scanner_name, found.times) == (
        "high_dose", "patient size explains it", "CT 1", OFTEN,
    )  # fmt: skip
    assert found.judged == OFTEN + OFTEN - 1 + 2


def test_what_is_older_than_the_window_counts_no_more(scanner: Scanner) -> None:
    judged(scanner, OFTEN - 1, "phantom or test")
    judged(scanner, 1, "phantom or test", DAYS + 1)
    assert returning_reasons(SYSTEM) == ()


def test_scanners_and_sites_are_counted_apart(scanner: Scanner) -> None:
    other = make_scanner(make_site("Harbour Clinic"), "CT 9")
    judged(scanner, OFTEN - 1, "phantom or test")
    judged(other, OFTEN, "phantom or test")
    assert [one.scanner_name for one in returning_reasons(SYSTEM)] == ["CT 9"]
    here = Scope(sites=frozenset({scanner.site_id}), identity=True, operators=True)
    assert returning_reasons(here) == ()
