"""Objects taken in and processed by the real chain in this process."""

import io
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from doseloop.model.dose_object import ReadResult
from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.store import claims
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault


def read(path: Path) -> ReadResult:
    return read_object(path.read_bytes())


def pipeline_over(folder: DataFolder) -> Pipeline:
    inbox = Inbox(folder.spool, 10**8, 0)
    return Pipeline(read, inbox, Vault(folder.objects, folder.key("objects")), SiteDefaults("Main Hospital", "UTC"))


def take_in(pipeline: Pipeline, contents: Iterable[bytes]) -> None:
    """Take objects in and process all that waits."""
    for content in contents:
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    process(pipeline, "test")


def process(pipeline: Pipeline, worker: str) -> int:
    """Process what waits, one object at a time. Returns how many."""
    number = 0
    while taken := claims.claim(worker, 1, timedelta(minutes=1)):
        for claim in taken:
            pipeline.settle(claim, pipeline.read(claim))
            number += 1
    return number
