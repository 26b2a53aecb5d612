"""Elements of a data set (PS3.5 section 7): one bounded walk that checks every declared length against what is there."""

import struct
from dataclasses import dataclass, field
from functools import lru_cache

from doseloop.model.errors import Malformed, ObjectError, TooDeep, TooLarge, Truncated
from doseloop.reading.encoding import LONG_VRS, Encoded
from doseloop.reading.limits import ReadLimits

UNDEFINED = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How element headers are written: byte order, with or without value representation. There are three, known by
    identity, so that what is remembered for one is found without comparing."""

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

    def header(self, data: bytes, pos: int) -> tuple[bytes, int, int]:
        """Value representation (empty where implicit), length and start of the value of the element at `pos`, of which
        the header is known to be there."""
        if not self.explicit:
            return b"", self.head.unpack_from(data, pos)[1], pos + 8
        _, vr, length = self.head.unpack_from(data, pos)
        if vr in LONG_VRS:
            return vr, self.word.unpack_from(data, pos + 8)[0], pos + 12
        return vr, length, pos + 8


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


def too_many(limits: ReadLimits) -> TooLarge:
    """The error for more elements than an object may have."""
    return TooLarge(f"more than {limits.elements} elements outside the content tree")


def twice(where: str) -> Malformed:
    """The error for an element that stands twice: which of both is meant cannot be known."""
    return Malformed(f"an element stands twice: {where}")


def stray(layout: Layout, tag: int, pos: int) -> Malformed:
    """The error for an item or a delimiter, given by its native tag, among the elements of a data set: what follows it
    belongs elsewhere."""
    return Malformed(f"{named(layout.native(tag))} before byte {pos}, where an element was expected")


Value = bytes | list["DataSet"]
DataSet = dict[int, Value]


@lru_cache(maxsize=64)
def natives(layout: Layout, tags: tuple[int, ...]) -> tuple[int, ...]:
    """Tags ggggeeee as the integers that the layout's `head` gives for them."""
    return tuple(map(layout.native, tags))


@lru_cache(maxsize=32)
def in_native_order(layout: Layout, tags: frozenset[int]) -> dict[int, int]:
    """Tags ggggeeee by the integer that the layout's `head` gives for them."""
    return {layout.native(tag): tag for tag in tags}


_DELIMITERS = (0xFFFEE00D, 0xFFFEE000, 0xFFFEE0DD)


@lru_cache(maxsize=32)
def _marked(layout: Layout, wanted: frozenset[int], stops: frozenset[int]) -> frozenset[int]:
    """Native tags at which a walk has more to do than to step over a value."""
    return frozenset(map(layout.native, (*wanted, *stops, *_DELIMITERS)))


_MAY_NEST = frozenset((b"SQ", b"UN", b"", b"\x00\x00"))  # the last is what a delimiter has in its place


class Walk:
    """Reads whole data sets into plain dictionaries, for the elements of the header that are wanted, and steps over all
    else."""

    __slots__ = ("_data", "_layout", "_left", "_limits", "_marked", "_stops", "_tags", "_wanted")

    def __init__(
        self,
        data: bytes,
        layout: Layout,
        limits: ReadLimits,
        wanted: frozenset[int],
        stops: frozenset[int] = frozenset(),
        left: list[int] | None = None,
    ) -> None:
        """`wanted` holds tags ggggeeee; all other elements are stepped over. At an element of `stops` a data set ends.
        `left` holds how many more elements there may be, where the walk is part of another."""
        self._data = data
        self._layout = layout
        self._limits = limits
        self._left = [limits.elements] if left is None else left
        self._tags = wanted
        self._wanted = in_native_order(layout, wanted)
        self._stops = in_native_order(layout, stops)
        self._marked = _marked(layout, wanted, stops)

    def data_set(self, pos: int, end: int, closed: bool, level: int) -> tuple[DataSet, int]:  # noqa: C901 - one loop over elements
        """The wanted elements from `pos` to `end`, or, where not `closed`, to the item's delimiter; and where it ended."""
        data, head, word, explicit = (
            self._data,
            self._layout.head.unpack_from,
            self._layout.word.unpack_from,
            self._layout.explicit,
        )
        wanted, stops, marked = self._wanted, self._stops, self._marked
        long_vrs, may_nest = LONG_VRS, _MAY_NEST
        item_end, item, sequence_end = natives(self._layout, _DELIMITERS)
        found: DataSet = {}
        used = 0
        for used in range(self._left[0] + 1):  # noqa: B007 - the cheapest way to count
            if closed and pos >= end:
                break
            start = pos + 8
            if start > end:
                raise cut_header(data, pos, end)
            vr = b""
            if explicit:
                tag, vr, length = head(data, pos)
                if vr in long_vrs:
                    if start + 4 > end:
                        raise cut_header(data, pos, end)
                    (length,) = word(data, start)
                    start += 4
                elif tag not in marked and vr not in may_nest and start + length <= end:
                    pos = start + length  # most elements are neither asked for nor anything but a value
                    continue
            else:
                tag, length = head(data, pos)
            if tag in stops:
                break
            if tag == item or (tag == sequence_end and not closed):
                raise stray(self._layout, tag, start)
            pos = start + length
            if pos <= end and vr not in may_nest:
                if tag in wanted:
                    if wanted[tag] in found:
                        raise twice(named(wanted[tag]))
                    found[wanted[tag]] = data[start:pos]
            elif pos > end or vr == b"SQ" or tag in wanted:
                value, pos = self.value(tag, vr, length, start, end, level)
                if tag in wanted:
                    if wanted[tag] in found:
                        raise twice(named(wanted[tag]))
                    found[wanted[tag]] = value
            elif tag == item_end and not closed:
                break
        else:
            raise too_many(self._limits)
        self._left[0] -= used
        return found, pos

    def value(self, tag: int, vr: bytes, length: int, start: int, end: int, level: int) -> tuple[Value, int]:
        """The value of an element (native tag) of which the header was read, empty where it is not wanted; and where it
        ended."""
        if length == UNDEFINED:
            return self._inside(vr).sequence(start, end, False, level + 1)
        stop = start + length
        if stop > end:
            raise past_end(self._data, self._layout, tag, stop, end)
        if tag not in self._wanted:
            return b"", stop
        if vr == b"SQ" or (vr in (b"", b"UN") and self._data[start : start + 4] == b"\xfe\xff\x00\xe0"):
            return self._inside(vr).sequence(start, stop, True, level + 1)
        return self._data[start:stop], stop

    def _inside(self, vr: bytes) -> "Walk":
        """Values of UN are written in implicit little endian (PS3.5 section 6.2.2, note 2)."""
        if vr == b"UN" and self._layout.explicit:
            return Walk(self._data, IMPLICIT_LITTLE, self._limits, self._tags, left=self._left)
        return self

    def sequence(self, pos: int, end: int, closed: bool, level: int) -> tuple[list[DataSet], int]:
        """The items of a sequence; and where it ended."""
        if level > self._limits.levels:
            raise TooDeep(f"sequences are nested deeper than {self._limits.levels} levels")
        items: list[DataSet] = []
        while not closed or pos < end:
            if pos + 8 > end:
                raise cut_header(self._data, pos, end)
            native, length = self._layout.pair.unpack_from(self._data, pos)
            tag = self._layout.native(native)
            pos += 8
            if tag == 0xFFFEE000:
                self._left[0] -= 1
                if self._left[0] < 0:
                    raise too_many(self._limits)
                stop = end if length == UNDEFINED else pos + length
                if stop > end:
                    raise past_end(self._data, self._layout, native, stop, end)
                item, pos = self.data_set(pos, stop, length != UNDEFINED, level)
                items.append(item)
            elif tag != 0xFFFEE0DD:
                raise Malformed(f"{named(tag)} at byte {pos - 8} where an item (fffe,e000) was expected")
            elif not closed:
                break
        return items, pos
