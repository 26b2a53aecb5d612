"""The exams over which a rule is tried, in their order, and what people said about its flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.models import Flag
from doseloop.store.scanner_list import scanner_names

DAYS: Final = 365
MOST: Final = 50_000
"""Exams that are looked at, the latest: a busy department's year, in minutes."""


@dataclass(frozen=True, slots=True)
class PastExam:
    """An exam by what a count needs of it."""

    exam: int
    scanner: int
    day: date


@dataclass(frozen=True, slots=True)
class Past:
    """Exams in the order of their starts, and how many older ones of the same time are left out."""

    exams: tuple[PastExam, ...]
    left_out: int

    @property
    def span(self) -> tuple[date, date] | None:
        """The days of the first and the last one; None where there is none."""
        return (self.exams[0].day, self.exams[-1].day) if self.exams else None


@dataclass(frozen=True, slots=True)
class SiteAtHand:
    """A site whose series are looked at."""

    key: int
    zone: str
    scanners: Mapping[int, str]
    """Name by key, in the order of names, without other names of one."""


def site_at_hand(scope: Scope, site: int) -> SiteAtHand:
    """A site with its scanners. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    here = set(visible.scanners(scope).filter(site=site).values_list("pk", flat=True))
    names = {key: name for key, name in scanner_names(scope).items() if key in here}
    return SiteAtHand(site, visible.sites(scope).get(pk=site).zone, names)


def past(scope: Scope, site: int, most: int = MOST) -> Past:
    """Complete exams of a site that rules judge, of the year before its newest one. Errors: `NotVisible`."""
    visible.check_site(scope, site)
    rows = visible.exams(scope).filter(site=site, settled=True, excluded_as="", started_at__gt="")
    newest = rows.order_by("-started_at").values_list("started_at", flat=True)
    last = next((day for start in newest[:100] if (day := _day(start))), None)
    if last is None:
        return Past((), 0)
    first = last - timedelta(days=DAYS - 1)
    of_year = rows.filter(started_at__gte=first.isoformat(), started_at__lt=(last + timedelta(days=1)).isoformat())
    taken = of_year.order_by("-started_at", "-pk").values_list("pk", "scanner_id", "started_at")[:most]
    found = (PastExam(key, scanner, day) for key, scanner, start in taken if (day := _day(start)))
    return Past(tuple(found)[::-1], max(0, of_year.count() - most))


def verdicts(scope: Scope, site: int, rule: str) -> dict[str, bool]:
    """What people found of a rule's flags at a site, by key: true where a case follows it, false where it was set aside."""
    judged = visible.flags(scope).filter(site=site, rule=rule, state__in=(Flag.State.CASE, Flag.State.SET_ASIDE))
    return {key: state == Flag.State.CASE for key, state in judged.values_list("key", "state")}


def _day(start: str) -> date | None:
    try:
        return date.fromisoformat(start[:10])
    except ValueError:
        return None
