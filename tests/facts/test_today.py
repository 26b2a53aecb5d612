"""Days are those of the site's clock."""

from datetime import UTC, date, datetime

from doseloop.access.scope import SYSTEM
from doseloop.facts.engine import Facts
from doseloop.facts.today import HourCount, day, scanner_activity
from tests.facts.made import NOON, add_event, add_flag, add_part, make_exam, make_scanner, make_site


def test_a_day_counts_exams_by_hour_and_scanner(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    first = make_exam(scanner, "2025-03-10T00:00:00")
    make_exam(scanner, "2025-03-10T23:59:59")
    make_exam(scanner, "2025-03-11T00:00:00")
    make_exam(scanner, "2025-03-10T08:00:00", excluded_as="phantom")
    make_exam(scanner, "")
    add_event(add_part(first), ctdi_vol_mgy=1.0)
    add_flag(first)
    found = day(facts, SYSTEM, date(2025, 3, 10))
    assert (found.exams, found.events, found.flagged) == (2, 1, 1)
    assert {type(count) for count in (found.exams, found.events, found.flagged)} == {int}
    assert found.hours == (
        HourCount(0, scanner.pk, "CT 1", "CT", 1),
        HourCount(23, scanner.pk, "CT 1", "CT", 1),
    )


def test_a_day_without_exams_is_empty(facts: Facts) -> None:
    found = day(facts, SYSTEM, date(2025, 3, 10))
    assert (found.exams, found.events, found.flagged, found.hours) == (0, 0, 0, ())


def test_activity_is_reckoned_on_the_clock_of_each_site(facts: Facts) -> None:
    now = datetime(2025, 3, 10, 12, tzinfo=UTC)
    tokyo = make_scanner(make_site("Tokyo", "Asia/Tokyo"))
    london = make_scanner(make_site("London", "Europe/London"))
    for scanner in (tokyo, london):
        make_exam(scanner, "2025-03-10T20:30:00")
        make_exam(scanner, "2025-03-09T13:00:00")
        make_exam(scanner, "2025-03-03T12:30:00")
    in_london, in_tokyo = scanner_activity(facts, SYSTEM, now)
    assert (in_london.last_exam_at, in_london.exams_24h, in_london.exams_7d) == (datetime(2025, 3, 9, 13), 1, 2)
    assert (type(in_london.exams_24h), type(in_london.exams_7d)) == (int, int)
    assert (in_tokyo.last_exam_at, in_tokyo.exams_24h, in_tokyo.exams_7d) == (datetime(2025, 3, 10, 20, 30), 1, 2)
    assert in_tokyo.last_object_at == NOON


def test_a_scanner_without_exams_or_with_an_unknown_zone_is_still_listed(facts: Facts) -> None:
    make_scanner(make_site("Nowhere", "Moon/Tycho"))
    (found,) = scanner_activity(facts, SYSTEM, NOON)
    assert (found.last_exam_at, found.exams_24h, found.exams_7d) == (None, 0, 0)
