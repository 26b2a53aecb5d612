"""Elements of Explicit VR Little Endian (PS3.5 section 7.1.2), one after the other, however deeply they are nested.

What comes in by network or on a medium names itself in its file meta information (PS3.10 section 7.1) and, where it is a
DICOMDIR, in its directory records; no more is read of it here. A general reader builds objects in memory and raises many
kinds of errors on hostile bytes; this one takes constant memory and raises `Malformed` alone.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from doseloop.model.errors import Malformed

_LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
"""Value representations with two reserved bytes and a length of four (PS3.5 table 7.1-1)."""
_DELIMITERS = frozenset({(0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)})
_UNDEFINED = 0xFFFFFFFF


class Element(NamedTuple):
    """One element that is not a sequence: its tag and where its value lies."""

    tag: tuple[int, int]
    start: int
    end: int


def elements(content: bytes, start: int = 0) -> Iterator[Element]:
    """Elements of the content from an offset on. Those within items of sequences come in turn, unmarked.

    Errors: `Malformed` where the bytes are no Explicit VR Little Endian, or a value runs past their end.
    """
    place = start
    while place < len(content):
        try:
            tag, place, length, nests = _head(content, place)
        except struct.error:
            raise Malformed(f"An element is cut short at byte {place}.") from None
        if place + length > len(content):
            raise Malformed(f"The value of ({tag[0]:04X},{tag[1]:04X}) at byte {place} runs past the end.")
        if not nests:
            yield Element(tag, place, place + length)
            place += length


def _head(content: bytes, place: int) -> tuple[tuple[int, int], int, int, bool]:
    """Tag, where the value begins, its length (0 where undefined), and whether elements follow as its value."""
    group, element = struct.unpack_from("<HH", content, place)
    if (group, element) in _DELIMITERS:
        (length,) = struct.unpack_from("<L", content, place + 4)
        return (group, element), place + 8, 0 if length == _UNDEFINED else length, True
    kind = content[place + 4 : place + 6]
    if not (kind.isalpha() and kind.isupper()):
        raise Malformed(f"There is no value representation at byte {place + 4}.")
    if kind not in _LONG:
        (length,) = struct.unpack_from("<H", content, place + 6)
        return (group, element), place + 8, length, False
    (length,) = struct.unpack_from("<L", content, place + 8)
    if length == _UNDEFINED and kind != b"SQ":
        raise Malformed(f"A value of undefined length at byte {place} is no sequence.")
    return (group, element), place + 12, 0 if length == _UNDEFINED else length, kind == b"SQ"
