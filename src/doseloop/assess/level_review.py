"""The rule `review-due`: when the medians of a scanner are to be looked at by a person again.

Yearly, and after a change of the X-ray unit or of a protocol: European Society of Radiology, Insights into Imaging 2021,
doi 10.1186/s13244-020-00949-5, table 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from doseloop.model.flag import Finding

RULE: Final = "review-due"
VERSION: Final = "1"
EVERY: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a scanner and asks for a review."""

    on: date
    what: str
    """`software version`, `tube change`, `new protocol`."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """Since when a review is due, and why, in a sentence."""

    since: date
    why: str


def due(last: date | None, first_exam: date, changes: Iterable[Change], today: date) -> Due | None:
    """Whether a review is due. `last` is the day of the latest one, None where there was none: then a year after the first exam."""
    begun = last or first_exam
    after = sorted((one for one in changes if begun < one.on <= today), key=lambda one: one.on)
    if after:
        first, more = after[0], len(after) - 1
        also = f", and {more} more change{'s' if more > 1 else ''} since" if more else ""
        note = f" ({first.note})" if first.note else ""
        return Due(first.on, f"{first.what.capitalize()} on {first.on.isoformat()}{note}{also}.")
    if today >= begun + EVERY:
        said = f"The last review was on {last.isoformat()}" if last else f"Its first exam was on {begun.isoformat()}"
        return Due(begun + EVERY, f"{said}, more than a year ago.")
    return None


def on_scanner(scanner: int, name: str, found: Due) -> Finding:
    """The finding of a review that is due."""
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=f"scanner {scanner}",
        cause=f"since {found.since.isoformat()}",
        sentence=f"The medians of {name} are due for review. {found.why}",
    )
