"""A scanner that falls silent in its usual hours gets a flag, which goes when something comes again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.roles.data_folder import DataFolder
from doseloop.store import flags, heartbeats, scanner_merging
from doseloop.store.audit import COMMAND
from doseloop.store.models import Exam, Flag, Patient, Scanner, UsualWeekRow
from doseloop.store.scanner_list import scanner_states
from tests.facts.made import make_site

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
"""Past summer time's beginning in London: 09:00 UTC is 10:00 there."""
WEEKS = 9


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    """Four exams an hour from 08:00 to 12:00 UTC on working days, until Friday noon."""
    site = make_site("North")
    site.zone = "Europe/London"
    site.save()
    last = MONDAY - timedelta(days=2, hours=12)
    made = Scanner.objects.create(
        site=site, key="a", name="CT 1", station_name="CT1", modality="CT", first_object_at=last - timedelta(weeks=WEEKS),
        last_object_at=last,
    )  # fmt: skip
    days = [MONDAY - timedelta(days=day) for day in range(1, 7 * WEEKS)]
    hours = [day + timedelta(hours=8, minutes=15 * n) for day in days if day.weekday() < 5 for n in range(16)]
    give_exams(made, [hour for hour in hours if hour <= last])
    return made


def give_exams(scanner: Scanner, moments: list[datetime]) -> None:
    patient = Patient.objects.create()
    number = Exam.objects.count()
    Exam.objects.bulk_create(
        Exam(
            site=scanner.site, scanner=scanner, patient=patient, study_uid=f"2.25.{number + n}", modality="CT",
            started_at=(moment + timedelta(hours=1)).isoformat()[:19], received_at=moment,
        )
        for n, moment in enumerate(moments)
    )  # fmt: skip


def states() -> list[tuple[str, str]]:
    return list(Flag.objects.order_by("pk").values_list("sentence", "state"))


def arrive(scanner: Scanner, at: datetime) -> None:
    Scanner.objects.filter(pk=scanner.pk).update(last_object_at=at)


def test_a_weekend_is_no_silence_and_a_working_morning_without_exams_is(scanner: Scanner) -> None:
    assert heartbeats.keep(MONDAY + timedelta(hours=8)) == 0
    assert heartbeats.keep(MONDAY + timedelta(hours=11, minutes=45)) == 1
    ((sentence, state),) = states()
    assert sentence.startswith(
        "Nothing came from CT 1 since Friday 29 May 2026, 13:00, in hours in which it usually works"
    )
    assert state == "open"
    flag = Flag.objects.get()
    assert (flag.scanner_id, flag.exam_id, flag.site_id) == (scanner.pk, None, scanner.site_id)


def test_the_flag_stays_one_and_is_withdrawn_when_something_comes(scanner: Scanner) -> None:
    noon = MONDAY + timedelta(hours=12)
    assert [heartbeats.keep(noon + timedelta(days=day)) for day in (0, 0, 1, 9)] == [1, 0, 0, 0]
    arrive(scanner, noon + timedelta(days=9))
    assert heartbeats.keep(noon + timedelta(days=9, minutes=3)) == 1
    assert [state for _, state in states()] == ["withdrawn"]


def test_the_next_silence_is_a_flag_of_its_own_whatever_was_said_of_the_first(scanner: Scanner) -> None:
    noon = MONDAY + timedelta(hours=12)
    heartbeats.keep(noon)
    flags.set_aside(SYSTEM, Flag.objects.get().pk, str(flags.SetAsideReason.OUT_OF_USE), "", COMMAND)
    heartbeats.keep(noon + timedelta(days=1))
    arrive(scanner, noon + timedelta(days=1))
    heartbeats.keep(noon + timedelta(days=1, minutes=3))
    heartbeats.keep(noon + timedelta(days=3))
    assert [state for _, state in states()] == ["set aside", "open"]


def test_a_flag_of_a_scanner_that_became_another_name_is_withdrawn(scanner: Scanner) -> None:
    other = Scanner.objects.create(
        site=scanner.site, key="b", name="CT 1 new", modality="CT", first_object_at=MONDAY, last_object_at=MONDAY
    )
    heartbeats.keep(MONDAY + timedelta(hours=12))
    scanner_merging.merge(SYSTEM, scanner.pk, other.pk, COMMAND)
    heartbeats.keep(MONDAY + timedelta(hours=13))
    assert [state for _, state in states()] == ["withdrawn"]


def test_without_a_usual_week_the_fixed_time_holds(folder: DataFolder) -> None:
    site, now = make_site("North"), timezone.now()
    times = {"first_object_at": now - timedelta(days=9), "last_object_at": now - timedelta(hours=30)}
    Scanner.objects.create(site=site, key="a", name="CT 1", modality="CT", **times)
    assert heartbeats.keep() == 0
    silent = {hours: scanner_states(SYSTEM, timedelta(hours=hours))[0].silent for hours in (24, 48)}
    assert silent == {24: True, 48: False}
    assert not scanner_states(SYSTEM, timedelta(hours=24))[0].knows_hours


def test_a_scanner_of_planned_hours_is_not_silent_at_night_whatever_the_fixed_time(scanner: Scanner) -> None:
    heartbeats.keep(MONDAY + timedelta(hours=7))
    beat = heartbeats.heartbeats([scanner], MONDAY + timedelta(hours=7))[scanner.pk]
    assert not beat.is_silent(timedelta(hours=1))


def test_the_usual_week_stays_that_of_before_a_long_silence(scanner: Scanner) -> None:
    heartbeats.keep(MONDAY)
    before = UsualWeekRow.objects.get().per_hour
    heartbeats.keep(MONDAY + timedelta(weeks=30))
    assert UsualWeekRow.objects.get().per_hour == before
    assert [state for _, state in states()] == ["open"]


def test_starts_that_are_no_moments_and_zones_that_are_none_stop_nothing(scanner: Scanner) -> None:
    Exam.objects.filter(pk__in=Exam.objects.values("pk")[:3]).update(started_at="2026-05-x")
    scanner.site.zone = "Nowhere/Land"
    scanner.site.save()
    heartbeats.keep(MONDAY + timedelta(hours=12))
    assert UsualWeekRow.objects.get().exams > 500
