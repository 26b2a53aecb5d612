"""The columnar copy on disk: monthly Parquet, brought up to date with the record."""

from dataclasses import dataclass

from doseloop.facts.paths import FactsPaths


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
    """
    raise NotImplementedError
