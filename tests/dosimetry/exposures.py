"""Exposures for tests of dosimetry."""

from typing import Any

from doseloop.model.projection import Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading

_CODED = {"plane", "target_region", "image_view"}


def exposure(**given: Any) -> ProjectionEvent:
    """An exposure with plain values; codes by their meaning."""
    return ProjectionEvent(**{name: _read(name, value) for name, value in given.items()})


def filtered(*filters: tuple[str, float, float]) -> tuple[Filter, ...]:
    """Filters of material, least and greatest thickness in mm."""
    return tuple(
        Filter(reading(Code("", "", material)), reading(low), reading(high)) for material, low, high in filters
    )


def reading(value: Any) -> Reading[Any]:
    """A value from nowhere."""
    return Reading(value, "", "")


def _read(name: str, value: Any) -> Any:
    if name in ("filters", "field_of_view_mm", "image"):
        return value
    return reading(Code("", "", value) if name in _CODED else value)
