"""A fresh record in this process, with the worker's own clocks driven by simulated time."""

import io
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

ZONE = "Europe/Berlin"
_WORKER = "bench"


@dataclass(slots=True)
class Installation:
    """The chain and everything that the worker does by the clock."""

    options: Any
    pipeline: Any
    worker: Any

    def take_in(self, content: bytes) -> None:
        """Put one object into the inbox and process what waits."""
        from doseloop.store.inbox import Origin

        self.pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
        while self.worker.step():
            pass

    def settle_quiet(self) -> None:
        """End the provisional state of exams that were quiet."""
        while self.pipeline.settle_quiet(timedelta(minutes=self.options.quiet_minutes)):
            pass


def make_empty_record(data: Path) -> Path:
    """A record with all tables and the catalogue in a new folder; its file."""
    _set_up(data)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from doseloop.store.procedures import bring_up_to_date

    call_command("migrate", verbosity=0)
    bring_up_to_date()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    made: Path = settings.FOLDER.record
    return made


@contextmanager
def installation(data: Path, empty: Path) -> Iterator[Installation]:
    """An installation over a new folder, whose record begins as a copy of `empty`. One a process."""
    data.mkdir(mode=0o700, parents=True)
    shutil.copy(empty, data / "record.sqlite3")
    _set_up(data)
    from django.conf import settings

    from doseloop.reading.process import ReaderPool
    from doseloop.roles.readers import limits_of, measure_of, reader_of, reading_limits_of
    from doseloop.roles.worker import Worker, pipeline_of

    options = settings.DOSELOOP
    pool = ReaderPool(1, limits_of(options), reading_limits_of(options), measure_of(options))
    pipeline = pipeline_of(options, settings.FOLDER, reader_of(options, settings.FOLDER, pool))
    threads = ThreadPoolExecutor(1)
    try:
        yield Installation(options, pipeline, Worker(_WORKER, pipeline, threads))
    finally:
        threads.shutdown()
        pool.close()


def _set_up(data: Path) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="doseloop.roles.django_settings", DOSELOOP_DATA=str(data), DOSELOOP_ZONE=ZONE
    )
    import django

    django.setup()
