"""Values of content items: coded concepts, measured values, references (PS3.3 sections C.18.1, 8.8, C.18.3).

What was decoded once is kept by its bytes, since a report says the same few codes over and over. The look-ups are
closures: a local name is the cheapest thing that Python can find, and these run for every item of every report.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from doseloop.model.errors import Malformed, TooDeep
from doseloop.model.reading import Code
from doseloop.reading.elements import UNDEFINED, Layout, Walk, cut_header, natives, past_end, stray
from doseloop.reading.encoding import LONG_VRS
from doseloop.reading.limits import ReadLimits
from doseloop.reading.text import Decode


class Measured(msgspec.Struct, frozen=True, gc=False):
    """One measured value (0040,A300) as written."""

    number: str
    """Numeric Value (0040,A30A); several are separated by a backslash; empty where there is none."""
    unit: Code | None
    """Measurement Units (0040,08EA)."""


Span = tuple[int, int]
Fields = dict[int, Span]
Leaves = Callable[[int, int, bool, int], tuple[list[Fields], int]]
StepOver = Callable[[int, bytes, int, int, int], int]
"""Native tag, value representation, start, end and level of a nested open sequence give where it ended."""

_DELIMITERS = (0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD)
_CODE_VALUES = (0x00080100, 0x00080119, 0x00080120)
_LEAVES = (0x00080102, 0x00080104, 0x0040A30A, 0x004008EA, 0x00081155)
REMEMBERED_CODES = 4096
LONGEST_REMEMBERED = 400
Head = tuple[str | None, str | None, Code | None]
"""Relationship type, value type and concept name of a content item."""


class Heads:
    """How content items begin, by their bytes up to the end of the concept name, where a walk found them sound."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: dict[bytes, Head] = {}

    def add(self, raw: bytes, head: Head) -> None:
        """Keep what means the same in every character set and is not long."""
        relationship, value_type, name = head
        plain = ((relationship or "") + (value_type or "")).isascii() and _is_plain(name)
        if plain and b"\x1b" not in raw and len(self.known) < REMEMBERED_CODES and len(raw) <= LONGEST_REMEMBERED:
            self.known[raw] = head


class CodeMemory:
    """Codes that were decoded from earlier objects, by their bytes, for a reader that lives long.

    Only codes in plain ASCII are kept, which mean the same in every character set; it never grows past a few megabytes.
    """

    __slots__ = ("_codes", "_heads", "readers")

    def __init__(self) -> None:
        self._codes: dict[Layout, dict[bytes, Code | None]] = {}
        self._heads: dict[tuple[Layout, bool], Heads] = {}
        self.readers: dict[Layout, Any] = {}
        """What reads content trees in a layout, made once (`sr.reader_of`)."""

    def of(self, layout: Layout) -> dict[bytes, Code | None]:
        """What is known of data sets in this layout, to look up in and add to."""
        return self._codes.setdefault(layout, {})

    def heads(self, layout: Layout, closed: bool) -> Heads:
        """How content items of data sets in this layout begin; of a defined length and of an undefined one apart, since the same
        bytes end one of them where they do not end the other."""
        return self._heads.setdefault((layout, closed), Heads())


class ValueReader(NamedTuple):
    """How the values of one data set are read. Each gives the value and where its sequence ended."""

    code: Callable[[int, int, bool, int], tuple[Code | None, int]]
    measured: Callable[[int, int, bool, int], tuple[tuple[Measured, ...], int]]
    references: Callable[[int, int, bool, int], tuple[tuple[str, ...], int]]
    begin: Callable[[bytes, Decode], None]
    """Forget the object before, and read this one."""


def no_text(raw: bytes) -> str:
    """Stands for how text is decoded where there is no object."""
    return raw.decode("ascii", "replace")


def leaf_reader(layout: Layout, limits: ReadLimits, step_over: StepOver) -> tuple[Leaves, Callable[[bytes], None]]:  # noqa: C901 - one closure, see above
    """A function that reads the items of a sequence of leaves: (start, end, closed, level) gives, for each item, where the
    value of each element lies by its native tag, and where the sequence ended.

    A nested sequence is given by where its items lie, its own length checked; its delimiter is part of an open one. The second
    function begins another object.
    """
    data = b""
    explicit, head, pair, word = (
        layout.explicit,
        layout.head.unpack_from,
        layout.pair.unpack_from,
        layout.word.unpack_from,
    )
    long_vrs = LONG_VRS
    item_tag, item_end, sequence_end = natives(layout, _DELIMITERS)
    levels = limits.levels

    def fields(pos: int, end: int, closed: bool, level: int) -> tuple[Fields, int]:
        found: Fields = {}
        while not closed or pos < end:
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
            else:
                tag, length = head(data, pos)
            pos = start + length
            if length == UNDEFINED:
                pos = step_over(tag, vr, start, end, level)
            elif pos > end:
                raise past_end(data, layout, tag, pos, end)
            elif tag == item_end and not closed:
                break
            elif tag == item_tag or (tag == sequence_end and not closed):
                raise stray(layout, tag, start)
            found[tag] = (start, pos)
        return found, pos

    def leaves(pos: int, end: int, closed: bool, level: int) -> tuple[list[Fields], int]:
        if level > levels:
            raise TooDeep(f"sequences are nested deeper than {levels} levels")
        items: list[Fields] = []
        while not closed or pos < end:
            if pos + 8 > end:
                raise cut_header(data, pos, end)
            tag, length = pair(data, pos)
            pos += 8
            if tag == item_tag:
                stop = end if length == UNDEFINED else pos + length
                if stop > end:
                    raise past_end(data, layout, tag, stop, end)
                one, pos = fields(pos, stop, length != UNDEFINED, level)
                items.append(one)
            elif tag != sequence_end:
                raise Malformed(f"no item (fffe,e000) at byte {pos - 8}")
            elif not closed:
                break
        return items, pos

    def begin(content: bytes) -> None:
        nonlocal data
        data = content

    return leaves, begin


def value_reader(layout: Layout, limits: ReadLimits, memory: CodeMemory) -> ValueReader:  # noqa: C901 - one closure, see above
    """How values of data sets in this layout are read, one object after the other."""
    data, find = b"", b"".find
    decode: Decode = no_text
    remembered = memory.of(layout)
    head, pair, word = layout.head.unpack_from, layout.pair.unpack_from, layout.word.unpack_from
    item_tag = natives(layout, _DELIMITERS)[0]
    value_tags = natives(layout, _CODE_VALUES)
    scheme_tag, meaning_tag, number_tag, unit_tag, uid_tag = natives(layout, _LEAVES)
    delimiter, both_delimiters = delimiters(layout)
    left = [0]
    codes: dict[bytes, Code | None] = {}
    known: dict[bytes, tuple[Measured, ...]] = {}

    def text(item: Fields, tag: int) -> str:
        span = item.get(tag)
        return decode(data[span[0] : span[1]]) if span else ""

    def code_of(items: list[Fields]) -> Code | None:
        if not items:
            return None
        item = items[0]
        value = next((written for tag in value_tags if tag in item and (written := text(item, tag))), "")
        meaning = text(item, meaning_tag)
        return Code(value, text(item, scheme_tag), meaning) if value or meaning else None

    def code(start: int, end: int, closed: bool, level: int) -> tuple[Code | None, int]:
        # The bytes of an open sequence up to the first delimiter are found here only if a real walk once ended just there.
        stop = end if closed else find(delimiter, start, end) + 8
        raw = data[start:stop]
        if stop > start:
            if raw in remembered:
                return remembered[raw], stop
            if raw in codes:
                return codes[raw], stop
        items, stop = leaves(start, end, closed, level)
        raw, found = data[start:stop], code_of(items)
        if (
            len(remembered) < REMEMBERED_CODES
            and len(raw) <= LONGEST_REMEMBERED
            and _is_plain(found)
            and b"\x1b" not in raw
        ):
            remembered[raw] = found
        else:
            codes[raw] = found
        return found, stop

    def measured(start: int, end: int, closed: bool, level: int) -> tuple[tuple[Measured, ...], int]:
        stop = end
        if not closed:
            stop = find(delimiter, start, end) + 8
            if data[stop : stop + 16] == both_delimiters:  # that of the unit came first
                stop += 16
        raw = data[start:stop]
        if raw in known and start < stop <= end:
            return known[raw], stop
        looked_up = stop
        quick = measured_as_usual(start, end, closed, level) if layout.explicit else None
        found: tuple[Measured, ...]
        if quick is not None:
            found, stop = (quick[0],), quick[1]
        else:
            items, stop = leaves(start, end, closed, level)
            found = tuple([one_measured(item, level + 1) for item in items])
        known[raw if stop == looked_up else data[start:stop]] = found
        return found, stop

    def measured_as_usual(start: int, end: int, closed: bool, level: int) -> tuple[Measured, int] | None:
        # One item, in it a unit and then a number, all of it within bounds; None for anything else, which is then walked.
        pos = start + 20
        if pos > end:
            return None
        tag, length = pair(data, start)
        unit_is, vr, _ = head(data, start + 8)
        (unit_length,) = word(data, start + 16)
        unit_closed = unit_length != UNDEFINED
        unit_end = pos + unit_length if unit_closed else end
        if tag != item_tag or unit_is != unit_tag or vr != b"SQ" or unit_end > end or (length == UNDEFINED) is closed:
            return None
        unit, pos = code(pos, unit_end, unit_closed, level + 1)
        if pos + 8 > end:
            return None
        number_is, vr, number_length = head(data, pos)
        stop = pos + 8 + number_length
        if number_is != number_tag or vr != b"DS" or stop > end:
            return None
        one = Measured(decode(data[pos + 8 : stop]), unit)
        if closed:
            return (one, stop) if stop == end == start + 8 + length else None
        return (one, stop + 16) if stop + 16 <= end and data[stop : stop + 16] == both_delimiters else None

    def one_measured(item: Fields, level: int) -> Measured:
        # The span of an open sequence ends in its delimiter, which is also sound at the end of a closed one.
        span = item.get(unit_tag)
        unit = code(span[0], span[1], True, level)[0] if span and span[1] > span[0] else None
        return Measured(text(item, number_tag), unit)

    def references(start: int, end: int, closed: bool, level: int) -> tuple[tuple[str, ...], int]:
        items, stop = leaves(start, end, closed, level)
        return tuple([uid for item in items if (uid := text(item, uid_tag))]), stop

    def step_over(tag: int, vr: bytes, start: int, end: int, level: int) -> int:
        if tag == unit_tag and vr != b"UN":
            return code(start, end, False, level + 1)[1]
        return Walk(data, layout, limits, frozenset(), left=left).value(tag, vr, UNDEFINED, start, end, level)[1]

    def begin(content: bytes, its_decode: Decode) -> None:
        nonlocal data, decode, find
        data, decode, find = content, its_decode, content.find
        left[0] = limits.elements
        codes.clear()
        known.clear()
        begin_leaves(content)

    leaves, begin_leaves = leaf_reader(layout, limits, step_over)
    return ValueReader(code, measured, references, begin)


@lru_cache(maxsize=4)
def delimiters(layout: Layout) -> tuple[bytes, bytes]:
    """How an open sequence ends, and how it does after an open item."""
    _, item_end, sequence_end = natives(layout, _DELIMITERS)
    delimiter = layout.pair.pack(sequence_end, 0)
    return delimiter, layout.pair.pack(item_end, 0) + delimiter


def _is_plain(code: Code | None) -> bool:
    return code is not None and (code.value + code.scheme + code.meaning).isascii()
