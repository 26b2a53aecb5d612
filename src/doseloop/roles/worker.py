"""The worker role: objects from the inbox through the pipeline, and what has to be done by the clock."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, OperationalError, connections

from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.harmonise.sizes import Windows
from doseloop.pipeline import Outcome, Pipeline
from doseloop.reading.process import ReaderPool
from doseloop.roles import audit, replay_tasks
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.drift_watch import DriftWatch
from doseloop.roles.effect_watch import EffectWatch
from doseloop.roles.follower import Follower
from doseloop.roles.inbox import inbox_of
from doseloop.roles.level_watch import LevelWatch
from doseloop.roles.notification_runner import NotificationRunner, ways_of
from doseloop.roles.operator_watch import OperatorWatch
from doseloop.roles.readers import Reader, limits_of, measure_of, reader_of, reading_limits_of
from doseloop.roles.repeat_watch import RepeatWatch
from doseloop.roles.report_tasks import enqueue_due
from doseloop.roles.report_watch import ReportWatch
from doseloop.roles.settings import Settings
from doseloop.roles.task_runner import TaskRunner
from doseloop.roles.timeline_fill import TimelineFill
from doseloop.roles.unit_search import UnitSearch
from doseloop.roles.worker_name import own_name
from doseloop.store import claims, heartbeats, locks, method_editions, mode, protocol_changes, tasks
from doseloop.store.failpoint import failpoint
from doseloop.store.outage import is_outage
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault

_LEASE = timedelta(minutes=2)
_BATCH = 16
_IDLE_S = 0.1
_OUTAGE_S = 1.0
_RACES = 3
_log = structlog.get_logger()


def windows_of(options: Settings) -> Windows:
    """How near in time to an exam an imported size may be."""
    return Windows(options.size_days_adult, options.size_days_child)


def pipeline_of(options: Settings, folder: DataFolder, reader: Reader) -> Pipeline:
    """The pipeline of an installation."""
    return Pipeline(
        reader=reader,
        inbox=inbox_of(options, folder),
        vault=Vault(folder.objects, folder.ring("objects")),
        defaults=SiteDefaults(options.site, options.zone),
        windows=windows_of(options),
        keeps_originals=not options.pseudonymous,
    )


@dataclass(slots=True)
class Clock:
    """Something that is done every so many seconds while there is nothing better to do."""

    every_s: float
    action: Callable[[], object]
    due: float = 0.0

    def tick(self) -> None:
        """Do it if it is due."""
        if time.monotonic() >= self.due:
            self.due = time.monotonic() + self.every_s
            self.action()


@dataclass(frozen=True, slots=True)
class Worker:
    """Takes claims, reads them side by side and settles them one after the other."""

    name: str
    pipeline: Pipeline
    threads: ThreadPoolExecutor

    def step(self) -> int:
        """Process what waits, up to one batch. Returns how many objects were settled."""
        taken = claims.claim(self.name, _BATCH, _LEASE) if claims.anything_waiting() else ()
        failpoint("worker: objects claimed, before they are read")
        for claim, outcome in zip(taken, self.threads.map(self.pipeline.read, taken), strict=True):
            failpoint("worker: objects read, before they are settled")
            self._settle(claim, outcome)
        return len(taken)

    def give_back(self) -> None:
        """Free what this worker holds, the attempts uncounted: an outage was the fault of no object."""
        connections.close_all()
        claims.give_back(self.name)

    def _settle(self, claim: claims.Claim, outcome: Outcome) -> None:
        """Settle one object; one that fails again and again costs only itself."""
        try:
            self._settle_against_others(claim, outcome)
        except Exception as error:
            if is_outage(error):
                raise
            _log.exception("an object could not be settled", object=claim.object, attempt=claim.attempts)
            self._put_off(claim)

    def _settle_against_others(self, claim: claims.Claim, outcome: Outcome) -> None:
        """Settle it; a transaction that the record ended because two waited for each other is done again."""
        for _ in range(_RACES):
            try:
                return self.pipeline.settle(claim, outcome)
            except OperationalError as error:
                if not locks.lost_a_race(error):
                    raise
        return self.pipeline.settle(claim, outcome)

    def _put_off(self, claim: claims.Claim) -> None:
        try:
            self.pipeline.put_off(claim)
        except OSError as error:
            if is_outage(error):
                raise
            _log.exception("an object could not be set apart", object=claim.object)
            claims.postpone(claim, _LEASE)


def run(stop: threading.Event) -> None:
    """Work until `stop` is set."""
    options: Settings = settings.DOSELOOP
    pool = ReaderPool(options.readers, limits_of(options), reading_limits_of(options), measure_of(options))
    folder: DataFolder = settings.FOLDER
    mode.hold(pseudonymous=options.pseudonymous)
    method_editions.note()
    pipeline = pipeline_of(options, folder, reader_of(options, folder, pool))
    pipeline.inbox.drop_processed()
    pipeline.destroy_what_a_crash_left()
    quiet = timedelta(minutes=options.quiet_minutes)
    paths = FactsPaths.in_data(folder.root, options.record_address)
    chain = audit.chain_of(folder)
    clocks = [
        Clock(2.0, lambda: pipeline.settle_quiet(quiet)),
        Clock(10.0, pipeline.take_images_in),
        Clock(1.0, Follower(pipeline).step),
        Clock(1.0, TimelineFill(pipeline).step),
        Clock(180.0, heartbeats.keep),
        Clock(60.0, lambda: refresh(paths)),
        Clock(10.0, LevelWatch(Facts(paths), options.level_settings).step),
        Clock(60.0, OperatorWatch(Facts(paths)).step),
        Clock(600.0, ReportWatch(Facts(paths)).step),
        Clock(600.0, RepeatWatch().step),
        Clock(20.0, UnitSearch().step),
        Clock(20.0, protocol_changes.keep),
        Clock(10.0, DriftWatch().step),
        Clock(30.0, EffectWatch().step),
        Clock(60.0, lambda: audit.seal(chain)),
        Clock(15.0, pipeline.inbox.sweep_if_idle),
        Clock(10.0, enqueue_due),
        Clock(2.0, replay_tasks.enqueue_waiting),
        Clock(86_400.0, tasks.forget_finished),
    ]
    with own_name(folder) as name:
        TaskRunner(name, stop).start()
        NotificationRunner(name, ways_of(options, folder), stop).start()
        claims.give_back(name)
        worker = Worker(name, pipeline, ThreadPoolExecutor(options.readers))
        _log.info("working", name=name, readers=options.readers)
        while not stop.is_set():
            if not _guarded(worker, clocks, stop):
                stop.wait(_IDLE_S)
    worker.threads.shutdown(cancel_futures=True)
    pool.close()
    connections.close_all()


def _guarded(worker: Worker, clocks: list[Clock], stop: threading.Event) -> int:
    """One step that outlives an outage, or a failure of the clocks: what was claimed is given back or comes back."""
    try:
        done = worker.step()
        for clock in clocks:
            clock.tick()
    except Exception as error:  # noqa: BLE001 (the rim: a worker goes on)
        _log.exception("a step failed")
        if is_outage(error):
            _wait_out(worker, stop)
        return 0
    return done


def _wait_out(worker: Worker, stop: threading.Event) -> None:
    """Wait until the record can be written again, and give back what was claimed."""
    while not stop.wait(_OUTAGE_S):
        try:
            worker.give_back()
        except DatabaseError as error:
            if not is_outage(error):
                raise
        else:
            return
