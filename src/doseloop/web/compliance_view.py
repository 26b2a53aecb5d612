"""What one looks at on the pages of compliance, as it stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from doseloop.facts.windows import Window
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store.exam_detail import SiteShown

PERIODS: Final = {90: "90 days", 365: "1 year", 1095: "3 years"}
_DEFAULT_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class ComplianceView:
    """A site and a period that ends with `last`, which is today where the address says nothing."""

    site: int
    days: int
    last: date
    until: str
    """The last day as the address names it; empty where it does not."""

    @property
    def query(self) -> str:
        """The same period in the address of another page."""
        return urlencode({"days": self.days} | ({"until": self.until} if self.until else {}))

    @property
    def window(self) -> Window:
        """The days that are looked at."""
        return Window.of_days_until(self.last, self.days)


def view_of(given: Mapping[str, str], sites: Sequence[SiteShown], today: date) -> ComplianceView:
    """The view of an address, of the first of the sites where it names none.

    Errors: `UnusableInput`, naming the field; `NotVisible` where there is no such site.
    """
    days = given.get("days") or str(_DEFAULT_DAYS)
    if days not in {str(known) for known in PERIODS}:
        raise UnusableInput(f"The period is one of {', '.join(map(str, PERIODS))} days.")
    until = given.get("until", "")
    asked = given.get("site") or (str(sites[0].id) if sites else "")
    found = next((one.id for one in sites if str(one.id) == asked), None)
    if found is None:
        raise NotVisible("There is no such site.")
    return ComplianceView(found, int(days), _day(until) if until else today, until)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"until: {text[:40]!r} is not a date like 2026-03-31.") from None
