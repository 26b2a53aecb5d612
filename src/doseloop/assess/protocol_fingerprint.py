"""The fingerprint of a protocol: what it sets, without what the scanner chooses for the patient.

Tube current and its product with time follow the patient, and are no part of it. Whether a setting is the protocol's or the
patient's (a voltage that is chosen by size, a filter by the exposure) is not known beforehand: `protocol_change` looks only at
those that nearly all exams share.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from doseloop.model.ct import CtEvent
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading

Fingerprint = Mapping[str, str]
"""Value by setting, as people write it; a setting that is not recorded, or differs within the exam, is missing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a protocol, for people."""

    name: str
    unit: str = ""


SETTINGS: Final[Mapping[str, Setting]] = {
    "kvp": Setting("tube voltage", "kV"),
    "modulation": Setting("modulation"),
    "rotation_time_s": Setting("rotation time", "s"),
    "pitch": Setting("pitch"),
    "single_collimation_mm": Setting("single collimation", "mm"),
    "total_collimation_mm": Setting("total collimation", "mm"),
    "phantom_cm": Setting("phantom", "cm"),
    "sources": Setting("X-ray sources"),
    "filter": Setting("filter"),
    "pulse_rate_per_s": Setting("pulse rate", "1/s"),
    "fluoro_mode": Setting("fluoroscopy mode"),
    "field_cm2": Setting("field", "cm²"),
}
_STEP: Final = {"field_cm2": 5.0}
"""What a value is rounded to, where it is read off a collimator; others to three digits."""


def of_exam(events: Iterable[CtEvent | ProjectionEvent]) -> Fingerprint:
    """Of the events of one exam with one protocol: what all of them share."""
    found = [_of_event(event) for event in events]
    first, *others = found or [{}]
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in others)}


def _of_event(event: CtEvent | ProjectionEvent) -> dict[str, str]:
    values = _ct(event) if isinstance(event, CtEvent) else _projection(event)
    return {name: value for name, value in values.items() if value}


def _ct(event: CtEvent) -> dict[str, str]:
    source = event.sources[0] if event.sources else None
    return {
        "kvp": " + ".join(_number("kvp", one.kvp) for one in event.sources if one.kvp),
        "modulation": event.modulation.value.strip() if event.modulation else "",
        "rotation_time_s": _number("rotation_time_s", source.rotation_time_s) if source else "",
        "pitch": _number("pitch", event.pitch),
        "single_collimation_mm": _number("single_collimation_mm", event.single_collimation_mm),
        "total_collimation_mm": _number("total_collimation_mm", event.total_collimation_mm),
        "phantom_cm": str(event.phantom_cm or ""),
        "sources": _number("sources", event.source_count),
        "filter": event.filter_material.value.strip() if event.filter_material else "",
    }


def _projection(event: ProjectionEvent) -> dict[str, str]:
    return {
        "kvp": _number("kvp", event.kvp),
        "filter": " + ".join(sorted(_filters(event))),
        "pulse_rate_per_s": _number("pulse_rate_per_s", event.pulse_rate_per_s),
        "fluoro_mode": event.fluoro_mode.value.meaning.strip() if event.fluoro_mode else "",
        "field_cm2": _number("field_cm2", event.field_area_cm2),
    }


def _filters(event: ProjectionEvent) -> Iterable[str]:
    for one in event.filters:
        thickness = one.thickness_max_mm or one.thickness_min_mm
        if one.material and thickness and thickness.value > 0:
            yield f"{_number('filter', thickness)} mm {one.material.value.meaning}"


def _number(name: str, reading: Reading[float] | None) -> str:
    """Empty for a value that is missing, not above zero or no number."""
    if reading is None or not 0 < reading.value < float("inf"):
        return ""
    step = _STEP.get(name)
    return f"{round(reading.value / step) * step:g}" if step else f"{reading.value:.3g}"
