"""One scenario's objects through a fresh installation, in the order in which they left their scanners, and what it told.

By the hour of the simulated time exams that were quiet are settled; three times a day silence is looked for, at the end of a day
changes of protocols, drift, repeated scans and units, once a week operators and reports. The product looks at operators once a
week too and at most else more often, which raises the same flags some hours sooner.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.loop.clock import SimulatedClock, simulated_clock
from bench.loop.compare import Compared, Planted, Raised, Touched, compare
from bench.loop.installation import ZONE, Installation, installation

_HOUR = timedelta(hours=1)
_ZONE = ZoneInfo(ZONE)


@dataclass(slots=True)
class Daily:
    """What the worker does by the clock, told the simulated hour."""

    installed: Installation
    watches: Any
    anything_new: bool = False
    """Whether objects came since the last hour."""

    @classmethod
    def over(cls, installed: Installation) -> "Daily":
        """With the worker's own watches."""
        from django.conf import settings

        from doseloop.facts.engine import Facts
        from doseloop.facts.paths import FactsPaths
        from doseloop.roles.drift_watch import DriftWatch
        from doseloop.roles.operator_watch import OperatorWatch
        from doseloop.roles.repeat_watch import RepeatWatch
        from doseloop.roles.report_watch import ReportWatch
        from doseloop.roles.unit_search import UnitSearch

        paths = FactsPaths.in_data(settings.FOLDER.root, settings.RECORD)
        facts = Facts(paths)
        return cls(
            installed, (DriftWatch(), UnitSearch(), paths, OperatorWatch(facts), ReportWatch(facts), RepeatWatch())
        )

    def at(self, moment: datetime) -> None:
        """Do what is due at an hour."""
        from doseloop.facts.copy import refresh
        from doseloop.store import heartbeats

        _, _, paths, operators, reports, _ = self.watches
        here = moment.astimezone(_ZONE)
        if self.anything_new or here.hour == 23:
            self.installed.settle_quiet()
        self.anything_new = False
        if here.hour in (7, 13, 19):
            heartbeats.keep(moment)
        if here.hour == 23:
            self.end_day(moment)
        if here.hour == 23 and here.weekday() == 1:
            refresh(paths)
            while operators.step(here.date()):
                pass
            reports.step(here.date())

    def end_day(self, moment: datetime) -> None:
        """What is looked at once a day."""
        from doseloop.store import protocol_changes

        drift, units, *_, repeats = self.watches
        protocol_changes.keep()
        while drift.step(moment):
            pass
        repeats.step(moment.date())
        while units.step() is not None:
            pass


def replayed(folder: Path, data: Path, empty: Path) -> dict[str, Any]:
    """The result of a folder of `doseloop simulate` (`objects/`, `truth.json`), judged by a new installation in `data`, whose
    record begins as a copy of `empty`."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    began, cpu = time.monotonic(), time.process_time()
    with installation(data, empty) as installed, simulated_clock() as clock:
        _show_people()
        objects = _play(installed, clock, folder / "objects")
        result = compare(_planted(truth), _raised())
        years = _scanner_years()
    took = {"wall_s": time.monotonic() - began, "processor_s": time.process_time() - cpu}
    return {"title": truth["title"], "seed": truth["seed"], "exams": truth["exams"], "objects": objects,
            "quiet": not truth["faults"], "scanner_years": years, **took, **_shown(result)}  # fmt: skip


def _show_people() -> None:
    from doseloop.store import sites

    sites.set_up("Main site", ZONE, {}, operators=True)


def _play(installed: Installation, clock: SimulatedClock, objects: Path) -> int:
    daily, number, tick = Daily.over(installed), 0, None
    for left_at, path in deliveries(objects):
        tick = tick or left_at.replace(minute=0, second=0) + _HOUR
        while tick <= left_at:
            clock.advance(tick)
            daily.at(tick)
            tick += _HOUR
        clock.advance(left_at)
        installed.take_in(path.read_bytes())
        daily.anything_new = True
        number += 1
    # No hour goes by after the last object: the scanners would be silent.
    clock.advance(clock.moment + _HOUR)
    installed.settle_quiet()
    daily.end_day(clock.moment)
    return number


def deliveries(objects: Path) -> Iterator[tuple[datetime, Path]]:
    """Each object with the moment at which it leaves its scanner (aware), in that order."""
    for path in sorted(objects.glob("*/*.dcm")):
        at = datetime.strptime(path.parent.name + path.name[:6], "%Y-%m-%d%H%M%S")
        yield at.replace(tzinfo=_ZONE).astimezone(UTC), path


def _planted(truth: Mapping[str, Any]) -> list[Planted]:
    known = _exams()
    return [_fault(one, known) for one in truth["faults"]]


def _fault(one: Mapping[str, Any], known: Mapping[str, Touched]) -> Planted:
    exams = sorted((known[uid] for uid in one["study_uids"] if uid in known), key=lambda exam: exam.started_at)
    touched = {exam.scanner for exam in exams}
    named = {_station(one["scanner"])} if one["scanner"] else set()
    protocols = {place["protocol"] for place in one["protocols"]} if one["procedure"] else set()
    return Planted(
        one["name"], one["kind"], frozenset((touched or named) if one["scanner"] else ()), frozenset(protocols),
        date.fromisoformat(one["from"]), date.fromisoformat(one["to"]), one["size"], tuple(exams), frozenset(one["study_uids"]),
    )  # fmt: skip


def _station(name: str) -> str:
    """What the record calls a scanner of the virtual hospital of which nothing came."""
    from doseloop.simulate.department import standard_department

    found = {scanner.name: scanner.station_name for scanner in standard_department().scanners}
    return found.get(name, name)


def _exams() -> dict[str, Touched]:
    from django.db.models import Max

    from doseloop.store.models import DoseObjectRow, Exam

    left = dict(DoseObjectRow.objects.exclude(exam=None).values_list("exam").annotate(Max("received_at")))
    rows = Exam.objects.exclude(started_at="").values_list("pk", "study_uid", "scanner__name", "started_at")
    return {
        uid: Touched(uid, scanner, datetime.fromisoformat(at).replace(tzinfo=_ZONE), left[key])
        for key, uid, scanner, at in rows
    }


def _raised() -> list[Raised]:
    from doseloop.store.models import Flag

    return [_of(row) for row in Flag.objects.select_related("exam", "scanner").order_by("pk")]


def _of(row: Any) -> Raised:
    dated = row.evidence.get("dated") or {}
    earliest, latest = (
        datetime.fromisoformat(dated[end]) if dated.get(end) else None for end in ("earliest", "latest")
    )
    factor = row.evidence.get("factor")
    return Raised(
        row.pk, row.rule, row.scanner.name if row.scanner else "", row.exam.study_uid if row.exam else "", row.raised_at,
        row.sentence, tuple(dated.get("protocols", ())), earliest, latest, row.joined_to_id,
        None if factor is None else factor > 1,
    )  # fmt: skip


def _scanner_years() -> float:
    from django.db.models import Max, Min

    from doseloop.store.models import Exam

    spans = Exam.objects.exclude(started_at="").values_list("scanner").annotate(Min("started_at"), Max("started_at"))
    days = [(date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days + 1 for _, first, last in spans]
    return sum(days) / 365.25


def _shown(result: Compared) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(asdict(result), default=str))
    return {
        "faults": told["faults"],
        "false": [_flag(one) for one in told["false"]],
        "true": [_flag(one) for one in told["true"]],
    }


def _flag(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("rule", "scanner", "study", "at", "lead", "sentence")}
