"""The worker role: objects from the inbox through the pipeline, and what has to be done by the clock."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connections

from doseloop.facts.copy import refresh
from doseloop.facts.paths import FactsPaths
from doseloop.model.dose_object import Deidentified, ReadResult
from doseloop.pipeline import Outcome, Pipeline
from doseloop.reading.process import ProcessLimits, ReaderPool
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.receiver import inbox_of
from doseloop.roles.settings import Settings
from doseloop.roles.worker_name import own_name
from doseloop.store import claims, locks, mode
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault

_LEASE = timedelta(minutes=2)
_BATCH = 16
_IDLE_S = 0.1
_AFTER_FAILURE_S = 1.0
_RACES = 3
_log = structlog.get_logger()


Reader = Callable[[Path], ReadResult | Deidentified]


def limits_of(options: Settings) -> ProcessLimits:
    """What one reader process may use."""
    return ProcessLimits(options.reader_memory_bytes, options.reader_seconds)


def reader_of(options: Settings, folder: DataFolder, pool: ReaderPool) -> Reader:
    """What reads an object: with identity or, where the installation is pseudonymous, without."""
    if not options.pseudonymous:
        return pool.read
    key = folder.key("pseudonyms")
    return lambda path: pool.deidentified(path, key)


def pipeline_of(options: Settings, folder: DataFolder, reader: Reader) -> Pipeline:
    """The pipeline of an installation."""
    return Pipeline(
        reader=reader,
        inbox=inbox_of(options, folder),
        vault=Vault(folder.objects, folder.key("objects")),
        defaults=SiteDefaults(options.site, options.zone),
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


@dataclass(slots=True)
class Worker:
    """Takes claims, reads them side by side and settles them one after the other."""

    name: str
    pipeline: Pipeline
    threads: ThreadPoolExecutor
    failed: bool = True
    """Whether a step ended before it was done, in this process or in an earlier one of the name: its claims are freed."""

    def step(self) -> int:
        """Process what waits, up to one batch. Returns how many objects were settled."""
        if self.failed:
            claims.give_back(self.name)
            self.failed = False
        taken = claims.claim(self.name, _BATCH, _LEASE) if claims.anything_waiting() else ()
        for claim, outcome in zip(taken, self.threads.map(self.pipeline.read, taken), strict=True):
            self._settle(claim, outcome)
        return len(taken)

    def _settle(self, claim: claims.Claim, outcome: Outcome) -> None:
        """Settle one object; one that fails again and again costs only itself."""
        try:
            self._settle_against_others(claim, outcome)
        except Exception as error:  # the rim: an object costs only itself
            if isinstance(error, locks.NO_ANSWER) and not locks.refused_values(error):
                raise
            _log.exception("an object could not be settled", object=claim.object, attempt=claim.attempts)
            self._put_off(claim)

    def _settle_against_others(self, claim: claims.Claim, outcome: Outcome) -> None:
        """Settle it; a transaction that the record ended because two waited for each other is done again."""
        for _ in range(_RACES):
            try:
                return self.pipeline.settle(claim, outcome)
            except locks.NO_ANSWER as error:
                if not locks.lost_a_race(error):
                    raise
        return self.pipeline.settle(claim, outcome)

    def _put_off(self, claim: claims.Claim) -> None:
        try:
            self.pipeline.put_off(claim)
        except OSError:
            _log.exception("an object could not be set apart", object=claim.object)
            claims.postpone(claim, _LEASE)


def run(stop: threading.Event) -> None:
    """Work until `stop` is set."""
    options: Settings = settings.DOSELOOP
    pool = ReaderPool(options.readers, limits_of(options))
    folder: DataFolder = settings.FOLDER
    mode.hold(pseudonymous=options.pseudonymous)
    pipeline = pipeline_of(options, folder, reader_of(options, folder, pool))
    pipeline.inbox.drop_processed()
    quiet = timedelta(minutes=options.quiet_minutes)
    paths = FactsPaths.in_data(folder.root, options.record_address)
    clocks = [Clock(2.0, lambda: pipeline.settle_quiet(quiet)), Clock(60.0, lambda: refresh(paths))]
    with own_name(folder) as name:
        worker = Worker(name, pipeline, ThreadPoolExecutor(options.readers))
        _log.info("working", name=name, readers=options.readers)
        while not stop.is_set():
            if not _guarded(worker, clocks):
                stop.wait(_AFTER_FAILURE_S if worker.failed else _IDLE_S)
    worker.threads.shutdown(cancel_futures=True)
    pool.close()
    connections.close_all()


def _guarded(worker: Worker, clocks: list[Clock]) -> int:
    """One step that outlives a failure of the record or of the clocks: what was claimed is given back at the next."""
    try:
        done = worker.step()
        for clock in clocks:
            clock.tick()
    except locks.NO_ANSWER:
        _log.exception("the record did not answer")
        connections.close_all()
    except Exception:  # noqa: BLE001 (the rim: a worker goes on)
        _log.exception("a step failed")
    else:
        return done
    worker.failed = True
    return 0
