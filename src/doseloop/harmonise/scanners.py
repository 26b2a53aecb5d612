"""Which scanner an object comes from, and what to call it."""

import re
from typing import Final

from doseloop.model.dose_object import Equipment
from doseloop.model.precedence import first

_MAKERS: Final = (
    ("siemens", "Siemens"),
    ("ge medical", "GE"),
    ("ge healthcare", "GE"),
    ("general electric", "GE"),
    ("philips", "Philips"),
    ("canon", "Canon"),
    ("toshiba", "Toshiba"),
    ("fujifilm", "Fujifilm"),
    ("hitachi", "Hitachi"),
    ("hologic", "Hologic"),
    ("shimadzu", "Shimadzu"),
    ("ziehm", "Ziehm"),
)


def maker(manufacturer: str | None) -> str | None:
    """The maker's common name; as written where it is not known to us, None where empty."""
    written = (manufacturer or "").strip()
    folded = written.casefold()
    return next((name for start, name in _MAKERS if folded.startswith(start)), written or None)


def scanner_key(equipment: Equipment) -> str | None:
    """What stays the same for one scanner: maker, model and serial number; without that number, the station.

    None where neither serial number nor station is recorded: such an object belongs to no scanner until a person says
    so. A model alone is never a key, since a department may have two.
    """
    parts = {
        "serial number": _key_part("serial", equipment.serial_number),
        "station name": _key_part("station", equipment.station_name),
    }
    own = first("scanner", parts)
    if own is None:
        return None
    return "/".join((_folded(maker(equipment.manufacturer)), _folded(equipment.model), own))


def scanner_name(equipment: Equipment) -> str:
    """What to show until a person names the scanner: station, else maker, model and serial number."""
    station = (equipment.station_name or "").strip()
    if station:
        return station
    parts = (maker(equipment.manufacturer), equipment.model, equipment.serial_number)
    return " ".join(part.strip() for part in parts if part and part.strip()) or "Unknown scanner"


def _key_part(kind: str, value: str | None) -> str | None:
    folded = _folded(value)
    return f"{kind}-{folded}" if folded.strip("0-") else None


def _folded(value: str | None) -> str:
    return re.sub(r"[^0-9a-z]+", "-", (value or "").casefold()).strip("-")
