"""Times as people read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.store.site_list import sites


def zone_of(scope: Scope) -> ZoneInfo:
    """The zone that pages of this scope are shown in: its sites' own where they share one, else UTC."""
    zones = {site.zone for site in sites(scope)}
    name = zones.pop() if len(zones) == 1 else "UTC"
    return ZoneInfo(name if name in available_timezones() else "UTC")


def now_here() -> datetime:
    """The time now, in the zone of the page."""
    return timezone.localtime()


def today_here() -> date:
    """The day that it is, in the zone of the page."""
    return now_here().date()


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in one unit: `just now`, `4 min ago`, `3 h ago`, `12 days ago`."""
    gone = (now or datetime.now(UTC)) - moment
    if gone < timedelta(seconds=10):
        return "just now"
    if gone < timedelta(minutes=1):
        return f"{gone.seconds} s ago"
    if gone < timedelta(hours=1):
        return f"{gone.seconds // 60} min ago"
    if gone < timedelta(days=2):
        return f"{int(gone.total_seconds() // 3600)} h ago"
    return f"{gone.days} days ago"


def wall_clock(text: str) -> str:
    """A recorded wall clock (`2026-11-22T01:40:12`) as `22 Nov 2026, 01:40:12`; empty as an en dash."""
    if not text:
        return "–"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment.day} {moment:%b %Y}, {moment:%H:%M:%S}"


def day_shown(day: date) -> str:
    """A day with its year, `31 Mar 2026`."""
    return f"{day.day} {day:%b %Y}"


def short_time(moment: datetime | date, today: date | None = None) -> str:
    """A moment for a table: the time alone where it is of today, the day beside it else."""
    if not isinstance(moment, datetime):
        return f"{moment.day} {moment:%b %Y}"
    here = timezone.localtime(moment) if moment.tzinfo else moment
    today = today or today_here()
    if here.date() == today:
        return f"{here:%H:%M}"
    year = "" if here.year == today.year else f" {here.year}"
    return f"{here.day} {here:%b}{year}, {here:%H:%M}"
