"""A sample of the spoilt objects through the whole chain into a record, by the worker and its reader processes."""

import io
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from doseloop.pipeline import Pipeline
from doseloop.reading.process import ReaderPool
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker import Worker
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow
from doseloop.store.procedures import bring_up_to_date
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.mutation.run import LIMITS, READERS, Input
from tests.record import fresh, use_record

FINAL = frozenset(("read", "partly read", "not dose", "quarantined"))


@dataclass(slots=True)
class Sample:
    """What became of the sample."""

    inputs: int = 0
    states: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def through_the_pipeline(inputs: Iterable[Input], each: int) -> Sample:
    """One in so many of the inputs into a record of its own."""
    with ReaderPool(READERS, LIMITS) as pool, _installation() as folder:
        return taken_in(folder, pool, [one for one in inputs if one.number % each == 0])


def taken_in(folder: DataFolder, pool: ReaderPool, inputs: list[Input]) -> Sample:
    """The inputs into the record of a data folder: each ends in exactly one state, and what has none waits nowhere."""
    inbox = Inbox(folder.spool, 10**9, 0)
    vault = Vault(folder.objects, folder.key("objects"))
    pipeline = Pipeline(pool.read, inbox, vault, SiteDefaults("Main site", "UTC"))
    taken = {inbox.put(io.BytesIO(one.mutant.file), Origin("ingest")).sha256 for one in inputs}
    with ThreadPoolExecutor(READERS) as threads:
        worker = Worker("mutations", pipeline, threads)
        while worker.step():
            pass
        pipeline.settle_quiet(timedelta(0))
    return Sample(len(taken), Counter(_states()), list(_problems(taken, vault, folder)))


def _states() -> Iterator[str]:
    return iter(DoseObjectRow.objects.values_list("state", flat=True))


def _problems(taken: set[str], vault: Vault, folder: DataFolder) -> Iterator[str]:
    rows = {row.sha256: row for row in DoseObjectRow.objects.all()}
    if rows.keys() != taken:
        yield f"{len(taken)} objects were taken in, and the record has {len(rows)}"
    for row in rows.values():
        if row.state not in FINAL:
            yield f"object {row.sha256[:12]} is {row.state}"
        elif row.reason_code in ("unsettled", "reader-stopped"):
            yield f"object {row.sha256[:12]}: {row.reason_code}: {row.reason}"
        elif row.state == "quarantined" and not vault.holds(row.sha256):
            yield f"object {row.sha256[:12]} was quarantined and its bytes are gone"
    if any(folder.spool.iterdir()):
        yield "objects are left in the spool"


@contextmanager
def _installation() -> Iterator[DataFolder]:
    """A fresh installation in a folder of its own."""
    root = Path(tempfile.mkdtemp(prefix="doseloop-mutations-", dir=os.environ.get("TMPDIR")))
    made = DataFolder(root / "data")
    made.prepare()
    use_record(fresh(made.root))
    call_command("migrate", verbosity=0)
    bring_up_to_date()
    yield made
    connections.close_all()
    shutil.rmtree(root)
