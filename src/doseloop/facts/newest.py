"""What the copy does not cover yet: exams that changed since, and the names of sites, scanners and procedures."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from doseloop.facts.copy import missing_exams
from doseloop.facts.manifest import NO_COPY, Manifest, read_manifest
from doseloop.facts.paths import FactsPaths
from doseloop.facts.record import Reading, last_change, reading
from doseloop.facts.rows import Rows, Selection, exams_of, names_of, rows_of


@dataclass(frozen=True, slots=True)
class Latest:
    """The copy and everything beside it that makes it equal to the record."""

    manifest: Manifest
    change: int
    """Number of the last change of the record that shows in it."""
    rows: Rows
    """Exams that changed since the copy, as they are now."""
    hidden: pa.Table
    """Exams whose rows in the copy no longer count: they changed or are gone."""


class Newest:
    """Reads what is new once for all threads of a process; where nothing changed, only the number of change and names."""

    def __init__(self, paths: FactsPaths) -> None:
        self._paths = paths
        self._lock = threading.Lock()
        self._latest: Latest | None = None

    def now(self) -> tuple[Latest, Mapping[str, pa.Table]]:
        """Everything up to the last commit, and the tables of names."""
        with self._lock:
            manifest = read_manifest(self._paths.folder)
            with reading(self._paths.record) as record:
                self._latest = self._brought_up(record, manifest)
                names = names_of(record)
            pa.default_memory_pool().release_unused()  # what was read to make it is not needed any more
            return self._latest, names

    def _brought_up(self, record: Reading, manifest: Manifest) -> Latest:
        change = last_change(record)
        # A copy that is ahead of the record is of another record: a backup was restored.
        usable = manifest if manifest.change <= change else NO_COPY
        known = self._latest
        if known and (known.manifest.generation, known.change) == (usable.generation, change):
            return known
        changed = Selection("e.changed > ?", (usable.change,))
        rows = rows_of(record, changed)
        gone = missing_exams(record, self._paths.folder, usable, rows.exams["exam"].combine_chunks())
        hidden = pa.table({"exam": pa.concat_arrays([exams_of(record, changed), gone])})
        return Latest(usable, change, rows, hidden)
