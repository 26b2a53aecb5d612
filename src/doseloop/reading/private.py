"""Private elements of makers that are read (PS3.5 section 7.8): by creator, group and the last byte of the element.

They hold no identity, so that they stay where an object is de-identified (PS3.15 table E.3.10-1 lists the same ones).
"""

from doseloop.model.reading import Reading
from doseloop.reading.elements import DataSet, named
from doseloop.reading.text import Decode
from doseloop.reading.units import number_of

PrivateElement = tuple[str, int, int]
"""Private creator, group, last byte of the element number."""

ELSCINT_DLP: PrivateElement = ("ELSCINT1", 0x00E1, 0x21)
"""DLP of a series, or of the study at the top level, mGy·cm."""
ELSCINT_PHANTOM: PrivateElement = ("ELSCINT1", 0x01E1, 0x26)
"""Phantom type: HEAD or BODY."""
PRIVATE_ELEMENTS = (ELSCINT_DLP, ELSCINT_PHANTOM)
_BLOCKS = range(0x10, 0x20)
"""Blocks that a creator may have reserved; makers start at the first."""


def _tags(element: PrivateElement) -> tuple[int, ...]:
    _, group, last = element
    return tuple(group << 16 | tag for block in _BLOCKS for tag in (block, block << 8 | last))


PRIVATE_TAGS = {element: _tags(element) for element in PRIVATE_ELEMENTS}


def private_text(data_set: DataSet, element: PrivateElement, decode: Decode, at: str = "") -> Reading[str] | None:
    """The text of a private element, whichever block its creator reserved; None where it is absent or empty."""
    creator, group, last = element
    for block in _BLOCKS:
        owner, raw = data_set.get(group << 16 | block), data_set.get(group << 16 | block << 8 | last)
        if isinstance(owner, bytes) and decode(owner) == creator and isinstance(raw, bytes) and decode(raw):
            place = named(group << 16 | block << 8 | last)
            return Reading(decode(raw), f"{at}.{place}" if at else place, decode(raw))
    return None


def private_number(data_set: DataSet, element: PrivateElement, decode: Decode, at: str = "") -> Reading[float] | None:
    """As `private_text`, as a number; None where it is none."""
    written = private_text(data_set, element, decode, at)
    value = number_of(written.value) if written else None
    return Reading(value, written.place, written.recorded) if written and value is not None else None


def is_kept(creator: str, tag: int) -> bool:
    """Whether a private element, or the one that reserves its block, is read and holds no identity."""
    group, element = tag >> 16, tag & 0xFFFF
    owned = [(of, last) for of, in_group, last in PRIVATE_ELEMENTS if in_group == group]
    if element <= 0xFF:
        return any(of == creator for of, _ in owned)
    return (creator, element & 0xFF) in owned
