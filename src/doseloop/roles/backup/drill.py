"""The drill: a backup is restored into a folder of its own and compared, row by row and byte by byte."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doseloop.model.errors import DoseloopError
from doseloop.roles.backup.manifest import Manifest
from doseloop.roles.backup.restore import restore
from doseloop.store.record_copy import tried
from doseloop.store.record_copy.view import Database
from doseloop.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill found."""

    tables: int
    rows: int
    objects: int
    """Kept objects that were opened."""
    waiting: int
    wrong: tuple[str, ...]
    """A sentence for each thing that does not come back as it was."""


def drill(backup: Path, keys: dict[str, bytes], database: Database) -> Drill:
    """Restore a backup and compare it with what the manifest says of the moment that it is a copy of.

    `database` is the record that it was made of (Django's entry): a dump is tried in a database beside it.

    Errors: `SetupError` where that database may not be made.
    """
    with tempfile.TemporaryDirectory(prefix=".drill-", dir=backup.parent) as place:
        target = Path(place) / "data"
        manifest = restore(backup, keys, target, _put_copy)
        vault = Vault(target / "objects", keys["objects"])
        wrong = [*_wrong_tables(target, manifest, database), *_wrong_objects(target, vault, manifest)]
        rows = sum(table.rows for table in manifest.tables.values())
        return Drill(len(manifest.tables), rows, manifest.objects, manifest.waiting, tuple(wrong))


def _put_copy(backup: Path, target: Path) -> None:
    for path in backup.glob("record.*"):
        shutil.copy2(path, target / path.name)


def _wrong_tables(target: Path, manifest: Manifest, database: Database) -> Iterator[str]:
    with tried(target, database) as record:
        yield from record.faults()
        found = record.tables()
    for name in sorted({*found, *manifest.tables}):
        if found.get(name) != manifest.tables.get(name):
            yield f"The table {name} is not what it was."


def _wrong_objects(target: Path, vault: Vault, manifest: Manifest) -> Iterator[str]:
    count = 0
    for sha256 in vault.names():
        count += 1
        try:
            vault.read(sha256)
        except DoseloopError as error:
            yield str(error)
    if count != manifest.objects:
        yield f"{count} kept objects came back of {manifest.objects}."
    waiting = list((target / "spool").iterdir())
    changed = [path.name for path in waiting if hashlib.sha256(path.read_bytes()).hexdigest() != path.name]
    yield from (f"The waiting object {name[:12]} is not what it was." for name in changed)
    if len(waiting) != manifest.waiting:
        yield f"{len(waiting)} waiting objects came back of {manifest.waiting}."
