"""`Samples`: the values of one procedure, quantity and scanner, of which a group is drawn for a comparison.

Columns, not rows: a page draws a hundred groups from a million values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from doseloop.model.size_counts import SizeCounts
from doseloop.model.span import Span

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SIZE_SOURCES: Final = ("", "object", "imported", "imported by choice", "water-equivalent diameter")
"""Where a weight came from (`model.precedence`, `size`); empty where there is none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a group: of one exam's part, or of one matched acquisition of it."""

    value: float
    """In the quantity's own unit."""
    weight_kg: float | None = None
    phantom_cm: int | None = None
    provisional: bool = False
    """The exam may still grow; it is counted and left out."""
    weight_source: str = "object"
    """Where a weight came from (`model.precedence`, `size`)."""
    age_months: float | None = None
    thickness_mm: float | None = None
    """Of the compressed breast."""
    day: np.datetime64 | None = None
    """Of the exam."""
    patient: int = 0
    """Our key; 0 where each value is of another patient."""
    exam: int = 0
    """Our key."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Columns of one length. What is not known is NaN, a phantom and a key 0, a day NaT."""

    value: Floats
    """In the quantity's own unit."""
    weight_kg: Floats
    weight_source: NDArray[np.int8]
    """Position in `SIZE_SOURCES`."""
    phantom_cm: NDArray[np.int64]
    settled: Flags
    """Whether the exam is whole."""
    age_months: Floats
    thickness_mm: Floats
    """Of the compressed breast."""
    day: NDArray[np.datetime64]
    patient: NDArray[np.int64]
    exam: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.value)

    def where(self, chosen: Flags) -> "Samples":
        """Those that are chosen, in their order."""
        return Samples(*(getattr(self, name)[chosen] for name in _COLUMNS))

    def patients(self, chosen: Flags) -> int:
        """Of how many patients those that are chosen are."""
        keys = self.patient[chosen]
        return len(np.unique(keys)) if keys.any() else len(keys)

    @property
    def sizes(self) -> SizeCounts:
        """Where their weights came from."""
        weighed = np.where(np.isnan(self.weight_kg), 0, self.weight_source)
        missing, own, imported, chosen, estimated = np.bincount(weighed, minlength=len(SIZE_SOURCES)).tolist()
        return SizeCounts(own, imported + chosen, estimated, missing)


_COLUMNS: Final = tuple(one.name for one in fields(Samples))


def samples_of(rows: Iterable[Sample]) -> Samples:
    """The columns of these rows."""
    listed = list(rows)

    def column(values: Iterable[Any], kind: Any) -> Any:
        return np.fromiter(values, dtype=kind, count=len(listed))

    return Samples(
        value=column((one.value for one in listed), float),
        weight_kg=column((_known(one.weight_kg) for one in listed), float),
        weight_source=column((SIZE_SOURCES.index(one.weight_source) for one in listed), np.int8),
        phantom_cm=column((one.phantom_cm or 0 for one in listed), np.int64),
        settled=column((not one.provisional for one in listed), bool),
        age_months=column((_known(one.age_months) for one in listed), float),
        thickness_mm=column((_known(one.thickness_mm) for one in listed), float),
        day=column((one.day or np.datetime64("NaT", "D") for one in listed), "datetime64[D]"),
        patient=column((one.patient for one in listed), np.int64),
        exam=column((one.exam for one in listed), np.int64),
    )


def joined(parts: Iterable[Samples]) -> Samples:
    """All of them, one after the other."""
    listed = tuple(parts)
    return Samples(*(np.concatenate([getattr(part, name) for part in listed]) for name in _COLUMNS))


def within(values: Floats, span: Span) -> Flags:
    """Which values lie in a span; one that is not known never does, unless the span leaves nothing out."""
    if not span.is_bounded:
        return np.ones(len(values), dtype=bool)
    low = -np.inf if span.low is None else span.low
    below = np.inf if span.below is None else span.below
    return np.asarray((values >= low) & (values < below))


def _known(value: float | None) -> float:
    return np.nan if value is None else value
