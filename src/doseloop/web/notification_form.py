"""What people type about a subscription, and how pages say what it does."""

from collections.abc import Mapping
from datetime import time
from typing import Final, TypeVar

from doseloop.model.errors import UnusableInput
from doseloop.model.notification import How, QuietHours, Severity, Timing
from doseloop.store.subscriptions import Wanted

SEVERITIES: Final = {
    Severity.LOW: "everything",
    Severity.MEDIUM: "flags of high or medium weight",
    Severity.HIGH: "flags of high weight",
}
"""What is told from a severity on, in words."""
HOWS: Final = {
    How.AT_ONCE: "at once",
    How.DIGEST: "once a day, together",
    How.UNSEEN: "once nobody has judged it for some hours",
}
_DIGITS: Final = 4
_Word = TypeVar("_Word", Severity, How)


def wanted_in(given: Mapping[str, str]) -> Wanted:
    """What a form asks for. Errors: `UnusableInput`, naming the field."""
    timing = Timing(
        _word(How, given.get("how", ""), "When"),
        _time(given.get("digest_at", ""), "Time of the daily message") or time(7),
        _hours(given.get("wait_h", "") or "4"),
        _quiet(given),
    )
    least = _word(Severity, given.get("least", ""), "What")
    return Wanted(given.get("name", ""), least, timing, with_links="with_links" in given)


def said(wanted: Wanted) -> str:
    """`Flags of high weight, at once; not from 20:00 to 07:00.`"""
    timing = wanted.timing
    when = {
        How.AT_ONCE: "at once",
        How.DIGEST: f"each day at {timing.digest_at:%H:%M}",
        How.UNSEEN: f"once nobody has judged it for {_hours_said(timing.wait_h)}",
    }[timing.how]
    quiet = f"; not from {timing.quiet.begin:%H:%M} to {timing.quiet.end:%H:%M}" if timing.quiet else ""
    links = " Messages have the addresses of the flags." if wanted.with_links else ""
    return f"{SEVERITIES[wanted.least].capitalize()}, {when}{quiet}.{links}"


def _hours_said(hours: int) -> str:
    return "an hour" if hours == 1 else f"{hours} hours"


def _quiet(given: Mapping[str, str]) -> QuietHours | None:
    begin, end = (_time(given.get(name, ""), "Quiet hours") for name in ("quiet_begin", "quiet_end"))
    if begin is None and end is None:
        return None
    if begin is None or end is None:
        raise UnusableInput("Quiet hours need a beginning and an end; leave both empty for none.")
    return QuietHours(begin, end)


def _word(kind: type[_Word], text: str, what: str) -> _Word:
    try:
        return kind(text)
    except ValueError:
        raise UnusableInput(f"{what}: choose one of the list.") from None


def _time(text: str, what: str) -> time | None:
    if not text:
        return None
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"{what}: {text[:20]!r} is no time; write it as 07:30.") from None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _hours(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise UnusableInput(f"Hours: {text[:20]!r} is no whole number.")
    return int(text)
