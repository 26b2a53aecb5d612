"""A history that was lived through by the clock, and the same tried afterwards."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from doseloop.assess.registry import RULES
from doseloop.facts.engine import Facts
from doseloop.series_replay import SeriesReplay
from doseloop.store.changes import note_change
from doseloop.store.models import Exam, Flag
from doseloop.store.rule_settings import InForce

ON = InForce(True, None)


def replayed(facts: Facts, site: int, rule: str, today: InForce = ON) -> SeriesReplay:
    """A try that went through all of its looks."""
    made = SeriesReplay(site, RULES[rule], today, facts)
    assert list(made.steps()) == list(range(1, made.total + 1))
    return made


def live(rule: str) -> dict[str, date]:
    """The days on which flags were raised, by key; also of those that are withdrawn by now."""
    return dict(Flag.objects.filter(rule=rule).values_list("key", "raised_at__date"))


def found(made: SeriesReplay) -> dict[str, date]:
    """The days on which a try found flags, by key."""
    return {one.key: one.day for one in made.new}


def end_of(day: date) -> datetime:
    """Half an hour before midnight (UTC)."""
    return datetime.combine(day, time(23, 30), UTC)


def days_of(first: date, weeks: int) -> Iterator[date]:
    """The days of so many weeks; the exams that stand in the record come on theirs."""
    Exam.objects.update(settled=False)
    for number in range(7 * weeks):
        day = first + timedelta(days=number)
        exams = Exam.objects.filter(started_at__startswith=day.isoformat())
        exams.update(settled=True)
        note_change(exams.values_list("pk", flat=True))
        yield day
