"""How long after its start an exam was here."""

from datetime import datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from doseloop.model.exam import WallTime

_HOUR_S = 3600


def delay_h(started: WallTime, received_at: datetime) -> float | None:
    """Hours from the recorded start to `received_at` (aware); None where no start is known, or its zone is none.

    >>> from datetime import UTC
    >>> delay_h(WallTime("2026-11-27T10:00:00", "+0100", "object"), datetime(2026, 11, 27, 10, tzinfo=UTC))
    1.0
    """
    try:
        aware = datetime.fromisoformat(started.local).replace(tzinfo=_zone(started.zone))
    except (ValueError, OSError, KeyError):
        return None
    return (received_at - aware).total_seconds() / _HOUR_S


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name[:1] in ("+", "-"):
        found = datetime.strptime(name, "%z").tzinfo
        assert found is not None
        return found
    return ZoneInfo(name)
