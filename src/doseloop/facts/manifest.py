"""The manifest of the copy: which files hold which month, and up to which change of the record.

Files are written once under a name of their own and never changed; the manifest is replaced by a rename. A reader who
holds a manifest finds all its files until they have been out of use for `GRACE_SECONDS`.
"""

import json
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from doseloop.store.durable import DRAFT, draft

GRACE_SECONDS = 900.0
_SPILL_SECONDS = 86_400.0
_SPILL = "spill-"
_NAME = "manifest.json"
_LAYOUT = 7
"""Of columns and files; a copy of another layout is made anew."""


@dataclass(frozen=True, slots=True)
class Month:
    """The files of one month, by kind of row, and how many exams they hold."""

    exams: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the copy holds. One without a month covers nothing."""

    generation: str = ""
    """Differs for every manifest that was ever written."""
    change: int = -1
    """Every exam whose number of change is not higher stands in the files as it is."""
    last_exam: int = 0
    """Highest key of an exam in the files."""
    months: Mapping[str, Month] = field(default_factory=dict)
    retired: Mapping[str, float] = field(default_factory=dict)
    """Files out of use, with the time since when."""

    @property
    def exams(self) -> int:
        """How many exams the files hold."""
        return sum(month.exams for month in self.months.values())

    def files(self, kind: str) -> tuple[str, ...]:
        """The files of a kind of row, the newest month first: a page of the newest exams then leaves the others unread."""
        return tuple(month.files[kind] for _, month in sorted(self.months.items(), reverse=True))


NO_COPY = Manifest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest as it is now; `NO_COPY` where there is none that can be used."""
    try:
        content = json.loads((folder / _NAME).read_bytes())
    except (FileNotFoundError, ValueError):
        return NO_COPY
    if content.get("layout") != _LAYOUT:
        return NO_COPY
    months = {name: Month(**month) for name, month in content["months"].items()}
    return Manifest(content["generation"], content["change"], content["last_exam"], months, content["retired"])


def copied_exams(folder: Path, month: Month) -> pa.Array:
    """Keys of the exams that the files of a month hold."""
    column = pq.read_table(folder / month.files["exams"], columns=["exam"], partitioning=None)["exam"]
    return column.combine_chunks()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, whole or not at all."""
    content: dict[str, Any] = {"layout": _LAYOUT, **asdict(manifest)}
    with draft("facts", folder) as arriving:
        arriving.write(json.dumps(content, indent=1).encode())
        arriving.become(folder / _NAME)


def write_rows(folder: Path, kind: str, month: str, rows: pa.Table) -> str:
    """Write a file of rows; its name."""
    name = f"{kind}-{month}-{secrets.token_hex(6)}.parquet"
    written = pa.BufferOutputStream()
    pq.write_table(rows, written, compression="zstd", row_group_size=50_000)
    with draft("facts", folder) as arriving:
        arriving.write(written.getvalue())
        arriving.become(folder / name)
    return name


def new_generation() -> str:
    """A name for a manifest."""
    return secrets.token_hex(8)


def retired_now(old: Manifest, months: Mapping[str, Month]) -> dict[str, float]:
    """Files that `months` use no more, with those that were out of use before."""
    used = {name for month in months.values() for name in month.files.values()}
    before = {name for month in old.months.values() for name in month.files.values()}
    return {**old.retired, **dict.fromkeys(before - used, time.time())}


def spill_place(folder: Path) -> Path:
    """A folder, not yet made, for what one query cannot hold in memory."""
    return folder / f"{_SPILL}{secrets.token_hex(6)}"


def whole_months(folder: Path, manifest: Manifest) -> Mapping[str, Month]:
    """The months of which every file is there."""
    present = {path.name for path in folder.iterdir()}
    return {name: month for name, month in manifest.months.items() if present.issuperset(month.files.values())}


def sweep(folder: Path, manifest: Manifest) -> Manifest:
    """Remove files that have been out of use long enough; the manifest without them, still to be written."""
    limit = time.time() - GRACE_SECONDS
    used = {name for month in manifest.months.values() for name in month.files.values()}
    waiting = {name: since for name, since in manifest.retired.items() if since > limit}
    for path in folder.iterdir():
        ours = path.suffix == ".parquet" or path.name.startswith(DRAFT)
        kept = path.name in used or path.name in waiting or not ours
        if not kept and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
        elif path.name.startswith(_SPILL) and path.stat().st_mtime < time.time() - _SPILL_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
    return replace(manifest, retired=waiting)
