"""An exam as the union of a study's objects: what is written to the record."""

from dataclasses import dataclass
from typing import Final, Literal

from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import Equipment, Modality, PatientAtStudy, People, StudyHeader
from doseloop.model.mr import MrSeries
from doseloop.model.procedure import Match
from doseloop.model.projection import ProjectionEvent
from doseloop.model.tracer import Administration
from doseloop.model.value_repair import RepairedValue

Event = CtEvent | ProjectionEvent | Administration | MrSeries
EventKind = Literal["ct", "projection", "tracer", "mr"]
EVENT_KINDS: Final[dict[str, type[Event]]] = {
    "ct": CtEvent,
    "projection": ProjectionEvent,
    "tracer": Administration,
    "mr": MrSeries,
}
"""What each kind of event is; the key stands in the record beside the event."""


@dataclass(frozen=True, slots=True)
class WallTime:
    """A clock as it was recorded, with its zone and where that came from."""

    local: str
    """`YYYY-MM-DDTHH:MM:SS`; empty where no object tells."""
    zone: str
    """An offset such as `+0100`, or an IANA name."""
    zone_source: str
    """`object`, `scanner`, `site` or `assumed`."""


@dataclass(frozen=True, slots=True)
class Total:
    """A total of an exam: what a report states, what the events add up to, and which of both is used."""

    quantity: str
    stated: float | None
    summed: float | None
    used: str
    """`stated` where a report that holds every event of the exam states it, else `summed`; empty where it is not known.

    A sum with a dose missing is no sum: `summed` is None then.
    """

    @property
    def value(self) -> float | None:
        """The total that is used, None where it is not known."""
        return self.stated if self.used == "stated" else self.summed


@dataclass(frozen=True, slots=True)
class ExamEvent:
    """One event of an exam, of one of the four kinds, and the key of the object that it was taken from."""

    object: int
    role: str
    """CT: `main`, `localiser`, `bolus tracking`, or `header estimate`. Projection: `fluoroscopy`, `acquisition`. Tracer:
    `administration`. MR: `series`."""
    ct: CtEvent | None = None
    projection: ProjectionEvent | None = None
    tracer: Administration | None = None
    mr: MrSeries | None = None
    repairs: tuple[RepairedValue, ...] = ()
    """Its values that a person's rule repaired, with what its object says."""

    @property
    def kind(self) -> EventKind:
        """Which of the four it is."""
        return "ct" if self.ct else "projection" if self.projection else "tracer" if self.tracer else "mr"

    @property
    def detail(self) -> Event:
        """The event itself. One of the four is there."""
        found = self.ct or self.projection or self.tracer or self.mr
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """A procedure within an exam, with its events. None is not known, never 0."""

    modality: Modality
    events: tuple[ExamEvent, ...]
    procedure: Match | None = None
    totals: tuple[Total, ...] = ()
    ctdi_vol_mgy: float | None = None
    """The highest CTDIvol of the main acquisitions, mGy."""
    phantom_cm: int | None = None
    """The phantom of the main acquisitions; None where they differ or are not known."""
    is_estimate: bool = False
    """Whether the part is known from image headers alone where a report should tell: it stands in no group."""


@dataclass(frozen=True, slots=True)
class ExamRecord:
    """A study with dose of one patient, as all of its objects together tell it."""

    study: StudyHeader
    patient: PatientAtStudy
    equipment: Equipment
    people: People
    modality: Modality
    started_at: WallTime
    parts: tuple[Part, ...]
    issues: tuple[str, ...] = ()
    """What does not fit, one sentence each."""
    repaired: int = 0
    """Values that a rule made, in all of the objects."""
    implausible: int = 0
    """Values that cannot be, and count as not recorded."""
    repairs: tuple[RepairedValue, ...] = ()
    """Stated totals of its objects that a person's rule repaired."""

    def total(self, quantity: str) -> float | None:
        """The total of a quantity where exactly one part has it, None otherwise."""
        values = [total.value for part in self.parts for total in part.totals if total.quantity == quantity]
        known = [value for value in values if value is not None]
        return known[0] if len(known) == 1 else None
