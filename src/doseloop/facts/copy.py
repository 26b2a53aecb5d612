"""The columnar copy on disk: monthly Parquet, brought up to date with the record."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from doseloop.facts.manifest import (
    Manifest,
    Month,
    copied_exams,
    new_generation,
    read_manifest,
    retired_now,
    sweep,
    whole_months,
    write_manifest,
    write_rows,
)
from doseloop.facts.paths import FactsPaths
from doseloop.facts.record import Reading, last_change, reading
from doseloop.facts.rows import Selection, exams_of, rows_of
from doseloop.facts.schema import COUNTED, ROW_KINDS
from doseloop.store.failpoint import failpoint

NO_MONTH = "none"
"""Stands for the month of exams without a start."""
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefreshTally:
    """What a refresh did."""

    change: int
    """Number of the last change that the copy covers now."""
    months: tuple[str, ...]
    """Months that were written anew (`2025-03`; `none` holds exams without a start), or removed."""
    exams: int
    """Exams that the copy holds now."""
    busy: bool = False
    """Another process is refreshing; nothing was done here."""


def refresh(paths: FactsPaths) -> RefreshTally:
    """Bring the copy up to date with the record: only months that have changes are written.

    Safe beside readers and beside another refresh. A reader never needs it: what the copy does not cover is read from
    the record.

    Errors: `SetupError` where there is no record.
    """
    paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(paths.folder) as alone:
        old = read_manifest(paths.folder)
        if not alone:
            return RefreshTally(old.change, (), old.exams, busy=True)
        tally = _refresh(paths, old)
    pa.default_memory_pool().release_unused()  # the next refresh is a minute away, and its memory is others' until then
    return tally


def _refresh(paths: FactsPaths, old: Manifest) -> RefreshTally:
    with reading(paths.record) as record:
        change = last_change(record)
        usable = old.change <= change
        stale = _stale_months(record, paths.folder, old) if usable else _all_months(record) | set(old.months)
    if not stale and usable and old.generation:
        return RefreshTally(old.change, (), old.exams)
    months = dict(old.months)
    last_exam = old.last_exam if usable else 0
    for name in sorted(stale):
        months.pop(name, None)
        month, highest = _write_month(paths, name)
        last_exam = max(last_exam, highest)
        if month.exams:
            months[name] = month
    fresh = Manifest(new_generation(), change, last_exam, months, retired_now(old, months))
    failpoint("facts: months written, before the manifest")
    write_manifest(paths.folder, sweep(paths.folder, fresh))
    failpoint("facts: manifest replaced")
    return RefreshTally(change, tuple(sorted(stale)), fresh.exams)


def _write_month(paths: FactsPaths, month: str) -> tuple[Month, int]:
    # Each month is read by itself: an exam that changes meanwhile has a number above the manifest's and is read anew.
    with reading(paths.record) as record:
        rows = rows_of(record, _within(record, month))
    if not rows.exams.num_rows:
        return Month(0, {}), 0
    files = {kind.name: write_rows(paths.folder, kind.name, month, rows.of(kind)) for kind in ROW_KINDS}
    return Month(rows.exams.num_rows, files), pc.max(rows.exams["exam"]).as_py()


def _stale_months(record: Reading, folder: Path, old: Manifest) -> set[str]:
    """Months of exams that changed, as they are now and as they were copied, and months with exams that are gone."""
    if not old.generation:
        return _all_months(record)
    changed = Selection("e.changed > ?", (old.change,))
    whole = replace(old, months=whole_months(folder, old))
    stale = _months(record, changed) | (old.months.keys() - whole.months.keys())
    keys = exams_of(record, changed)
    counted = exams_of(record, Selection(f"{changed.condition} AND {COUNTED}", changed.values))
    touched = pa.concat_arrays([keys, missing_exams(record, folder, whole, counted)])
    if not len(touched):
        return stale
    return stale | {name for name, month in whole.months.items() if _holds(copied_exams(folder, month), touched)}


def missing_exams(record: Reading, folder: Path, manifest: Manifest, changed: pa.Array) -> pa.Array:
    """Keys of exams that the copy holds and the record holds no more.

    Rows that vanish have no number of change. Their count tells: keys only grow, so that a changed exam with a key above
    the copy's highest is new, and every other one stands in the copy. Only where the sum does not fit are all keys compared.
    """
    counted = f"SELECT count(*) FROM store_exam e WHERE {COUNTED} AND e.changed <= ?"  # noqa: S608  (a condition of ours)
    row = record.first(counted, (manifest.change,))
    unchanged = 0 if row is None else int(row[0])
    replaced = pc.sum(pc.less_equal(changed, manifest.last_exam)).as_py() or 0
    if unchanged + replaced == manifest.exams:
        return pa.array([], pa.int64())
    present = exams_of(record, Selection(f"e.id > ? AND {COUNTED}", (0,)))
    copied = [copied_exams(folder, month) for month in manifest.months.values()]
    held = pa.concat_arrays([*copied, pa.array([], pa.int64())])
    return held.filter(pc.invert(pc.is_in(held, value_set=present)))


def _holds(keys: pa.Array, wanted: pa.Array) -> bool:
    return bool(pc.any(pc.is_in(keys, value_set=wanted)).as_py())


def _all_months(record: Reading) -> set[str]:
    return _months(record, Selection("e.id > ?", (0,)))


def _months(record: Reading, selection: Selection) -> set[str]:
    return {prefix if _MONTH.fullmatch(prefix) else NO_MONTH for prefix in _prefixes(record, selection)}


def _prefixes(record: Reading, selection: Selection) -> set[str]:
    query = f"SELECT DISTINCT substr(e.started_at, 1, 7) FROM store_exam e WHERE {selection.condition}"  # noqa: S608
    return {row[0] for rows in record.batches(query, selection.values) for row in rows}


def _within(record: Reading, month: str) -> Selection:
    if month != NO_MONTH:
        return Selection("e.started_at >= ? AND e.started_at < ?", (month, month[:-1] + chr(ord(month[-1]) + 1)))
    every = Selection("e.id > ?", (0,))
    prefixes = sorted(prefix for prefix in _prefixes(record, every) if not _MONTH.fullmatch(prefix))
    places = ", ".join("?" * len(prefixes)) or "NULL"
    return Selection(f"substr(e.started_at, 1, 7) IN ({places})", tuple(prefixes))


@contextmanager
def _only_one(folder: Path) -> Iterator[bool]:
    descriptor = os.open(folder / "refresh.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
