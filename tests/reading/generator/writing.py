"""Data sets as bytes, in any encoding and with any lengths (PS3.5 sections 7 and A): a writer of its own, so that what is read is
held against neither the reader nor a library."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from typing import Literal, Union

from pydicom.datadict import dictionary_VR, tag_for_keyword

from tests.reading.generator.scripts import ASCII, Script

Encoding = Literal["explicit", "implicit", "big endian", "deflated"]
SYNTAXES: dict[Encoding, str] = {
    "explicit": "1.2.840.10008.1.2.1",
    "implicit": "1.2.840.10008.1.2",
    "big endian": "1.2.840.10008.1.2.2",
    "deflated": "1.2.840.10008.1.2.1.99",
}
LONG = ("OB", "OD", "OF", "OL", "OW", "SQ", "UC", "UN", "UR", "UT")
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
OPEN = 0xFFFFFFFF
CONTENT = 0x0040A730

Value = Union[str, bytes, tuple[float, ...], list["Elements"]]  # noqa: UP007 - a forward reference


@dataclass(frozen=True, slots=True)
class Element:
    """One element: a text, numbers of a binary representation, or the items of a sequence."""

    tag: int
    vr: str
    value: Value


Elements = Sequence[Element]


@dataclass(frozen=True, slots=True)
class Form:
    """How a data set is written."""

    encoding: Encoding = "explicit"
    script: Script = ASCII
    lengths: Literal["closed", "open", "mixed"] = "closed"
    group_lengths: bool = False
    unknown: bool = False
    """The content below the root is of unknown representation (UN), and so written implicitly (PS3.5 section 6.2.2)."""
    bare: bool = False
    """Without preamble and file meta information."""
    padding: int = 0
    """Zeros after the last element, as archives write them."""


def form(chance: Random, script: Script) -> Form:
    """A way to write an object."""
    encoding = chance.choice(tuple(SYNTAXES))
    return Form(
        encoding,
        script,
        chance.choice(("closed", "open", "mixed")),
        chance.random() < 0.1,
        encoding == "explicit" and chance.random() < 0.1,
        encoding in ("explicit", "implicit") and chance.random() < 0.05,
        chance.choice((0, 0, 0, 2, 512)) if encoding != "deflated" else 0,
    )


def of(keyword: str, value: Value) -> Element:
    """An element of the data dictionary."""
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return Element(tag, dictionary_VR(tag).split(" ")[0], value)


def file(elements: Elements, how: Form) -> bytes:
    """A DICOM file (PS3.10)."""
    written = _Writer(how).data_set(elements, how.group_lengths) + bytes(how.padding)
    if how.encoding == "deflated":
        packer = zlib.compressobj(wbits=-15)
        written = packer.compress(written) + packer.flush()
    if how.bare:
        return written
    told = {element.tag: element.value for element in elements}
    meta = _Writer(Form()).data_set(
        [
            Element(0x00020001, "OB", b"\0\1"),
            Element(0x00020002, "UI", told[0x00080016]),
            Element(0x00020003, "UI", told[0x00080018]),
            Element(0x00020010, "UI", SYNTAXES[how.encoding]),
        ]
    )
    length = _Writer(Form()).data_set([Element(0x00020000, "UL", (len(meta),))])
    return bytes(128) + b"DICM" + length + meta + written


class _Writer:
    def __init__(self, how: Form, *, explicit: bool | None = None) -> None:
        self._how = how
        self._explicit = how.encoding != "implicit" if explicit is None else explicit
        self._order = ">" if how.encoding == "big endian" else "<"
        self._count = 0

    def data_set(self, elements: Elements, group_lengths: bool = False) -> bytes:
        ordered = sorted(elements, key=lambda element: element.tag)
        if not group_lengths:
            return b"".join(map(self._element, ordered))
        groups = (
            (group, b"".join(map(self._element, of))) for group, of in groupby(ordered, lambda one: one.tag >> 16)
        )
        return b"".join(self._element(Element(group << 16, "UL", (len(of),))) + of for group, of in groups)

    def _element(self, element: Element) -> bytes:
        value = element.value
        if isinstance(value, list):
            return self._sequence(element.tag, value)
        return self._head(element.tag, element.vr, len(raw := self._raw(element.vr, value))) + raw

    def _raw(self, vr: str, value: Value) -> bytes:
        if isinstance(value, tuple):
            return struct.pack(f"{self._order}{len(value)}{NUMBERS[vr]}", *value)
        raw = value if isinstance(value, bytes) else self._how.script.encoded(str(value))
        return raw + (b"\0" if vr in ("UI", "OB", "UN") else b" ") * (len(raw) % 2)

    def _sequence(self, tag: int, items: list[Elements]) -> bytes:
        unknown = self._how.unknown and self._explicit and tag == CONTENT
        inside = _Writer(self._how, explicit=False) if unknown else self
        made = b"".join(map(inside._item, items))
        vr = "UN" if unknown else "SQ"
        if self._is_open():
            return self._head(tag, vr, OPEN) + made + self._pair(SEQUENCE_END, 0)
        return self._head(tag, vr, len(made)) + made

    def _item(self, elements: Elements) -> bytes:
        made = self.data_set(elements)
        if self._is_open():
            return self._pair(ITEM, OPEN) + made + self._pair(ITEM_END, 0)
        return self._pair(ITEM, len(made)) + made

    def _is_open(self) -> bool:
        self._count += 1
        return self._how.lengths == "open" or (self._how.lengths == "mixed" and self._count % 3 == 0)

    def _pair(self, tag: int, length: int) -> bytes:
        return struct.pack(f"{self._order}HHI", tag >> 16, tag & 0xFFFF, length)

    def _head(self, tag: int, vr: str, length: int) -> bytes:
        if not self._explicit:
            return self._pair(tag, length)
        start = struct.pack(f"{self._order}HH", tag >> 16, tag & 0xFFFF) + vr.encode()
        return start + (
            struct.pack(f"{self._order}HI", 0, length) if vr in LONG else struct.pack(f"{self._order}H", length)
        )
