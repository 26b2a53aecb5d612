"""A field that falls is told with its day and the software that came with it; what only differs from week to week is not."""

from collections.abc import Callable
from datetime import date, timedelta

from bench.worse_reports import made
from doseloop.assess.worse_reports import FieldDay, fall_of, on_period
from doseloop.model.flag import Finding

BEGUN = date(2025, 1, 6)
UPDATE = date(2025, 7, 7)
"""The 27th Monday."""
LATER = date(2025, 7, 27)


def days(
    share: Callable[[date], float], weeks: int = 29, field: str = "weight", of: int = 20, begun: date = BEGUN
) -> list[FieldDay]:
    """Working days of 20 exams of which about a share has the field, two more or fewer by turns."""
    every = (begun + timedelta(days=number) for number in range(weeks * 7))
    work = [day for day in every if day.weekday() < 5]
    return [
        FieldDay(day, field, round(of * share(day)) + (n % 3 - 1) * (share(day) < 0.99), of)
        for n, day in enumerate(work)
    ]


def fell(day: date) -> float:
    return 0.8 if day < UPDATE else 0.5


def told(listed: list[FieldDay], until: date = LATER, versions: dict[str, date] | None = None) -> tuple[Finding, ...]:
    return on_period(7, "CT 1", listed, versions or {}, until)


def test_a_field_that_falls_is_told_with_its_day_and_both_shares() -> None:
    (one,) = told(days(fell))
    assert (one.rule, one.subject, one.cause) == ("worse-reports", "scanner 7", "weight since 2025-07")
    assert one.sentence.startswith(
        "On CT 1, the patient’s weight stood in 80% of 2600 exams and stands in 51% of 100, since about 7 July 2025"
    )


def test_the_software_that_came_with_it_is_named() -> None:
    (one,) = told(days(fell), versions={"VA30": date(2024, 1, 1), "VB10": UPDATE - timedelta(days=2)})
    assert one.cause == "weight since VB10" and one.sentence.endswith(", as software VB10 came on 5 July 2025.")


def test_software_of_another_time_or_the_first_that_was_seen_is_not_named() -> None:
    for versions in ({"VB10": UPDATE}, {"VA30": date(2024, 1, 1), "VB10": date(2025, 5, 1)}):
        (one,) = told(days(fell), versions=versions)
        assert "software" not in one.sentence


def test_the_same_fall_keeps_its_key_as_weeks_go_by() -> None:
    listed = days(fell, weeks=45)
    keys = {one.key for weeks in range(1, 18) for one in told(listed, UPDATE + timedelta(days=7 * weeks - 1))}
    assert len(keys) == 1


def test_a_fall_ends_when_the_field_comes_back() -> None:
    listed = days(lambda day: 0.5 if UPDATE <= day < UPDATE + timedelta(days=35) else 0.8, weeks=45)
    assert told(listed, UPDATE + timedelta(days=34))
    assert told(listed, UPDATE + timedelta(days=77)) == ()


def test_a_small_fall_and_a_field_that_few_have_are_not_told() -> None:
    assert told(days(lambda day: 0.8 if day < UPDATE else 0.7)) == ()
    assert told(days(lambda day: 0.4 if day < UPDATE else 0.1)) == ()


def test_a_field_that_rises_is_not_told() -> None:
    assert told(days(lambda day: 0.5 if day < UPDATE else 0.9)) == ()


def test_too_short_a_past_or_too_few_exams_tell_nothing() -> None:
    assert told(days(fell, weeks=10, begun=UPDATE - timedelta(weeks=7)), LATER) == ()
    assert told(days(fell, of=4)) == () == told([])


def test_a_field_that_was_always_there_and_is_gone_is_told_after_a_week() -> None:
    listed = days(lambda day: 1.0 if day < UPDATE else 0.0)
    assert told(listed, UPDATE + timedelta(days=5)) == ()
    assert len(told(listed, UPDATE + timedelta(days=6))) == 1


def test_each_field_has_its_own_finding() -> None:
    both = [*days(fell), *days(fell, field="technique"), *days(lambda day: 0.9, field="protocol")]
    assert [one.cause.split()[0] for one in told(both)] == ["weight", "technique"]


def test_a_year_of_weeks_that_differ_by_themselves_tells_nothing() -> None:
    for seed in range(5):
        listed = made(seed, 365, 0.75, 0.75, 150, 0.5)
        assert fall_of(listed, listed[-1].day) is None
