"""What a CT scanned, by its main acquisitions."""

from collections.abc import Iterable
from typing import Final

from doseloop.model.ct import CtEvent
from doseloop.model.procedure import Contrast, Scanned

_CONTRAST: Final[dict[str, Contrast]] = {
    "27483000": "with",
    "P5-00100": "with",
    "399331006": "without",
    "P5-0808E": "without",
}
"""Procedure Context, CID 10014 (PS3.16), in SNOMED CT and as scanners wrote it before."""


def scanned(acquisitions: Iterable[CtEvent]) -> Scanned | None:
    """What they scanned together, None where there are none. A length of zero is not recorded."""
    events = list(acquisitions)
    if not events:
        return None
    lengths = [event.scanning_length_mm.value for event in events if event.scanning_length_mm]
    told = [length for length in lengths if length > 0]
    return Scanned(
        acquisitions=len(events),
        longest_mm=max(told, default=None),
        together_mm=sum(told) if len(told) == len(events) else None,
        contrast=frozenset(filter(None, map(_contrast, events))),
    )


def contrast_of(context: str) -> Contrast | None:
    """What a code of the procedure context says; None for one that is not known."""
    return _CONTRAST.get(context)


def _contrast(event: CtEvent) -> Contrast | None:
    return contrast_of(event.procedure_context.value.value) if event.procedure_context else None
