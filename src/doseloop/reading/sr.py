"""The content tree of a structured report (PS3.3 section C.17.3), read in one pass.

About twenty tags are looked at and everything else is stepped over by its length. Names and units of a report are the
same few codes over and over, so the bytes of a code sequence are the key under which the decoded code is kept: most
items cost a slice and a look-up. Measured on real reports this is 30 to 100 times faster than pydicom.

Every declared length is checked against what surrounds it, so that a report cut anywhere inside its content tree is
`Truncated`. What cannot be noticed: a report cut exactly between two top-level elements after the Content Sequence
(0040,A730), which the standard fills with private elements, padding and digital signatures only.
"""

from functools import lru_cache
from typing import Protocol

import msgspec

from doseloop.model.errors import Malformed, TooDeep, TooLarge, Truncated
from doseloop.model.reading import Code
from doseloop.reading.elements import (
    IMPLICIT_LITTLE,
    UNDEFINED,
    DataSet,
    Layout,
    Walk,
    cut_header,
    natives,
    past_end,
    stray,
    twice,
)
from doseloop.reading.encoding import LONG_VRS
from doseloop.reading.limits import ReadLimits
from doseloop.reading.text import Decode
from doseloop.reading.values import CodeMemory, Measured, delimiters, no_text, value_reader


class ContentItem(msgspec.Struct, frozen=True, gc=False, kw_only=False):
    """One content item as written. Absent attributes are None; nothing is converted."""

    place: str
    """Position counted from 1 at each level with the root as `1` (PS3.3 section C.18.1.1)."""
    relationship: str | None
    """Relationship Type (0040,A010)."""
    value_type: str | None
    """Value Type (0040,A040): CONTAINER, NUM, CODE, TEXT, UIDREF, DATETIME, ..."""
    concept: Code | None
    """Concept Name (0040,A043)."""
    text: str | None = None
    """The value of a TEXT, UIDREF, DATETIME, DATE, TIME or PNAME item."""
    code: Code | None = None
    """The value of a CODE item (0040,A168)."""
    measured: tuple[Measured, ...] = ()
    """The values of a NUM item (0040,A300); empty where it holds none."""
    qualifier: Code | None = None
    """Numeric Value Qualifier (0040,A301): why a NUM item is empty."""
    references: tuple[str, ...] = ()
    """Referenced SOP Instance UIDs (0008,1155) of an IMAGE or COMPOSITE item."""
    children: tuple["ContentItem", ...] = ()


_WORDS = {
    word.encode() + pad: word
    for word in (
        *("NUM", "CODE", "TEXT", "CONTAINER", "UIDREF", "DATETIME", "DATE", "TIME", "PNAME", "IMAGE", "COMPOSITE"),
        *("CONTAINS", "HAS PROPERTIES", "HAS CONCEPT MOD", "HAS OBS CONTEXT", "HAS ACQ CONTEXT", "INFERRED FROM"),
    )
    for pad in (b"", b" ")
}
_TEXT_TAGS = (0x0040A160, 0x0040A124, 0x0040A120, 0x0040A121, 0x0040A122, 0x0040A123)

_ITEM_TAGS = (0x0040A010, 0x0040A040, 0x0040A043, 0x0040A168, 0x0040A300, 0x0040A730)
_OTHER_TAGS = (0x0040A301, 0x00081199, 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD)


@lru_cache(maxsize=4)
def _text_tags(layout: Layout) -> frozenset[int]:
    return frozenset(map(layout.native, _TEXT_TAGS))


class Read(Protocol):
    """Reads the items of a Content Sequence; gives the children and where the sequence ended."""

    def __call__(
        self,
        content: bytes,
        its_decode: Decode,
        start: int,
        end: int,
        *,
        closed: bool,
        place: str = "1",
        level: int = 2,
    ) -> tuple[tuple[ContentItem, ...], int]:
        """`place` is that of the parent, `level` that of the children."""


def reader_of(layout: Layout, limits: ReadLimits, memory: CodeMemory) -> Read:
    """What reads content trees in a layout: made once for a memory, since making it costs as much as a small tree."""
    held = memory.readers.get(layout)
    if held is None or held[0] is not limits:
        held = memory.readers[layout] = (limits, content_reader(layout, limits, memory))
    reader: Read = held[1]
    return reader


def content_reader(layout: Layout, limits: ReadLimits, memory: CodeMemory) -> Read:  # noqa: C901 - one closure, see below
    """What reads content trees in a layout, one object after the other.

    It is one closure, because the look-up of a local name is what a pass over many thousands of items is made of.
    """
    data, find = b"", b"".find
    decode: Decode = no_text
    explicit, head, pair, word = (
        layout.explicit,
        layout.head.unpack_from,
        layout.pair.unpack_from,
        layout.word.unpack_from,
    )
    code_at, measured_at, references_at, begin_values = value_reader(layout, limits, memory)
    long_vrs, words = LONG_VRS, _WORDS
    relationship_tag, value_type_tag, name_tag, code_tag, measured_tag, children_tag = natives(layout, _ITEM_TAGS)
    qualifier_tag, reference_tag, item_tag, item_end_tag, sequence_end_tag = natives(layout, _OTHER_TAGS)
    text_tags = _text_tags(layout)
    levels, most = limits.levels, limits.items
    heads_of_closed, heads_of_open = memory.heads(layout, True), memory.heads(layout, False)
    delimiter = delimiters(layout)[0]
    name_header, name_starts = (
        (layout.word.pack(name_tag) + b"SQ\0\0", 12) if explicit else (layout.word.pack(name_tag), 8)
    )
    count, left = 1, [0]

    def item(pos: int, end: int, closed: bool, place: str, level: int) -> tuple[ContentItem, int]:  # noqa: C901
        relationship = value_type = name = text = code = qualifier = None
        measured: tuple[Measured, ...] = ()
        references: tuple[str, ...] = ()
        below: tuple[ContentItem, ...] = ()
        heads = heads_of_closed if closed else heads_of_open
        began, at = pos, find(name_header, pos, pos + 64)
        # Most items begin with bytes that were read before: relationship, value type and name.
        if 0 < at <= end - name_starts:
            start = at + name_starts
            (length,) = word(data, start - 4)
            stop = start + length if length != UNDEFINED else find(delimiter, start, end) + 8
            if stop <= end and (head_found := heads.known.get(data[pos:stop])):
                relationship, value_type, name = head_found
                pos = stop
        while not closed or pos < end:
            start = pos + 8
            if start > end:
                raise cut_header(data, pos, end)
            if explicit:
                tag, vr, length = head(data, pos)
                if vr in long_vrs:
                    if start + 4 > end:
                        raise cut_header(data, pos, end)
                    (length,) = word(data, start)
                    start += 4
            else:
                tag, length = head(data, pos)
                vr = b"SQ"
            pos = start + length
            closed_value = length != UNDEFINED
            if not closed_value:
                pos = end
            elif pos > end:
                raise past_end(data, layout, tag, pos, end)
            if tag == relationship_tag:
                relationship = words.get(raw := data[start:pos]) or decode(raw)
            elif tag == value_type_tag:
                value_type = words.get(raw := data[start:pos]) or decode(raw)
            elif tag == name_tag:
                if name:
                    raise twice(f"in content item {place}")
                name, pos = code_at(start, pos, closed_value, 1)
                if text is None and not (code or measured or references or below or qualifier):
                    heads.add(data[began:pos], (relationship, value_type, name))
            elif tag == measured_tag:
                if measured:
                    raise twice(f"in content item {place}")
                measured, pos = measured_at(start, pos, closed_value, 1)
            elif tag == code_tag:
                code, pos = code_at(start, pos, closed_value, 1)
            elif tag in text_tags:
                text = decode(data[start:pos])
            elif tag == children_tag:
                if below:
                    raise twice(f"in content item {place}")
                if vr == b"UN":
                    inside = reader_of(IMPLICIT_LITTLE, limits, memory)
                    below, pos = inside(data, decode, start, pos, closed=closed_value, place=place, level=level + 1)
                else:
                    below, pos = children(start, pos, closed_value, place, level + 1)
            elif tag == item_end_tag and not closed:
                break
            elif tag == qualifier_tag:
                qualifier, pos = code_at(start, pos, closed_value, 1)
            elif tag == reference_tag:
                references, pos = references_at(start, pos, closed_value, 1)
            elif tag == item_tag or (tag == sequence_end_tag and not closed):
                raise stray(layout, tag, start)
            elif not closed_value:
                pos = Walk(data, layout, limits, frozenset(), left=left).value(tag, vr, length, start, end, 1)[1]
        return ContentItem(
            place, relationship, value_type, name, text, code, measured, qualifier, references, below
        ), pos

    def children(pos: int, end: int, closed: bool, place: str, level: int) -> tuple[tuple[ContentItem, ...], int]:
        nonlocal count
        if level > levels:
            raise TooDeep(f"content items are nested deeper than {levels} levels (below {place})")
        found: list[ContentItem] = []
        while not closed or pos < end:
            if pos + 8 > end:
                raise cut_header(data, pos, end)
            tag, length = pair(data, pos)
            pos += 8
            if tag != item_tag:
                if tag != sequence_end_tag:
                    raise Malformed(f"no item (fffe,e000) at byte {pos - 8}, below content item {place}")
                if not closed:
                    break
                continue
            count += 1
            if count > most:
                raise TooLarge(f"more than {most} content items")
            at = f"{place}.{len(found) + 1}"
            if length == UNDEFINED:
                one, pos = item(pos, end, False, at, level)
            else:
                stop = pos + length
                if stop > end:
                    raise past_end(data, layout, tag, stop, end)
                one, pos = item(pos, stop, True, at, level)
            found.append(one)
        return tuple(found), pos

    def read(
        content: bytes, its_decode: Decode, start: int, end: int, *, closed: bool, place: str = "1", level: int = 2
    ) -> tuple[tuple[ContentItem, ...], int]:
        nonlocal data, decode, find, count
        data, decode, find, count = content, its_decode, content.find, 1
        left[0] = limits.elements
        begin_values(content, its_decode)
        try:
            return children(start, end, closed, place, level)
        finally:  # nothing of an object outlives its reading
            data, decode, find = b"", no_text, b"".find
            begin_values(b"", no_text)

    return read


def code_of(item: DataSet, decode: Decode) -> Code | None:
    """A code of the header (PS3.3 section 8.8), None where the item holds neither value nor meaning."""

    def text(raw: object) -> str:
        return decode(raw) if isinstance(raw, bytes) else ""

    value = text(item.get(0x00080100) or item.get(0x00080119) or item.get(0x00080120))
    meaning = text(item.get(0x00080104))
    return Code(value, text(item.get(0x00080102)), meaning) if value or meaning else None


def root_item(data_set: DataSet, children: tuple[ContentItem, ...] | None, decode: Decode) -> ContentItem:
    """The root of the tree, `1`, whose attributes are elements of the data set itself.

    Raises `Truncated` where no Content Sequence was found: every report of dose has one.
    """
    if children is None:
        raise Truncated("a structured report without its Content Sequence (0040,a730)")
    names, value_type = data_set.get(0x0040A043), data_set.get(0x0040A040)
    name = code_of(names[0], decode) if isinstance(names, list) and names else None
    return ContentItem(
        "1", None, decode(value_type) if isinstance(value_type, bytes) else None, name, children=children
    )
