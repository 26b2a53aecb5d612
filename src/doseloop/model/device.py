"""A device that took part in one event, where it names itself apart from the report's observer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventDevice:
    """The device of one event (TID 1021, Device Participant)."""

    name: str | None = None
    """Device Name (113877)."""
    manufacturer: str | None = None
    """Device Manufacturer (113878)."""
    model: str | None = None
    """Device Model Name (113879)."""
    serial_number: str | None = None
    """Device Serial Number (113880)."""
