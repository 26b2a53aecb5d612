"""A backup becomes an installation again."""

import os
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from doseloop.model.errors import SetupError
from doseloop.roles.backup.keys import fitting
from doseloop.roles.backup.manifest import MANIFEST, SUMS, Manifest, sums_of, verify
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.lock import held
from doseloop.store.durable import sync_folder

_ARRIVING = "restoring"
_OF_COMMANDS = frozenset(("lock", _ARRIVING))
PutBack = Callable[[Path, Path], None]
"""Puts the record of a backup's folder into the data folder, or where the settings there say."""


def restore(
    backup: Path, keys: dict[str, bytes], target: Path, put_back: PutBack, *, replace: bool = False
) -> Manifest:
    """Make the data folder of a backup: checked first, the record last, so that a folder with a record is whole.

    The columnar copy is not part of a backup; the worker makes it anew. With `replace`, what the folder holds is moved to a
    folder of its own within it.

    Errors: `SetupError` where the folder holds something (unless `replace`), a Doseloop runs over it, or the keys are not
    those of the backup; `DamagedBackup`.
    """
    manifest = verify(backup)
    fits = fitting(keys, manifest)
    folder = DataFolder(target.absolute())
    folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(folder.root, 0o700)
    with held(folder, alone=True):
        shutil.rmtree(folder.root / _ARRIVING, ignore_errors=True)
        there = [path for path in folder.root.iterdir() if path.name not in _OF_COMMANDS]
        if there and not replace:
            raise SetupError(f"{target} is not empty: name another folder, or set what it holds aside by --replace.")
        arriving = folder.root / _ARRIVING
        _copy(backup, arriving, fits)
        _set_aside(there, folder.root)
        for path in list(arriving.iterdir()):
            os.rename(path, folder.root / path.name)
        arriving.rmdir()
        sync_folder(folder.root)
        put_back(backup, folder.root)
        sync_folder(folder.root)
    return manifest


def _copy(backup: Path, arriving: Path, keys: dict[str, bytes]) -> None:
    """Everything but the record."""
    for name in ("spool", "objects", "keys"):
        (arriving / name).mkdir(mode=0o700, parents=True)
    for name in sums_of(backup):
        if not name.startswith("record.") and name not in (MANIFEST, SUMS):
            _copy_file(backup / name, arriving / name)
    for name, key in keys.items():
        (arriving / "keys" / name).write_bytes(key)
        _make_durable(arriving / "keys" / name)
    for folder, _, _ in os.walk(arriving):
        sync_folder(Path(folder))


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy2(source, target)
    _make_durable(target)


def _make_durable(path: Path) -> None:
    os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _set_aside(there: list[Path], root: Path) -> None:
    if not there:
        return
    aside = root / f"replaced-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    aside.mkdir(mode=0o700)
    for path in there:
        if not path.name.startswith("replaced-"):
            os.rename(path, aside / path.name)
