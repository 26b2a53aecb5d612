"""The columnar copy."""

import time
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from doseloop.facts.copy import refresh
from doseloop.facts.manifest import read_manifest
from doseloop.facts.paths import FactsPaths
from doseloop.roles.doctor.check import Check, Place, check
from doseloop.store.changes import last_change

CHECKS: list[Check] = []
_LATE_S = 900.0


def _paths(place: Place) -> FactsPaths:
    return FactsPaths.in_data(place.root, place.settings.record_address)


def _refresh(place: Place) -> None:
    refresh(_paths(place))


def _make_anew(place: Place) -> None:
    for path in place.folder.facts.iterdir():
        if path.is_file():
            path.unlink()
    refresh(_paths(place))


@check(CHECKS, "facts-damaged", "Remove the folder `facts`: it is made again; --mend does.", mender=_make_anew)
def facts_damaged(place: Place) -> Iterator[str]:
    """A file of the copy is missing or cannot be read: pages of figures fail."""
    manifest = read_manifest(place.folder.facts)
    for name in (name for month in manifest.months.values() for name in month.files.values()):
        try:
            pq.read_table(place.folder.facts / name, partitioning=None)
        except (pa.ArrowException, OSError) as error:
            yield f"{name} cannot be read ({type(error).__name__})."


@check(CHECKS, "facts-ahead", "Remove the folder `facts`: it is made again; --mend does.", mender=_make_anew)
def facts_ahead(place: Place) -> Iterator[str]:
    """The copy is of another record, or of a later state of this one."""
    if read_manifest(place.folder.facts).change > last_change():
        yield "The columnar copy has changes that the record has not: the record was replaced."


@check(
    CHECKS,
    "facts-behind",
    "See that a worker runs; its log says why it does not refresh. --mend does.",
    mender=_refresh,
)
def facts_behind(place: Place) -> Iterator[str]:
    """The copy has not been brought up to date: figures are right, and slow."""
    manifest, file = read_manifest(place.folder.facts), place.folder.facts / "manifest.json"
    if file.exists() and manifest.change < last_change() and file.stat().st_mtime < time.time() - _LATE_S:
        minutes = (time.time() - file.stat().st_mtime) / 60
        yield f"The columnar copy is {last_change() - manifest.change} changes behind, for {minutes:.0f} minutes."
