"""Schedules of reports: due on their day at their site, missed days caught up once, never made twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.report_schedule import Rhythm
from doseloop.roles.data_folder import DataFolder
from doseloop.store import report_schedules
from doseloop.store.audit import Actor
from doseloop.store.models import AuditRow, ReportSchedule, Site
from tests.facts.made import make_site

KEANE = Actor(None, "m.keane")
MONTHLY = Rhythm("month", 5, 3)


@pytest.fixture
def site(folder: DataFolder) -> Site:
    return make_site(zone="Pacific/Auckland")


def planned(site: Site, last_due: date = date(2025, 1, 5), **given: Any) -> int:
    key = report_schedules.set_up(SYSTEM, site.pk, MONTHLY, given.get("recipients", []), KEANE, for_signature=True)
    ReportSchedule.objects.filter(pk=key).update(last_due=last_due)
    return key


def days(now: datetime) -> list[date]:
    return [one.day for one in report_schedules.due(now)]


def test_nothing_is_due_when_a_schedule_is_set_up(site: Site) -> None:
    report_schedules.set_up(SYSTEM, site.pk, MONTHLY, [], KEANE, for_signature=True)
    assert days(datetime.now(UTC)) == []
    (one,) = report_schedules.schedules(SYSTEM)
    assert one.next_due is not None
    assert one.next_due > one.last_due


def test_the_day_begins_when_it_begins_at_the_site(site: Site) -> None:
    planned(site)
    midnight = datetime(2025, 2, 4, 11, tzinfo=UTC)  # in Auckland, in summer
    assert days(midnight - timedelta(minutes=1)) == []
    assert days(midnight) == [date(2025, 2, 5)]


def test_days_that_were_missed_are_caught_up_once(site: Site) -> None:
    key = planned(site)
    (one,) = report_schedules.due(datetime(2025, 6, 20, tzinfo=UTC))
    assert one.day == date(2025, 6, 5)
    assert report_schedules.take(one)
    assert days(datetime(2025, 6, 20, tzinfo=UTC)) == []
    assert report_schedules.schedule_of(SYSTEM, key).next_due == date(2025, 7, 5)


def test_of_several_who_ask_one_alone_gets_it(site: Site) -> None:
    planned(site)
    (one,) = report_schedules.due(datetime(2025, 2, 6, tzinfo=UTC))
    assert [report_schedules.take(one) for _ in range(3)] == [True, False, False]


def test_what_could_not_be_made_is_due_again_after_longer_and_longer_pauses(site: Site) -> None:
    key = planned(site)
    now = datetime.now(UTC)
    (one,) = report_schedules.due(now)
    for failures in (1, 2, 3):
        report_schedules.take(one)
        report_schedules.give_back(key, one.day, "The copy cannot be read.")
        assert days(datetime.now(UTC)) == []
        assert days(datetime.now(UTC) + timedelta(minutes=2**failures, seconds=1)) == [one.day]
    assert report_schedules.schedule_of(SYSTEM, key).said == "The copy cannot be read."
    report_schedules.take(one)
    report_schedules.note_made(key)
    assert report_schedules.schedule_of(SYSTEM, key).said == ""


def test_a_stopped_schedule_makes_nothing_and_catches_nothing_up_when_it_starts_again(site: Site) -> None:
    key = planned(site)
    report_schedules.stop(SYSTEM, key, KEANE)
    assert days(datetime.now(UTC)) == []
    report_schedules.start_again(SYSTEM, key, KEANE)
    assert days(datetime.now(UTC)) == []
    report_schedules.start_again(SYSTEM, key, KEANE)  # a button that was pressed twice
    assert AuditRow.objects.filter(subject=f"report schedule {key}").count() == 3


@pytest.mark.parametrize("address", ["nobody", "a@b@c", "a b@c.org", "a@c.org\nBcc: x@y.org", "<a@c.org>"])
def test_what_is_no_mail_address_is_refused(site: Site, address: str) -> None:
    with pytest.raises(UnusableInput, match="mail address"):
        report_schedules.set_up(SYSTEM, site.pk, MONTHLY, [address], KEANE, for_signature=True)
    assert not ReportSchedule.objects.exists()


def test_another_sites_schedules_are_not_there(site: Site) -> None:
    key = planned(site)
    assert report_schedules.schedules(NOTHING) == ()
    for act in (report_schedules.stop, report_schedules.start_again):
        with pytest.raises(NotVisible):
            act(NOTHING, key, KEANE)
    with pytest.raises(NotVisible):
        report_schedules.set_up(NOTHING, site.pk, MONTHLY, [], KEANE, for_signature=True)
