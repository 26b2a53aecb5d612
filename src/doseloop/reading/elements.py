"""Elements of a data set (PS3.5 section 7): one bounded walk that checks every declared length against what is there."""

import struct
from collections.abc import Container
from dataclasses import dataclass, field

from doseloop.model.errors import Malformed, ObjectError, TooDeep, Truncated
from doseloop.reading.encoding import LONG_VRS, Encoded
from doseloop.reading.limits import ReadLimits

UNDEFINED = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Layout:
    """How element headers are written: byte order, with or without value representation."""

    explicit: bool
    big_endian: bool
    head: struct.Struct = field(init=False, repr=False)
    """Explicit: tag, value representation, 16-bit length. Implicit: tag, 32-bit length. The tag is one native integer."""
    pair: struct.Struct = field(init=False, repr=False)
    """Tag and 32-bit length, as items and delimiters have them."""
    word: struct.Struct = field(init=False, repr=False)

    def __post_init__(self) -> None:
        order = ">" if self.big_endian else "<"
        object.__setattr__(self, "head", struct.Struct(order + ("I2sH" if self.explicit else "II")))
        object.__setattr__(self, "pair", struct.Struct(order + "II"))
        object.__setattr__(self, "word", struct.Struct(order + "I"))

    def native(self, tag: int) -> int:
        """The integer that `head` gives for a tag ggggeeee: in little endian the two halves change places."""
        return tag if self.big_endian else (tag & 0xFFFF) << 16 | tag >> 16


EXPLICIT_LITTLE = Layout(explicit=True, big_endian=False)
IMPLICIT_LITTLE = Layout(explicit=False, big_endian=False)
EXPLICIT_BIG = Layout(explicit=True, big_endian=True)


def layout_of(encoded: Encoded) -> Layout:
    """The layout of a data set that `find_data_set` found."""
    if encoded.big_endian:
        return EXPLICIT_BIG
    return EXPLICIT_LITTLE if encoded.explicit else IMPLICIT_LITTLE


def named(tag: int) -> str:
    """A tag ggggeeee as the standard writes it."""
    return f"({tag >> 16:04x},{tag & 0xFFFF:04x})"


def past_end(data: bytes, layout: Layout, tag: int, stop: int, end: int) -> ObjectError:
    """The error for an element, given by its native tag, that would end at `stop` where its surroundings end at `end`."""
    where = named(layout.native(tag))
    if stop > len(data):
        return Truncated(f"declared length of {where} runs {stop - len(data)} bytes past the end of the object")
    return Malformed(f"declared length of {where} runs {stop - end} bytes past the end of the item around it")


def cut_header(data: bytes, pos: int, end: int) -> ObjectError:
    """The error for fewer bytes than the header of an element needs."""
    if end >= len(data):
        return Truncated(f"the object ends at byte {pos}, inside an element or before its delimiter")
    return Malformed(f"an item ends at byte {pos}, inside the header of an element")


Value = bytes | list["DataSet"]
DataSet = dict[int, Value]


class Walk:
    """Reads whole data sets into plain dictionaries, for the few sequences of the header that are wanted, and steps over
    sequences of undefined length."""

    __slots__ = ("_data", "_items", "_layout", "_levels", "_limits", "_wanted")

    def __init__(self, data: bytes, layout: Layout, limits: ReadLimits, wanted: Container[int]) -> None:
        """`wanted` holds tags ggggeeee; all other elements are stepped over."""
        self._data = data
        self._layout = layout
        self._limits = limits
        self._levels = limits.levels
        self._wanted = wanted
        self._items = 0

    def header(self, pos: int, end: int) -> tuple[int, bytes, int, int]:
        """Tag ggggeeee, value representation (empty where implicit), length and start of the value."""
        if pos + 8 > end:
            raise cut_header(self._data, pos, end)
        layout = self._layout
        if not layout.explicit:
            tag, length = layout.head.unpack_from(self._data, pos)
            return layout.native(tag), b"", length, pos + 8
        tag, vr, length = layout.head.unpack_from(self._data, pos)
        tag = layout.native(tag)
        if vr not in LONG_VRS and tag >> 16 != 0xFFFE:
            return tag, vr, length, pos + 8
        wide = pos + (4 if tag >> 16 == 0xFFFE else 8)
        if wide + 4 > end:
            raise cut_header(self._data, pos, end)
        return tag, vr, layout.word.unpack_from(self._data, wide)[0], wide + 4

    def data_set(self, pos: int, end: int, closed: bool, level: int) -> tuple[DataSet, int]:
        """The wanted elements from `pos` to `end`, or, where not `closed`, to the item's delimiter; and where it ended."""
        found: DataSet = {}
        while not closed or pos < end:
            tag, vr, length, start = self.header(pos, end)
            if tag == 0xFFFEE00D:
                if not closed:
                    return found, start
                pos = start
                continue
            value, pos = self.value(tag, vr, length, start, end, level)
            if tag in self._wanted:
                found[tag] = value
        return found, pos

    def value(self, tag: int, vr: bytes, length: int, start: int, end: int, level: int) -> tuple[Value, int]:
        """The value of an element of which the header was read, empty where it is not wanted; and where it ended."""
        if length == UNDEFINED:
            return self._inside(vr).sequence(start, end, False, level + 1)
        stop = start + length
        if stop > end:
            raise past_end(self._data, self._layout, self._layout.native(tag), stop, end)
        if tag not in self._wanted:
            return b"", stop
        if vr == b"SQ" or (vr in (b"", b"UN") and self._data[start : start + 4] == b"\xfe\xff\x00\xe0"):
            return self._inside(vr).sequence(start, stop, True, level + 1)
        return self._data[start:stop], stop

    def _inside(self, vr: bytes) -> "Walk":
        """Values of UN are written in implicit little endian (PS3.5 section 6.2.2, note 2)."""
        if vr == b"UN" and self._layout.explicit:
            return Walk(self._data, IMPLICIT_LITTLE, self._limits, self._wanted)
        return self

    def sequence(self, pos: int, end: int, closed: bool, level: int) -> tuple[list[DataSet], int]:
        """The items of a sequence; and where it ended."""
        if level > self._levels:
            raise TooDeep(f"sequences are nested deeper than {self._levels} levels")
        items: list[DataSet] = []
        while not closed or pos < end:
            start, length, done = self.item_header(pos, end, closed)
            if done:
                return items, start
            self._items += 1
            if length != UNDEFINED and start + length > end:
                raise past_end(self._data, self._layout, self._layout.native(0xFFFEE000), start + length, end)
            stop = end if length == UNDEFINED else start + length
            item, pos = self.data_set(start, stop, length != UNDEFINED, level)
            items.append(item)
        return items, pos

    def item_header(self, pos: int, end: int, closed: bool) -> tuple[int, int, bool]:
        """Start and length of the next item, and whether the sequence's delimiter stood there instead."""
        if pos + 8 > end:
            raise cut_header(self._data, pos, end)
        native, length = self._layout.pair.unpack_from(self._data, pos)
        tag = self._layout.native(native)
        if tag == 0xFFFEE0DD:
            return pos + 8, 0, not closed or pos + 8 == end
        if tag != 0xFFFEE000:
            raise Malformed(f"{named(tag)} at byte {pos} where an item (fffe,e000) was expected")
        return pos + 8, length, False
