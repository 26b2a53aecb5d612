"""What a rule cost: flags a week, and how many of those that people judged were true."""

from datetime import UTC, datetime, timedelta

import pytest

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.assess.share import Share
from doseloop.model.errors import NotVisible
from doseloop.roles.data_folder import DataFolder
from doseloop.store import judged_flags
from doseloop.store.models import Flag, Scanner
from tests.facts.made import make_exam, make_scanner, make_site

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
"""A Thursday."""


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return make_scanner(make_site())


def raise_flag(scanner: Scanner, days_ago: float, state: str = "open", rule: str = "high-dose") -> Flag:
    at = NOW - timedelta(days=days_ago)
    exam = make_exam(scanner)
    return Flag.objects.create(
        key=f"{rule}/{exam.pk}", rule=rule, rule_version="1", site=scanner.site, scanner=scanner, exam=exam, state=state,
        sentence="x", raised_at=at, updated_at=at, judged_at=at if state in ("case", "set aside") else None,
        verdict="phantom or test" if state == "set aside" else "",
    )  # fmt: skip


def test_flags_are_counted_in_the_week_in_which_they_were_raised(scanner: Scanner) -> None:
    for days_ago in (0, 1, 3.4, 4, 10, 80, 84):
        raise_flag(scanner, days_ago)
    cost = judged_flags.costs(SYSTEM, scanner.site_id, NOW)["high-dose"]
    assert cost.weeks == (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3)
    assert cost.a_week == pytest.approx(3 / 11)


def test_precision_is_cases_of_all_that_were_judged_within_a_year(scanner: Scanner) -> None:
    for days_ago, state in (
        (10, "case"),
        (20, "case"),
        (30, "set aside"),
        (40, "open"),
        (50, "withdrawn"),
        (400, "set aside"),
    ):
        raise_flag(scanner, days_ago, state)
    assert judged_flags.costs(SYSTEM, scanner.site_id, NOW)["high-dose"].judged == Share(2, 3)


def test_rules_and_sites_are_told_apart_and_one_that_raised_nothing_has_no_cost(scanner: Scanner) -> None:
    other = make_scanner(make_site("South"), "CT 9")
    raise_flag(scanner, 1, "case", "new-name")
    raise_flag(other, 1, "set aside", "high-dose")
    assert set(judged_flags.costs(SYSTEM, scanner.site_id, NOW)) == {"new-name"}
    assert judged_flags.costs(SYSTEM, other.site_id, NOW)["high-dose"].judged == Share(0, 1)
    with pytest.raises(NotVisible):
        judged_flags.costs(NOTHING, scanner.site_id, NOW)


def test_judged_flags_of_a_rule_say_what_people_found(scanner: Scanner) -> None:
    raise_flag(scanner, 3, "case")
    raise_flag(scanner, 2, "set aside")
    raise_flag(scanner, 1)
    found = judged_flags.of_rule(SYSTEM, scanner.site_id, "high-dose")
    assert [(one.is_true, one.verdict) for one in found] == [(False, "phantom or test"), (True, "")]
