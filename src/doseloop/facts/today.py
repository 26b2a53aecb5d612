"""Figures of a day, and what each scanner sent lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts, Session
from doseloop.facts.windows import Window
from doseloop.model import site_clock


@dataclass(frozen=True, slots=True)
class HourCount:
    """Exams that started within one hour of the day on one scanner."""

    hour: int
    """0 to 23."""
    scanner: int
    scanner_name: str
    modality: str
    exams: int


@dataclass(frozen=True, slots=True)
class Day:
    """What started on a day, by the wall clock of each site."""

    date: date
    hours: tuple[HourCount, ...]
    exams: int
    events: int
    flagged: int
    """Exams with an open flag."""


@dataclass(frozen=True, slots=True)
class ScannerActivity:
    """What a scanner did lately."""

    scanner: int
    scanner_name: str
    site: int
    site_name: str
    modality: str
    last_exam_at: datetime | None
    """Start of its last exam, wall clock of the site, naive; None where it has none."""
    last_object_at: datetime | None
    """When its last object of any kind arrived (UTC, aware)."""
    exams_24h: int
    exams_7d: int


def day(facts: Facts, scope: Scope, on: date) -> Day:
    """The figures of the day."""
    with facts.session(scope) as session:
        exams = _of_day(session.exams, session.exams.started_at, on)
        events = _of_day(session.events, session.events.exam_started_at, on)
        hours = exams.mutate(hour=exams.started_at.hour()).group_by("hour", "scanner", "scanner_name", "modality")
        counted = hours.agg(exams=ibis._.count()).order_by("hour", "scanner_name", "scanner", "modality")
        sums = exams.agg(exams=exams.count(), flagged=(exams.open_flags > 0).sum().coalesce(0))
        return Day(
            date=on,
            hours=tuple(HourCount(**row) for row in session.records(counted)),
            events=session.records(events.agg(events=events.count()))[0]["events"],
            **session.records(sums)[0],
        )


def scanner_activity(facts: Facts, scope: Scope, now: datetime) -> tuple[ScannerActivity, ...]:
    """Every scanner in the scope, by site and name. `now` is aware; each site's clock is reckoned from it."""
    with facts.session(scope) as session:
        sites = {row["site"]: row for row in session.names["sites"].to_pylist()}
        clocks = {site: site_clock.clock(row["zone"], now) for site, row in sites.items()}
        counted = {row["scanner"]: row for row in _counted(session, clocks)}
        scanners = session.names["scanners"].to_pylist()
        own = [row for row in scanners if row["root"] == row["scanner"]]
        found = [_activity(row, sites[row["site"]]["site_name"], counted.get(row["scanner"])) for row in own]
        return tuple(sorted(found, key=lambda one: (one.site_name, one.scanner_name, one.scanner)))


def _of_day(rows: ir.Table, started: ir.TimestampColumn, on: date) -> ir.Table:
    window = Window.of_day(on)
    return rows.filter(started >= window.first_moment, started < window.end_moment, rows.excluded_as == "")


def _counted(session: Session, clocks: Mapping[int, datetime]) -> list[dict[str, Any]]:
    if not clocks:
        return []
    exams = session.exams.filter(session.exams.excluded_as == "")
    clock = ibis.cases(*((exams.site == site, ibis.literal(moment)) for site, moment in clocks.items()))
    past = exams.mutate(clock=clock).filter(lambda row: row.started_at <= row.clock)
    return session.records(
        past.group_by("scanner").agg(
            last_exam_at=past.started_at.max(),
            exams_24h=(past.started_at > past.clock - ibis.interval(hours=24)).sum(),
            exams_7d=(past.started_at > past.clock - ibis.interval(days=7)).sum(),
        )
    )


def _activity(scanner: Mapping[str, Any], site_name: str, counted: Mapping[str, Any] | None) -> ScannerActivity:
    last_object_at = scanner["last_object_at"]
    return ScannerActivity(
        scanner=scanner["scanner"],
        scanner_name=scanner["scanner_name"],
        site=scanner["site"],
        site_name=site_name,
        modality=scanner["modality"],
        last_exam_at=counted["last_exam_at"] if counted else None,
        last_object_at=None if last_object_at is None else last_object_at.replace(tzinfo=UTC),
        exams_24h=counted["exams_24h"] if counted else 0,
        exams_7d=counted["exams_7d"] if counted else 0,
    )
