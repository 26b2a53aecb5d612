"""The bytes of a sound object with every element's place, so that one can be changed while all lengths around it hold.

A walk of its own: it shares nothing with the reader that it is there to test.
"""

import struct
import zlib
from dataclasses import dataclass, field, replace
from functools import cached_property

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
LONG = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
DEFLATED, BIG, IMPLICIT = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2"
CONTENT, CONCEPT, NUMBER, UNIT = 0x0040A730, 0x0040A043, 0x0040A30A, 0x004008EA
CODE_VALUE = 0x00080100


@dataclass(frozen=True, slots=True)
class Element:
    """One element, item or delimiter: where its header, length and value stand, and what is around it."""

    tag: int
    vr: str
    """Empty in implicit encoding, and of items and delimiters."""
    start: int
    length_at: int
    length_bytes: int
    value: int
    end: int
    """After the value and, where the length is undefined, its delimiter."""
    undefined: bool
    around: tuple[int, ...]
    """Indices of the elements and items around it, from the outermost."""
    nests: bool

    @property
    def is_plain(self) -> bool:
        """Whether it has a value, rather than items or nothing."""
        return not self.nests and self.tag >> 16 != 0xFFFE


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Byte order, and whether elements state their value representation."""

    explicit: bool
    big: bool

    @property
    def order(self) -> str:
        """For `struct`."""
        return ">" if self.big else "<"

    def header(self, tag: int, vr: str, length: int) -> bytes:
        """The header of an element."""
        name = struct.pack(self.order + "HH", tag >> 16, tag & 0xFFFF)
        if not self.explicit or not vr:
            return name + struct.pack(self.order + "I", length)
        if vr in LONG:
            return name + vr.encode() + b"\0\0" + struct.pack(self.order + "I", length)
        return name + vr.encode() + struct.pack(self.order + "H", length)

    def element(self, tag: int, vr: str, value: bytes) -> bytes:
        """A whole element, padded to even length."""
        value += b"\0" * (len(value) % 2)
        return self.header(tag, vr, len(value)) + value

    def chain(self, tag: int, levels: int, inside: bytes, *, undefined: bool) -> bytes:
        """Sequences of one item each, nested so deep, around `inside`."""
        if undefined:
            opening = self.header(tag, "SQ", UNDEFINED) + self.header(ITEM, "", UNDEFINED)
            closing = self.header(ITEM_END, "", 0) + self.header(SEQUENCE_END, "", 0)
            return opening * levels + inside + closing * levels
        each = len(self.header(tag, "SQ", 0)) + 8
        openings = []
        for level in range(levels):
            length = len(inside) + each * (levels - 1 - level)
            openings.append(self.header(tag, "SQ", length + 8) + self.header(ITEM, "", length))
        return b"".join(openings) + inside


@dataclass(frozen=True, slots=True)
class Object:
    """A DICOM file: preamble and file meta information as they stand, and the data set, inflated."""

    before: bytes
    data: bytes
    layout: Layout
    deflated: bool
    syntax_at: tuple[int, int] = field(default=(0, 0))
    """Where the transfer syntax stands in `before`."""

    def file(self, data: bytes) -> bytes:
        """The file with another data set."""
        return self.before + (deflate(data) if self.deflated else data)


def deflate(data: bytes) -> bytes:
    """Raw deflate, as PS3.5 section A.5 has it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def opened(file: bytes) -> Object:
    """A sound PS3.10 file taken apart."""
    pos, syntax, at = 132, "", (0, 0)
    while file[pos : pos + 2] == b"\x02\x00":
        _, element = struct.unpack_from("<HH", file, pos)
        is_long = file[pos + 4 : pos + 6].decode() in LONG
        (length,) = struct.unpack_from("<I" if is_long else "<H", file, pos + (8 if is_long else 6))
        start = pos + (12 if is_long else 8)
        if element == 0x0010:
            syntax, at = file[start : start + length].decode().strip("\0 "), (start, start + length)
        pos = start + length
    data = zlib.decompress(file[pos:], -15) if syntax == DEFLATED else file[pos:]
    return Object(file[:pos], data, Layout(syntax != IMPLICIT, syntax == BIG), syntax == DEFLATED, at)


@dataclass(frozen=True)
class Body:
    """The data set of an object and all its elements in their order."""

    data: bytes
    layout: Layout

    @cached_property
    def elements(self) -> list[Element]:
        """Every element, item and delimiter, each before what is inside it."""
        found: list[Element] = []
        self._data_set(0, len(self.data), (), found)
        return found

    @cached_property
    def plain(self) -> list[Element]:
        """Elements with a value that is not empty."""
        return [one for one in self.elements if one.is_plain and one.end > one.value]

    @cached_property
    def boundaries(self) -> list[int]:
        """Where an element, item or delimiter begins."""
        return [one.start for one in self.elements[1:]]

    @cached_property
    def below(self) -> dict[int, list[Element]]:
        """What stands directly inside each element or item; -1 is the data set."""
        inside: dict[int, list[Element]] = {}
        for one in self.elements:
            inside.setdefault(one.around[-1] if one.around else -1, []).append(one)
        return inside

    @cached_property
    def index(self) -> dict[int, int]:
        """The index of an element by where it begins."""
        return {one.start: number for number, one in enumerate(self.elements)}

    def value(self, one: Element) -> bytes:
        """The bytes of a value."""
        return self.data[one.value : one.end]

    def with_tag(self, *tags: int) -> list[Element]:
        """Elements of these tags, wherever they stand."""
        return [one for one in self.elements if one.tag in tags]

    def items(self) -> list[Element]:
        """Content items."""
        return [one for one in self.elements if one.tag == ITEM and self._is(one.around, CONTENT)]

    def _is(self, around: tuple[int, ...], tag: int) -> bool:
        return bool(around) and self.elements[around[-1]].tag == tag

    def concept(self, item: Element) -> bytes:
        """The code value of a content item's concept name, empty where it has none."""
        inside = self.below.get(self.index[item.start], [])
        name = next((one for one in inside if one.tag == CONCEPT), None)
        if name is None:
            return b""
        here = self.index[name.start]
        values = (one for one in self.elements if here in one.around and one.tag == CODE_VALUE)
        return next((self.value(one).strip(b" \0") for one in values), b"")

    def content_item(self, one: Element) -> Element | None:
        """The content item that an element belongs to."""
        around = (self.elements[index] for index in reversed(one.around))
        return next((each for each in around if each.tag == ITEM and self._is(each.around, CONTENT)), None)

    def splice(self, start: int, end: int, new: bytes, around: tuple[int, ...]) -> bytes:
        """The data set with other bytes in a place; the lengths of all that is around it are made right."""
        made = bytearray(self.data)
        for index in around:
            outer = self.elements[index]
            if not outer.undefined:
                self._put_length(made, outer, outer.end - outer.value + len(new) - (end - start))
        made[start:end] = new
        return bytes(made)

    def _put_length(self, made: bytearray, one: Element, length: int) -> None:
        kind = "I" if one.length_bytes == 4 else "H"
        made[one.length_at : one.length_at + one.length_bytes] = struct.pack(
            self.layout.order + kind, length % (1 << 8 * one.length_bytes)
        )

    def with_value(self, one: Element, value: bytes) -> bytes:
        """The data set with another value of an element, its length made right."""
        value += b" " * (len(value) % 2)
        if one.length_bytes == 2:
            value = value[:0xFFFE]
        made = bytearray(self.data[one.start : one.value])
        here = replace(one, length_at=one.length_at - one.start)
        self._put_length(made, here, len(value))
        return self.splice(one.start, one.end, bytes(made) + value, one.around)

    def with_length(self, one: Element, length: int) -> bytes:
        """The data set with another declared length and nothing else changed."""
        made = bytearray(self.data)
        self._put_length(made, one, length)
        return bytes(made)

    def without(self, one: Element) -> bytes:
        """The data set without an element or item."""
        return self.splice(one.start, one.end, b"", one.around)

    def _data_set(self, pos: int, end: int, around: tuple[int, ...], found: list[Element]) -> int:
        while pos < end:
            one = self._header(pos, around)
            if one.tag in (ITEM_END, SEQUENCE_END):
                found.append(one)
                return one.end
            pos = self._whole(one, found)
        return pos

    def _sequence(self, pos: int, end: int, around: tuple[int, ...], found: list[Element]) -> int:
        while pos < end:
            one = self._header(pos, around)
            if one.tag == SEQUENCE_END:
                found.append(one)
                return one.end
            pos = self._whole(one, found)
        return pos

    def _whole(self, one: Element, found: list[Element]) -> int:
        here = len(found)
        found.append(one)
        if one.nests:
            stop = len(self.data) if one.undefined else one.end
            walk = self._data_set if one.tag == ITEM else self._sequence
            found[here] = replace(one, end=walk(one.value, stop, (*one.around, here), found))
        return found[here].end

    def _header(self, pos: int, around: tuple[int, ...]) -> Element:
        order = self.layout.order
        group, element = struct.unpack_from(order + "HH", self.data, pos)
        tag, vr, at, size = group << 16 | element, "", pos + 4, 4
        if self.layout.explicit and group != 0xFFFE:
            vr = self.data[pos + 4 : pos + 6].decode("ascii")
            at, size = (pos + 8, 4) if vr in LONG else (pos + 6, 2)
        (length,) = struct.unpack_from(order + ("I" if size == 4 else "H"), self.data, at)
        value, undefined = at + size, size == 4 and length == UNDEFINED
        first = self.data[value : value + 4]
        is_sequence = vr == "SQ" or (not vr and first == struct.pack(order + "HH", 0xFFFE, 0xE000))
        nests = tag == ITEM or undefined or (is_sequence and group != 0xFFFE)
        return Element(tag, vr, pos, at, size, value, value if undefined else value + length, undefined, around, nests)
