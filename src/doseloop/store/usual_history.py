"""What physicists took for usual at earlier moments: a replay sees a new usual from the decision about it on, as the clock did."""

from collections.abc import Iterable
from datetime import datetime

from doseloop.access.scope import SYSTEM
from doseloop.model.site_clock import clock
from doseloop.store import scanner_merging
from doseloop.store.models import Decision, NewUsualRow
from doseloop.store.new_usuals import NEW_USUALS, Begun


def begun_over_time(scanner: int, zone: str) -> tuple[tuple[datetime, Begun], ...]:
    """What was in force on a scanner and its other names since each decision, the earliest first (wall clock of the zone, naive);
    before the first nothing was."""
    rows = NewUsualRow.objects.filter(scanner__in=scanner_merging.names_of(SYSTEM, scanner))
    told = {f"U{row.number:04}": row for row in rows}
    in_force: dict[str, NewUsualRow] = {}
    found = []
    for one in Decision.objects.filter(kind=NEW_USUALS.name, subject__in=told).order_by("pk"):
        if one.after:
            in_force[one.subject] = told[one.subject]
        else:
            in_force.pop(one.subject, None)
        found.append((clock(zone, one.at), _begun(in_force.values())))
    return tuple(found)


def _begun(rows: Iterable[NewUsualRow]) -> Begun:
    days: dict[str, str] = {}
    for row in rows:
        days[row.series] = max(days.get(row.series, ""), row.since)
    return Begun(days)
