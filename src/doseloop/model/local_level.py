"""Local levels and typical values: what a site sets for itself out of its own exams, as it was when it was made.

ICRP Publication 135 (2017): a local level is the 75th percentile of the medians of some 10 to 20 X-ray rooms; of one
or a few rooms there is a typical value instead, a median. Both are for comparison with the median of a group, never with one exam.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import Per, ReferenceLevel, Scope

LocalStatistic = Literal["p75", "p50"]
"""p75: a local level, of the medians of many rooms; p50: a typical value, of few."""
LocalState = Literal["in force", "replaced", "withdrawn", "taken back"]
IN_MEDIAN = "in the median"
_SCOPES: dict[Per, Scope] = {"examination": "complete examination", "acquisition": "per acquisition"}


@dataclass(frozen=True, slots=True)
class LocalGroup:
    """What a local level is for. At one site, one is in force for each."""

    procedure: str
    """Key of the catalogue."""
    quantity: str
    group: PatientGroup
    per: Per
    phantom_cm: int | None = None
    """16 or 32 where the quantity needs a CTDI phantom, else None."""

    def level(
        self, modality: str, value: float = 0.0, statistic: LocalStatistic = "p75", *, key: str = "", set_id: str = ""
    ) -> ReferenceLevel:
        """As a level that values are chosen for and compared with; its value is 0 where none is known yet."""
        return ReferenceLevel(
            id=key, set_id=set_id, procedure=self.procedure, as_written=self.procedure, group=self.group,
            quantity=self.quantity, value=value, statistic=statistic, phantom_cm=self.phantom_cm,
            phantom_basis="as the site chose it" if self.phantom_cm else None, scope=_SCOPES[self.per], modality=modality,
            verification="own",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FrozenRoom:
    """One room (scanner) of a local level."""

    scanner: int
    """Our key."""
    name: str
    n: int
    """Values in its median."""
    n_patients: int
    median: float | None
    """In the quantity's own unit; None of no values. Of a room that was left out it is information alone."""
    left_out: str | None
    """Why it is not in the value, as a sentence; None where it is."""
    sizes: str
    """Of which sizes the values are, and how many have no weight, in words."""


@dataclass(frozen=True, slots=True)
class FrozenValue:
    """One value that was looked at, of one exam's part or of one of its main acquisitions."""

    exam: int
    """Our key."""
    scanner: int
    day: date | None
    """Day of the exam on the site's clock; None where it is not known."""
    value: float
    """In the quantity's own unit."""
    weight_kg: float | None
    fate: str
    """`in the median` of its room, or why not."""
    used: bool
    """Whether it is in the median of its room, and the room in the value."""


@dataclass(frozen=True, slots=True)
class FrozenValues:
    """Every value that was looked at, in columns of one length."""

    exam: tuple[int, ...]
    scanner: tuple[int, ...]
    day: tuple[date | None, ...]
    value: tuple[float, ...]
    weight_kg: tuple[float | None, ...]
    fate: tuple[str, ...]
    used: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.exam)

    def rows(self, start: int = 0, end: int | None = None) -> Iterator[FrozenValue]:
        """From the row `start` up to, not including, `end`."""
        columns = (self.exam, self.scanner, self.day, self.value, self.weight_kg, self.fate, self.used)
        return (FrozenValue(*row) for row in zip(*(column[start:end] for column in columns), strict=True))


@dataclass(frozen=True, slots=True)
class LocalLevel:
    """A local level or typical value with all that it rests on. It never changes."""

    name: str
    author: str
    made_at: datetime
    """UTC."""
    site: int
    """Our key."""
    site_name: str
    of: LocalGroup
    statistic: LocalStatistic
    value: float
    """In the quantity's own unit."""
    first_day: date
    last_day: date
    """Of the period, both included, on the site's clock."""
    least: int
    """Patients that a room needed."""
    least_rooms: int
    """Rooms that a local level needed; of fewer it is a typical value."""
    rooms: tuple[FrozenRoom, ...]
    sentences: tuple[str, ...]
    """How the value was computed."""
    method: str
    """Version of the computation (`assess.local_level`)."""
    data_state: int
    """Number of the last change of the record before the values were read."""
    review_on: date
    note: str
    replaces: int | None
    """Key of the one in whose place it was set."""
    values_sha256: str
    """Of the values that it rests on, as they are kept."""

    @property
    def used_rooms(self) -> tuple[FrozenRoom, ...]:
        """Those that are in the value."""
        return tuple(one for one in self.rooms if one.left_out is None)

    @property
    def n_patients(self) -> int:
        """Patients in the medians of the rooms in the value; one who was in two rooms is counted in both."""
        return sum(one.n_patients for one in self.used_rooms)

    @property
    def called(self) -> str:
        """What such a value is called (ICRP Publication 135)."""
        return "local level" if self.statistic == "p75" else "typical value"

    def is_due(self, today: date) -> bool:
        """Whether the day of its review has come."""
        return today >= self.review_on
