"""A backup is made."""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from doseloop.model.errors import SetupError
from doseloop.roles.backup.files import Earlier, Files
from doseloop.roles.backup.keys import fingerprints
from doseloop.roles.backup.manifest import LAYOUT, MANIFEST, Manifest, write_manifest
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.keeping_lock import keeping
from doseloop.roles.settings import Settings
from doseloop.store.durable import sync_folder
from doseloop.store.record_copy import view
from doseloop.store.record_copy.view import Database, View

STAGING = "backing-up"
_UNFINISHED = ".unfinished-"
_OLD_S = 86_400.0
_WAITING = "waiting"
_KEPT = ("read", "partly read", "quarantined")
_STATES = "SELECT sha256, state, reason_code FROM store_doseobjectrow ORDER BY id"
_HEAD = "SELECT number, digest FROM store_auditseal ORDER BY number DESC LIMIT 1"
"""The head of the audit's chain as this record has it: the data folder's may be of a later seal."""
_NEWEST = "SELECT max(last_received_at) FROM store_doseobjectrow"
Progress = Callable[[Iterable[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    folder: Path
    manifest: Manifest
    linked: int
    copied_bytes: int
    same_disk: bool
    """Whether it lies on the disk of the data folder, and is lost with it."""


@dataclass(frozen=True, slots=True)
class _Objects:
    """Objects of the record, by what has to be copied of them."""

    waiting: tuple[str, ...]
    kept: tuple[str, ...]


def back_up(folder: DataFolder, database: Database, destination: Path, progress: Progress = iter) -> Backup:
    """Make a backup in a new dated folder of the destination, beside a running installation.

    Errors: `SetupError` where the destination cannot be written or lies in the data folder, or another backup runs;
    `OSError` of the disk. What was begun is then removed.
    """
    if destination.absolute().is_relative_to(folder.root):
        raise SetupError("A backup inside the data folder is lost with it: name another folder, best on another disk.")
    with keeping(folder), _unfinished(destination) as draft, _staged(folder) as staging:
        files = Files(draft, Earlier.newest_in(destination))
        keys = fingerprints(folder)
        with _held(folder, database, staging) as (record, moment, objects):
            manifest = _copy(folder, record, moment, objects, staging, files, progress, keys)
        write_manifest(draft, manifest)
        files.note(MANIFEST)
        sync_folder(draft)
        finished = _name(destination, manifest.moment)
        os.rename(draft, finished)
        sync_folder(destination)
    same_disk = os.stat(destination).st_dev == os.stat(folder.root).st_dev
    return Backup(finished, manifest, files.linked, files.size, same_disk)


def _copy(
    folder: DataFolder,
    record: View,
    moment: datetime,
    objects: _Objects,
    staging: Path,
    files: Files,
    progress: Progress,
    keys: dict[str, str],
) -> Manifest:
    record.copy_into(files.folder)
    for number, digest in record.rows(_HEAD):
        (files.folder / folder.audit_head.name).write_text(f"{number}:{digest}\n")
    for path in list(files.folder.iterdir()):
        files.note(path.name)
    lost = _add(files, {f"spool/{sha256}": staging / sha256 for sha256 in objects.waiting})
    kept = {f"objects/{one[:2]}/{one}": folder.objects / one[:2] / one for one in objects.kept}
    gone = _add(files, kept, progress)
    with suppress(FileNotFoundError):
        files.add(Settings.FILE, folder.root / Settings.FILE)
    ((newest,),) = record.rows(_NEWEST)
    return Manifest(
        layout=LAYOUT,
        doseloop=version("doseloop"),
        engine=record.engine,
        moment=moment,
        newest_object_at=_utc(newest),
        objects=len(objects.kept) - len(gone),
        waiting=len(objects.waiting) - len(lost),
        tables=record.tables(),
        keys=keys,
        sums=files.finish(),
        gone=(*lost, *gone),
    )


def _add(files: Files, sources: dict[str, Path], progress: Progress = iter) -> list[str]:
    """Take files by their names in the backup; the last part of each name of which the file is not there."""
    gone = []
    for name in progress(sources):
        try:
            files.add(name, sources[name])
        except FileNotFoundError:
            gone.append(sources[name].name)
    return gone


@contextmanager
def _held(folder: DataFolder, database: Database, staging: Path) -> Iterator[tuple[View, datetime, _Objects]]:
    """A view of the record in which every waiting object's bytes are held in the staging folder.

    They are held before the view is opened, and those that came since just after it. One that came, and was processed,
    between the two belongs to a later view: then another is opened. One that waits in that one too, without bytes, has lost
    them before; the backup says so.
    """
    missing: set[str] = set()
    while True:
        _hold(folder.spool, staging, (path.name for path in folder.spool.iterdir()))
        moment = datetime.now(UTC)
        with view(database) as record:
            objects = _objects(record)
            _hold(folder.spool, staging, objects.waiting)
            before, missing = missing, {one for one in objects.waiting if not (staging / one).exists()}
            if missing <= before:
                yield record, moment, objects
                return


def _objects(record: View) -> _Objects:
    waiting, kept = [], []
    for sha256, state, reason in record.rows(_STATES):
        if state == _WAITING:
            waiting.append(str(sha256))
        elif state in _KEPT or reason == "not-read-yet":
            kept.append(str(sha256))
    return _Objects(tuple(waiting), tuple(kept))


def _hold(spool: Path, staging: Path, names: Iterable[str]) -> None:
    """Give the bytes a second name, under which they stay when the worker removes the first."""
    for name in names:
        if not (staging / name).exists():
            with suppress(FileNotFoundError):
                os.link(spool / name, staging / name)


@contextmanager
def _staged(folder: DataFolder) -> Iterator[Path]:
    staging = folder.root / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _unfinished(destination: Path) -> Iterator[Path]:
    """A folder for a backup that is removed unless it was given its name."""
    try:
        destination.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in destination.glob(f"{_UNFINISHED}*"):
            if left.stat().st_mtime < time.time() - _OLD_S:
                shutil.rmtree(left, ignore_errors=True)
        draft = destination / f"{_UNFINISHED}{os.getpid()}-{time.time_ns()}"
        draft.mkdir(mode=0o700)
    except OSError as error:
        raise SetupError(f"The folder {destination} cannot be written: {error.strerror}.") from None
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _name(destination: Path, moment: datetime) -> Path:
    name = destination / f"{moment:%Y-%m-%dT%H%M%SZ}"
    number = 2
    while name.exists():
        name, number = destination / f"{moment:%Y-%m-%dT%H%M%SZ}-{number}", number + 1
    return name


def _utc(told: object) -> datetime | None:
    """A time of the record: a text without zone in SQLite."""
    found = datetime.fromisoformat(told) if isinstance(told, str) else told
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found  # type: ignore[return-value]
