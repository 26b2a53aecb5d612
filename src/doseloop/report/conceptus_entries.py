"""What a physicist enters for the dose to a conceptus: checked once, whoever it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, Literal

from doseloop.model.conceptus import Placement, View
from doseloop.model.errors import UnusableInput

Basis = Literal["events", "procedure", "own"]
"""What the result is: the sum over the exposures, the typical range of a procedure, or the physicist's own interval."""
Counts = Literal["computed", "own", "left out"]
"""How one exposure counts."""
LONGEST_REASONING: Final = 8000
LONGEST_NOTE: Final = 500
MOST_MGY: Final = 10_000.0
MOST_WEEKS: Final = 45.0


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One exposure; what is None is as for all."""

    position: int
    """Counted from 0 over the exam."""
    counts: Counts = "computed"
    placement: Placement | None = None
    view: View | None = None
    diameter_mm: float | None = None
    entrance_kerma_mgy: float | None = None
    own_low_mgy: float | None = None
    own_high_mgy: float | None = None
    note: str = ""
    """Why it has an interval of its own, or is left out."""


@dataclass(frozen=True, slots=True)
class Entries:
    """All that is entered. What was not said is None."""

    basis: Basis = "events"
    placement: Placement | None = None
    view: View | None = None
    diameter_mm: float | None = None
    gestational_age_weeks: float | None = None
    """Written down; no method that ships looks at it."""
    depth_mm: float | None = None
    """Of the conceptus beneath the skin; written down as the age is."""
    procedure: str | None = None
    """Key of the procedure whose typical range is taken."""
    own_low_mgy: float | None = None
    own_high_mgy: float | None = None
    reasoning: str = ""
    events: tuple[EventEntry, ...] = ()

    def of(self, position: int) -> EventEntry:
        """The entry of one exposure, with what holds for all where nothing else was entered."""
        own = next((one for one in self.events if one.position == position), EventEntry(position))
        return replace(own, placement=own.placement or self.placement, view=own.view or self.view)


def check(entries: Entries) -> None:
    """Errors: `UnusableInput` with everything that is wrong."""
    faults = [*_faults(entries), *(fault for one in entries.events for fault in _faults_of_event(one))]
    if faults:
        raise UnusableInput(" ".join(faults[:10]))


def _faults(entries: Entries) -> Iterator[str]:
    yield from _outside("The gestational age", entries.gestational_age_weeks, MOST_WEEKS, "weeks")
    yield from _outside("The depth", entries.depth_mm, 500.0, "mm")
    yield from _outside("The diameter", entries.diameter_mm, 1000.0, "mm")
    if len(entries.reasoning) > LONGEST_REASONING:
        yield f"The reasoning has at most {LONGEST_REASONING:,} characters."
    if entries.basis == "own":
        yield from _own("The interval of your own", entries.own_low_mgy, entries.own_high_mgy, entries.reasoning)


def _faults_of_event(one: EventEntry) -> Iterator[str]:
    name = f"Exposure {one.position + 1}"
    yield from _outside(f"{name}: the diameter", one.diameter_mm, 1000.0, "mm")
    yield from _outside(f"{name}: the kerma", one.entrance_kerma_mgy, MOST_MGY, "mGy")
    if len(one.note) > LONGEST_NOTE:
        yield f"{name}: the note has at most {LONGEST_NOTE} characters."
    if one.counts == "own":
        yield from _own(name, one.own_low_mgy, one.own_high_mgy, one.note)
    if one.counts == "left out" and not one.note.strip():
        yield f"{name}: say why it is left out."


def _outside(what: str, value: float | None, most: float, unit: str) -> Iterator[str]:
    if value is not None and not (isfinite(value) and 0 <= value <= most):
        yield f"{what} is not between 0 and {most:g} {unit}."


def _own(what: str, low: float | None, high: float | None, why: str) -> Iterator[str]:
    if low is None or high is None or not 0 <= low <= high <= MOST_MGY:
        yield f"{what} needs two doses from 0 to {MOST_MGY:,.0f} mGy, the lower one first."
    if not why.strip():
        yield f"{what} needs its reason in words."
