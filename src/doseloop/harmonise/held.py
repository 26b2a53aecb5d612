"""The objects of one study, and whose word comes first."""

from collections.abc import Iterable
from dataclasses import dataclass

from doseloop.model.dose_object import DoseObject
from doseloop.model.precedence import rank


@dataclass(frozen=True, slots=True)
class HeldObject:
    """One object of the study, with the record's key of it."""

    key: int
    dose: DoseObject

    @property
    def is_report(self) -> bool:
        """Whether it is a structured report: neither an image nor a capture of a dose screen."""
        return self.dose.image is None and self.dose.kind != "dose screen"

    @property
    def source(self) -> str:
        """What it is in the table of precedence."""
        return "report" if self.is_report else "dose screen" if self.dose.kind == "dose screen" else "image"


def best_first(objects: Iterable[HeldObject]) -> list[HeldObject]:
    """The best first: reports, then captures, then images; complete before partial, more events before fewer, later before
    earlier; the UID settles a tie, so that no order of arrival does. Of several with one SOP Instance UID the best alone."""
    ordered = sorted(objects, key=_rank, reverse=True)
    return list({held.dose.sop_instance_uid or held.key: held for held in reversed(ordered)}.values())[::-1]


def moment(held: HeldObject) -> tuple[str, str, int]:
    """When the object was written, for an order from the earliest to the latest."""
    return held.dose.content_at or "", held.dose.sop_instance_uid, held.key


def _rank(held: HeldObject) -> tuple[int, bool, int, str, str, int]:
    dose = held.dose
    count = len(dose.ct_events) + len(dose.projection_events)
    return -rank("objects of a study", held.source), dose.completion != "PARTIAL", count, *moment(held)
