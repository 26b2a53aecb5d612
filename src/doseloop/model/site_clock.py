"""The wall clock of a site, by which its scanners stamp what they send."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def clock(zone: str, moment: datetime) -> datetime:
    """Wall clock of the zone (IANA name), naive, at an aware moment; a zone that nobody knows counts as UTC.

    >>> clock("Europe/Berlin", datetime(2026, 1, 13, 7, 30, tzinfo=UTC))
    datetime.datetime(2026, 1, 13, 8, 30)
    """
    try:
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ZoneInfoNotFoundError, ValueError):
        return moment.astimezone(UTC).replace(tzinfo=None)
