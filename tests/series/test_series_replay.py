"""A rule that looks at series by the clock, tried over history, finds the flags that it raised live, on the same days."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.loop.clock import SimulatedClock
from doseloop.access.scope import SYSTEM
from doseloop.assess.registry import RULES
from doseloop.facts.engine import Facts
from doseloop.model.errors import UnusableInput
from doseloop.roles.drift_watch import DriftWatch
from doseloop.roles.operator_watch import OperatorWatch
from doseloop.rule_trial import trial
from doseloop.series.watches import TUESDAY, WATCHES
from doseloop.store import case_opening, flags, new_usuals, rule_replays
from doseloop.store.audit import COMMAND
from doseloop.store.models import Flag, Scanner, Site
from doseloop.store.new_usuals import NewUsual
from tests.facts.conftest import facts, paths
from tests.series.operated import BEGUN as WEEKS_BEGUN
from tests.series.operated import operated
from tests.series.replayed import ON, days_of, end_of, found, live, replayed
from tests.store.drifting import BEGUN, PROTOCOL, SERIES, a_scanner, at, doses, give

__all__ = ["facts", "paths"]
OTHERS = ("Head / Head", "Hip / Hip")
LENGTH = 300
A_DAY = 12


def live_days(clock: SimulatedClock, given: "Given") -> Iterator[date]:
    """The exams come day by day, and at the end of each the worker looks for drift; each day is told before it looks."""
    watch, day, first = DriftWatch(), BEGUN.date(), 0
    length = max(map(len, given.values()))
    while first < length:
        last = first + sum(at(number).date() == day for number in range(first, min(first + A_DAY, length)))
        for (scanner, protocol), values in given.items():
            give(scanner, values[first:last], first, protocol)
        clock.advance(end_of(day))
        yield day
        while watch.step(clock.moment):
            pass
        day, first = day + timedelta(days=1), last


def test_every_rule_of_series_can_be_tried_or_says_why_not() -> None:
    of_series = {name: rule for name, rule in RULES.items() if rule.form == "on_period"}
    assert set(WATCHES) == {name for name, rule in of_series.items() if rule.may_be_replayed}
    assert all(rule.may_be_replayed or len(rule.not_replayed) > 30 for rule in of_series.values())


Given = dict[tuple[Scanner, str], list[float]]


def drifting() -> Given:
    """A scanner of which one protocol drifts, and one that drifts as a whole."""
    one, whole = a_scanner("CT 1"), a_scanner("CT 2", "South")
    Scanner.objects.filter(pk=whole.pk).update(site=one.site)
    whole.site = one.site
    names = (PROTOCOL, *OTHERS)
    return {
        (one, PROTOCOL): doses(LENGTH, 1.3),
        (one, OTHERS[0]): doses(LENGTH, seed=4),
        **{(whole, name): doses(LENGTH, 1.2, 160, seed) for seed, name in enumerate(names, start=11)},
    }


def give_all(given: Given) -> int:
    """All of it at once: the key of the site."""
    for (scanner, protocol), values in given.items():
        give(scanner, values, 0, protocol)
    return next(iter(given))[0].site_id


def live_through(clock: SimulatedClock, given: Given) -> int:
    """All of it day by day: the key of the site."""
    for _ in live_days(clock, given):
        pass
    return next(iter(given))[0].site_id


def test_drift_is_found_on_the_days_on_which_it_was_raised(clock: SimulatedClock, facts: Facts) -> None:
    made = replayed(facts, live_through(clock, drifting()), "drift")
    assert found(made) == live("drift")
    assert {one.cause.partition(" since ")[0] for one in made.new} == {"scanner", f"ctdi_vol_mgy of {SERIES}"}
    assert {one.key: one.scanner for one in made.new} == dict(Flag.objects.values_list("key", "scanner"))


def test_a_new_usual_counts_from_the_decision_about_it_on_until_it_is_taken_back(
    clock: SimulatedClock, facts: Facts
) -> None:
    scanner, decided, taken_back = a_scanner(), date(2026, 1, 22), date(2026, 2, 6)
    values = [*doses(270, 1.3), *(1.3**2 * one for one in doses(130, 1.0, seed=3))]
    batch = ""
    for day in live_days(clock, {(scanner, PROTOCOL): values}):
        if day == decided:
            flag = Flag.objects.get(rule="drift")
            wanted = NewUsual(scanner.pk, SERIES, at(150).date().isoformat(), "Made better.", flag.pk)
            new_usuals.begin(SYSTEM, wanted, COMMAND)
            batch = new_usuals.decided(SYSTEM, scanner.pk)[0].key
        if day == taken_back:
            new_usuals.take_back(SYSTEM, scanner.pk, batch, COMMAND)
    before, after = sorted(live("drift").values())
    assert before < decided < after < taken_back
    assert found(replayed(facts, scanner.site_id, "drift")) == live("drift")


def test_what_stands_before_the_first_day_is_not_new(facts: Facts) -> None:
    given = drifting()
    site = give_all(given)
    before = found(replayed(facts, site, "drift"))
    give(next(iter(given))[0], [7.4], 378 * A_DAY)
    made = replayed(facts, site, "drift")
    assert made.past.span is not None
    assert found(made) == {key: day for key, day in before.items() if day >= made.past.span[0]}
    assert 0 < len(found(made)) < len(before)


def test_a_replay_of_drift_writes_nothing(facts: Facts) -> None:
    site = give_all(drifting())
    with CaptureQueriesContext(connection) as asked:
        assert replayed(facts, site, "drift").new
    assert asked
    assert [one["sql"] for one in asked if not one["sql"].startswith("SELECT")] == []


def test_flags_a_week_and_precision_are_told_of_what_people_judged(clock: SimulatedClock, facts: Facts) -> None:
    site = live_through(clock, drifting())
    first, *others = Flag.objects.filter(rule="drift", state="open").order_by("pk")
    case_opening.open_case(SYSTEM, [first.pk], "A case", COMMAND)
    flags.set_aside(SYSTEM, others[0].pk, "clinically justified", "", COMMAND)
    made = replayed(facts, site, "drift").budget()
    assert made is not None
    assert (made.flags, made.looks, made.exams) == (Flag.objects.count(), 27, 5 * LENGTH)
    assert sum(week.flags for week in made.weeks) == made.flags
    assert (made.judged.those, made.judged.of) == (1, 2)
    assert (made.lost.flags, made.gained.flags) == (0, 0)
    off = replayed(facts, site, "drift", replace(ON, is_on=False)).budget()
    assert off is not None
    assert off.gained.flags == off.flags == made.flags


def test_operators_are_found_on_the_days_on_which_they_were_raised(clock: SimulatedClock, facts: Facts) -> None:
    site = operated(weeks=16)
    watch = OperatorWatch(facts)
    for day in days_of(WEEKS_BEGUN, 16):
        clock.advance(end_of(day))
        while watch.step():
            pass
    raised = live("operators")
    assert {day.weekday() for day in raised.values()} == {TUESDAY}
    assert len(set(raised.values())) > 1
    assert found(replayed(facts, site.pk, "operators")) == raised


def test_a_rule_about_people_is_not_tried_where_a_site_shows_none(facts: Facts) -> None:
    site = operated(weeks=1)
    Site.objects.update(operators_shown=False)
    with pytest.raises(UnusableInput, match="the site shows none"):
        rule_replays.ask(SYSTEM, site.pk, "operators", {}, COMMAND)


def test_tries_about_people_are_not_seen_by_who_sees_no_people(facts: Facts) -> None:
    site = operated(weeks=1)
    rule_replays.ask(SYSTEM, site.pk, "operators", {}, COMMAND)
    blind = replace(SYSTEM, operators=False)
    assert len(rule_replays.tries(SYSTEM, site.pk, "operators")) == 1
    assert rule_replays.tries(blind, site.pk, "operators") == ()
    with pytest.raises(UnusableInput, match="whom your role does not see"):
        rule_replays.ask(blind, site.pk, "operators", {}, COMMAND)
    Site.objects.update(operators_shown=False)
    assert rule_replays.tries(SYSTEM, site.pk, "operators") == ()


def test_a_site_without_exams_has_no_budget(facts: Facts) -> None:
    made = trial(a_scanner().site_id, RULES["drift"], None, ON, facts)
    assert (list(made.steps()), made.budget(), made.total) == ([], None, 0)
