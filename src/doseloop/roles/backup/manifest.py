"""What a backup says about itself, and whether its files are what they were."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from doseloop.model.errors import DamagedBackup, SetupError
from doseloop.store.record_copy.view import Table

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
LAYOUT = 1
_CHUNK = 1 << 20
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is a copy of."""

    layout: int
    doseloop: str
    """Version of the program that made it."""
    engine: str
    """Of the record: `sqlite` or `postgresql`."""
    moment: datetime
    """Everything acknowledged before it is in the backup (UTC)."""
    newest_object_at: datetime | None
    """When the newest object arrived."""
    objects: int
    """Kept objects."""
    waiting: int
    """Objects that waited to be read."""
    tables: Mapping[str, Table]
    keys: Mapping[str, str]
    """A fingerprint of each key at that moment: the backup is read with these."""
    sums: str
    """SHA-256 of `SHA256SUMS`."""
    gone: tuple[str, ...] = field(default=())
    """Objects of the record whose bytes were not there any more."""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a backup that is being made."""
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Errors: `SetupError` where the folder is none, or was made by a newer version."""
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError:
        raise SetupError(f"{folder} is no backup: there is no {MANIFEST} in it.") from None
    try:
        layout = msgspec.json.decode(content, type=_Layout).layout
        if layout != LAYOUT:
            raise SetupError(
                f"{folder} was made by another version of Doseloop (layout {layout}): restore it by that one."
            )
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError:
        raise DamagedBackup(f"The manifest of {folder} was changed or cut.") from None


class _Layout(msgspec.Struct):
    layout: int


def backups(folder: Path) -> list[Path]:
    """The finished backups in a folder, the oldest first."""
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name) and (path / MANIFEST).is_file()]
    return sorted(found, key=lambda path: (path.name[:18], len(path.name), path.name))


def the_backup(folder: Path) -> Path:
    """The backup that a person names: the folder itself, or the newest in it. Errors: `SetupError`."""
    if (folder / MANIFEST).is_file() or not folder.is_dir():
        return folder
    found = backups(folder)
    if not found:
        raise SetupError(f"{folder} is no backup, and none is in it.")
    return found[-1]


def sums_of(folder: Path) -> dict[str, str]:
    """SHA-256 of each file by its path within the backup, as it was written down. Errors: `DamagedBackup`."""
    lines = (folder / SUMS).read_text().splitlines()
    sums = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    if any(name.startswith("/") or ".." in Path(name).parts for name in sums):
        raise DamagedBackup(f"{folder / SUMS} names files outside the backup.")
    return sums


def verify(folder: Path) -> Manifest:
    """See that every file of a backup is there and is what it was; the backup's manifest.

    Errors: `SetupError` where it is no backup; `DamagedBackup`, naming the first files that are not.
    """
    manifest = read_manifest(folder)
    if not (folder / SUMS).is_file() or file_sha256(folder / SUMS) != manifest.sums:
        raise DamagedBackup(f"{folder / SUMS} was changed, cut or removed.")
    sums = sums_of(folder)
    wrong = [name for name, sha256 in sums.items() if not _is(folder / name, sha256)]
    if wrong:
        shown = ", ".join(wrong[:3])
        raise DamagedBackup(
            f"{len(wrong)} of {len(sums)} files of {folder} are missing or not what they were: {shown}."
        )
    return manifest


def fingerprint(key: bytes) -> str:
    """What tells one key from another and gives nothing of it away: it is 256 random bits."""
    return hashlib.sha256(b"doseloop key\0" + key).hexdigest()[:32]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and file_sha256(path) == sha256
