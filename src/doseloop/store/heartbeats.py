"""Which scanners have fallen silent, by their usual weeks (`assess.heartbeat`): kept by the worker's clock, read by pages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess import heartbeat
from doseloop.assess.heartbeat import Silence, UsualWeek
from doseloop.model.errors import NotVisible
from doseloop.model.site_clock import clock
from doseloop.store import findings, visible
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Exam, Flag, Scanner, UsualWeekRow

_KNOWN_FOR = timedelta(hours=1)
"""How long a usual week stands before it is taken anew."""
_UNREADABLE = 100
"""Newest exams among which one with a start that can be read is sought."""
_LOOKED_BACK = timedelta(weeks=60)
"""Further back a scanner has no last exam that tells of a usual week now."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What is known of a scanner's life: `usual` and `silence` are None where it has too little history."""

    last_object_at: datetime
    """Of all its names (UTC)."""
    usual: UsualWeek | None
    silence: Silence | None

    def is_silent(self, silent_after: timedelta) -> bool:
        """Whether it is; without a usual week, where nothing came for longer than `silent_after`."""
        if self.silence is not None:
            return self.silence.is_told
        return self.last_object_at < timezone.now() - silent_after


def heartbeats(roots: Iterable[Scanner], now: datetime | None = None) -> dict[int, Heartbeat]:
    """Of each scanner (other names of one left out), by key. Reads usual weeks as the worker left them."""
    rows = [row for row in roots if row.root_id is None]
    names = Scanner.objects.filter(root__in=[row.pk for row in rows]).values_list("root_id", "last_object_at")
    last = {row.pk: row.last_object_at for row in rows}
    for root, at in names:
        last[int(root or 0)] = max(last[int(root or 0)], at)
    weeks = {row.scanner_id: _week(row) for row in UsualWeekRow.objects.filter(scanner__in=rows)}
    moment = now or timezone.now()
    return {row.pk: _heartbeat(row, last[row.pk], weeks.get(row.pk), moment) for row in rows}


def heartbeat_of(scope: Scope, scanner: int) -> Heartbeat:
    """Of one scanner. Errors: `NotVisible` where there is none, or where it is another name of one."""
    found = heartbeats(visible.scanners(scope).filter(pk=scanner).select_related("site"))
    if scanner not in found:
        raise NotVisible(f"There is no scanner {scanner}.")
    return found[scanner]


def keep(now: datetime | None = None) -> int:
    """Take usual weeks anew where they are old, raise a flag at each scanner that fell silent, and withdraw the flags of those
    that send again or are another name of one by now. Returns how many flags changed."""
    moment = now or timezone.now()
    roots = list(Scanner.objects.filter(root=None).select_related("site").order_by("pk"))
    _take_anew(roots, moment)
    found = heartbeats(roots, moment)
    changed = [findings.apply_to_scanner(row.pk, heartbeat.RULE, _findings(row, found[row.pk])) for row in roots]
    merged = Flag.objects.filter(exam=None, state=Flag.State.OPEN, rule=heartbeat.RULE).exclude(scanner__root=None)
    gone = [
        findings.apply_to_scanner(key, heartbeat.RULE, [])
        for key in set(merged.values_list("scanner_id", flat=True))
        if key
    ]
    return sum(changed) + sum(gone)


def _findings(row: Scanner, found: Heartbeat) -> Iterator[ExamFinding]:
    if found.usual is not None and found.silence is not None:
        finding = heartbeat.on_scanner(f"scanner {row.pk}", row.name, found.usual, found.silence)
        if finding:
            yield ExamFinding(finding)


def _take_anew(roots: Sequence[Scanner], now: datetime) -> None:
    fresh = UsualWeekRow.objects.filter(scanner__in=roots, known_at__gt=now - _KNOWN_FOR, known_at__lte=now)
    known = set(fresh.values_list("scanner_id", flat=True))
    for row in roots:
        if row.pk in known:
            continue
        week = heartbeat.usual_week(_starts(row, now), clock(row.site.zone, now))
        if week is None:
            UsualWeekRow.objects.filter(scanner=row).delete()
        else:
            values = {**asdict(week), "known_at": now}
            UsualWeekRow.objects.update_or_create(scanner=row, defaults=values)


def _starts(row: Scanner, now: datetime) -> Iterator[datetime]:
    """Starts of the exams of the last weeks in which it had any; phantoms and tests too: they are signs of life."""
    exams = Exam.objects.filter(scanner=row).exclude(started_at="")
    here = clock(row.site.zone, now)
    span = exams.filter(started_at__lte=here.isoformat()[:19], started_at__gte=(here - _LOOKED_BACK).isoformat()[:19])
    newest = span.order_by("-started_at").values_list("started_at", flat=True)[:_UNREADABLE]
    last = next(filter(None, map(_moment, newest)), None)
    if last is not None:
        begun = (last - timedelta(weeks=heartbeat.WEEKS)).isoformat()[:19]
        yield from filter(None, map(_moment, span.filter(started_at__gte=begun).values_list("started_at", flat=True)))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def _heartbeat(row: Scanner, last: datetime, week: UsualWeek | None, now: datetime) -> Heartbeat:
    if week is None:
        return Heartbeat(last, None, None)
    zone = row.site.zone
    return Heartbeat(last, week, heartbeat.silence(week, clock(zone, last), clock(zone, now)))


def _week(row: UsualWeekRow) -> UsualWeek:
    return UsualWeek(tuple(row.per_hour), row.weeks, row.exams, row.day_variance)
