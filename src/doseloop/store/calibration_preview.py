"""What a factor would change before anybody enters it, and how far a display is off by it."""

from dataclasses import dataclass
from statistics import median
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.dosimetry.kerma_calibration import corrected
from doseloop.model.calibration import PLANES
from doseloop.store import calibrations
from doseloop.store.calibration_wanted import WantedCalibration
from doseloop.store.models import Event, Exam

DISPLAY_MAY_DIFFER: Final = 0.35
"""Share by which a display may differ from what is measured (IEC 60601-2-43)."""
_SAMPLE: Final = 20_000
"""Values that make the medians of a preview: the newest."""


@dataclass(frozen=True, slots=True)
class CalibrationPreview:
    """What a factor would change."""

    exams: int
    values: int
    """Events of the plane with the value."""
    median_before: float | None
    median_after: float | None
    display_reads: float
    """By which share the display is above (below 0: below) what was measured."""

    @property
    def is_far_off(self) -> bool:
        """Whether the display differs by more than the standard allows."""
        return abs(self.display_reads) > DISPLAY_MAY_DIFFER


def display_reads(factor: float) -> float:
    """By which share a display is above (below 0: below) what was measured, from measured over displayed."""
    return 1 / factor - 1


def preview(scope: Scope, wanted: WantedCalibration) -> CalibrationPreview:
    """What the factor would change, of the exams as they are now. Errors: `NotVisible`."""
    calibrations.scanner_of(scope, wanted.scanner)
    exams = calibrations.exams_of(wanted.scanner, wanted.since, wanted.until)
    events = _events(exams, wanted)
    sample = list(events.order_by("-pk").values_list(wanted.quantity, flat=True)[:_SAMPLE])
    before = median(sample) if sample else None
    after = None if before is None else corrected(before, wanted.factor)
    return CalibrationPreview(
        _exams_with(exams, wanted).count(), events.count(), before, after, display_reads(wanted.factor)
    )


def _events(exams: "QuerySet[Exam]", wanted: WantedCalibration) -> "QuerySet[Event]":
    of_plane = Q(plane__iexact=PLANES[wanted.plane])
    if wanted.plane == "single":
        of_plane |= Q(plane="")
    events = Event.objects.filter(of_plane, exam__in=exams, kind="projection")
    return events.filter(**{f"{wanted.quantity}__gte": 0})


def _exams_with(exams: "QuerySet[Exam]", wanted: WantedCalibration) -> "QuerySet[Exam]":
    """Exams with such an event, and those of which a total alone is known: their planes stand in their reports."""
    own = Exists(_events(exams, wanted).filter(exam=OuterRef("pk")))
    any_event = Exists(Event.objects.filter(exam=OuterRef("pk")))
    return exams.filter(own | (Q(**{f"{wanted.quantity}__gte": 0}) & ~any_event))
