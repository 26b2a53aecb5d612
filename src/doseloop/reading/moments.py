"""Dates and times as DICOM writes them (PS3.5 section 6.2: DA, TM, DT), to ISO 8601."""

import re
from datetime import date, datetime, time

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,](\d{1,6})\d*)?$")
_TIME = re.compile(r"(\d\d)(\d\d)?(\d\d)?(?:[.,](\d{1,6})\d*)?$")
_ZONE_AFTER = re.compile(r"(?<=\d)\s*(?:Z|(?:UTC|GMT)?\s*[+-]\d\d:?\d\d)$")
_LONGEST = 64
"""Characters; a DT has 26 (PS3.5 section 6.2). Patterns take long on more."""
_YEARS = range(1850, 2200)
"""Years of which an object of medicine can speak: 0001 and 9999 stand for none."""
_ZONE = re.compile(r"[+-](0\d|1[0-4])[0-5]\d$")


def _short(written: str | None) -> str:
    return written if written and len(written) <= _LONGEST else ""


def date_of(written: str | None) -> date | None:
    """A DA value (also `YYYY.MM.DD` and `YYYY-MM-DD`), None where it is not a date."""
    digits = re.sub(r"[.\-/]", "", _short(written))
    if not re.fullmatch(r"\d{8}", digits):
        return None
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if day.year in _YEARS else None


def date_iso(written: str | None) -> str | None:
    """The ISO date of a DA value, None where it is not a date."""
    day = date_of(written)
    return day.isoformat() if day else None


def time_iso(written: str | None) -> str | None:
    """The ISO time of a TM value, local, None where it is not a time."""
    found = _TIME.match(_short(written).strip().replace(":", ""))
    if not found:
        return None
    hour, minute, second, fraction = found.groups("0")
    try:
        return time(int(hour), int(minute), min(int(second), 59), int(fraction.ljust(6, "0"))).isoformat()
    except ValueError:
        return None


def moment_iso(written: str | None) -> str | None:
    """The local wall clock of a DT value as ISO 8601 without its zone, None where it is no date with at least an hour."""
    local = _ZONE_AFTER.sub("", _short(written).strip())
    found = _MOMENT.match(re.sub(r"[\s:T/-]|(?<=\d{4})\.(?=\d\d\.)|(?<=\d{4}\.\d\d)\.", "", local))
    if not found:
        return None
    year, month, day, hour, minute, second, fraction = found.groups("0")
    if int(year) not in _YEARS:
        return None
    try:
        clock = (int(hour), int(minute), min(int(second), 59), int(fraction.ljust(6, "0")))
        return datetime(int(year), int(month), int(day), *clock).isoformat()  # noqa: DTZ001 - the wall clock as recorded
    except ValueError:
        return None


def zone(written: str | None) -> str | None:
    """A Timezone Offset From UTC as `+0100`, None where it is absent or illegal."""
    return written if written and _ZONE.fullmatch(written) else None
