"""What a rule would have flagged is counted by weeks and causes, and held against what people said."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.replayed import MOST_EXAMPLES, Replayed, budget, cause_starts
from doseloop.assess.share import Share

MONDAY = date(2026, 1, 5)


def found(day: int, exam: int = 1, scanner: int = 1, procedure: str = "ct-head", cause: str = "dose") -> Replayed:
    return Replayed(
        f"high-dose/exam {exam}/{cause}", cause, exam, scanner, procedure, MONDAY + timedelta(days=day), "Far above."
    )


def test_findings_of_one_place_within_a_week_of_each_other_are_one_cause() -> None:
    assert len(cause_starts([found(0), found(3), found(10), found(17)])) == 1
    assert cause_starts([found(0), found(8)]) == [MONDAY, MONDAY + timedelta(days=8)]


def test_another_scanner_procedure_or_cause_is_another_cause() -> None:
    assert (
        len(cause_starts([found(0), found(0, scanner=2), found(0, procedure="ct-chest"), found(0, cause="age")])) == 4
    )


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 3)), max_size=30))
def test_causes_are_never_more_than_findings_and_do_not_depend_on_their_order(given: list[tuple[int, int]]) -> None:
    made = [found(day, scanner=scanner) for day, scanner in given]
    assert len(cause_starts(made)) <= len(made)
    assert sorted(cause_starts(made)) == sorted(cause_starts(made[::-1]))
    assert (len(cause_starts(made)) == 0) == (not made)


def test_every_week_is_counted_also_one_without_a_flag() -> None:
    made = budget(
        (MONDAY + timedelta(days=2), MONDAY + timedelta(days=22)), 90, 0, [found(2), found(3, 2), found(17, 3)], [], {}
    )
    assert [(week.flags, week.causes) for week in made.weeks] == [(2, 1), (0, 0), (1, 1), (0, 0)]
    assert (made.flags, made.causes, made.flags_a_week) == (3, 2, 1.0)


def test_precision_counts_only_what_people_judged() -> None:
    new = [found(0, 1), found(1, 2), found(2, 3)]
    verdicts = {new[0].key: True, new[1].key: False, "high-dose/exam 99/dose": True}
    made = budget((MONDAY, MONDAY), 9, 0, new, new, verdicts)
    assert made.judged == Share(1, 2)
    assert [one.verdict for one in made.examples] == ["true", "false", ""]


def test_what_only_one_of_two_settings_flags_is_told_with_what_people_said_of_it() -> None:
    today, new = [found(0, 1), found(1, 2), found(2, 3)], [found(2, 3), found(4, 4)]
    made = budget((MONDAY, MONDAY), 9, 0, new, today, {today[0].key: True, today[1].key: False})
    assert (made.lost.flags, made.lost.judged, [one.exam for one in made.lost.examples]) == (2, Share(1, 2), [1, 2])
    assert (made.gained.flags, made.gained.judged.of, [one.exam for one in made.gained.examples]) == (1, 0, [4])


def test_examples_of_many_come_from_all_of_the_time() -> None:
    made = budget((MONDAY, MONDAY), 9, 0, [found(day, day) for day in range(200)], [], {})
    days = [(one.day - MONDAY).days for one in made.examples]
    assert len(days) == MOST_EXAMPLES
    assert (days[0], days[-1]) == (0, 190)
