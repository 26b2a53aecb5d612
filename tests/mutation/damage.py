"""Damage to bytes and to the lengths and delimiters that hold an object together."""

import struct
from random import Random

from tests.mutation.body import ITEM, ITEM_END, LONG, SEQUENCE_END, UNDEFINED, Element
from tests.mutation.mutant import Mutant, Mutator
from tests.mutation.seeds import Seed

ROWS = 0x00280010
_WITHOUT_PIXELS = (
    "An image cut between two elements after Rows (0028,0010): images are also kept and sent without pixels."
)
DEEP = 0x00091010
"""A private sequence in the data set."""


def _named(one: Element) -> str:
    return f"({one.tag >> 16:04x},{one.tag & 0xFFFF:04x}) at {one.start}"


def _flipped(data: bytes, at: int, bit: int) -> bytes:
    made = bytearray(data)
    made[at] ^= 1 << bit
    return bytes(made)


def flip_in_a_value(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(seed.body.plain)
    at = chance.randrange(one.value, one.end)
    return Mutant(
        seed.object.file(_flipped(seed.object.data, at, chance.randrange(8))), f"{_named(one)}, byte {at}", False
    )


def flip_in_a_header(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(seed.body.elements)
    at = chance.randrange(one.start, one.value)
    return Mutant(seed.object.file(_flipped(seed.object.data, at, chance.randrange(8))), f"{_named(one)}, byte {at}")


def flip_in_the_file(seed: Seed, chance: Random) -> Mutant:
    """In the file meta information or, of a deflated file, anywhere in the stream."""
    end = len(seed.file) if seed.object.deflated else len(seed.object.before)
    at = chance.randrange(128, end)
    return Mutant(_flipped(seed.file, at, chance.randrange(8)), f"byte {at} of the file", not seed.object.deflated)


def cut_at_a_tag(seed: Seed, chance: Random) -> Mutant:
    return cut_at(seed, chance.choice(seed.body.boundaries))


def cut_at(seed: Seed, boundary: int) -> Mutant:
    """The object up to where an element begins."""
    known = not any(one.tag == ROWS and one.end <= boundary for one in seed.body.elements)
    return Mutant(seed.object.file(seed.object.data[:boundary]), f"cut before byte {boundary}", known)


def cut_anywhere(seed: Seed, chance: Random) -> Mutant:
    at = chance.randrange(len(seed.file))
    boundary = at - len(seed.object.before)
    between = not seed.object.deflated and boundary in seed.body.boundaries
    return Mutant(seed.file[:at], f"file cut before byte {at}", not between or cut_at(seed, boundary).detectable)


def lengthen(seed: Seed, chance: Random) -> Mutant:
    return _relength(seed, chance, chance.choice((1, 2, 4, 8, 20, 256, 65_536, 0x7FFFFFF0)))


def shorten(seed: Seed, chance: Random) -> Mutant:
    return _relength(seed, chance, -chance.choice((1, 2, 4, 8, 20, 256)))


def _relength(seed: Seed, chance: Random, by: int) -> Mutant:
    one = chance.choice([each for each in seed.body.elements if not each.undefined])
    length = max(one.end - one.value + by, 0)
    return Mutant(seed.object.file(seed.body.with_length(one, length)), f"{_named(one)} said to be {length} bytes")


def swap_the_representation(seed: Seed, chance: Random) -> Mutant:
    if not seed.object.layout.explicit:
        return flip_in_a_header(seed, chance)
    one = chance.choice([each for each in seed.body.elements if each.vr])
    vr = chance.choice([*sorted(LONG), "AE", "CS", "DS", "FD", "LO", "US", "ZZ", "\0\0"])
    data = seed.object.data[: one.start + 4] + vr.encode() + seed.object.data[one.start + 6 :]
    return Mutant(seed.object.file(data), f"{_named(one)} from {one.vr} to {vr}")


def open_without_end(seed: Seed, chance: Random) -> Mutant:
    closed = [one for one in seed.body.elements if one.nests and not one.undefined]
    if not closed:
        return drop_a_delimiter(seed, chance)
    one = chance.choice(closed)
    return Mutant(seed.object.file(seed.body.with_length(one, UNDEFINED)), f"{_named(one)} left open")


def drop_a_delimiter(seed: Seed, chance: Random) -> Mutant:
    ends = seed.body.with_tag(ITEM_END, SEQUENCE_END)
    if not ends:
        return lengthen(seed, chance)
    one = chance.choice(ends)
    return Mutant(seed.object.file(seed.body.without(one)), f"{_named(one)} taken out")


def insert_a_delimiter(seed: Seed, chance: Random) -> Mutant:
    before = chance.choice(seed.body.elements)
    tag = chance.choice((ITEM, ITEM_END, SEQUENCE_END))
    delimiter = seed.object.layout.header(tag, "", 0)
    around = before.around if chance.random() < 0.5 else ()
    return Mutant(
        seed.object.file(seed.body.splice(before.start, before.start, delimiter, around)),
        f"({tag >> 16:04x},{tag & 0xFFFF:04x}) before {_named(before)}, lengths {'right' if around else 'as they were'}",
    )


def _nest(levels: int) -> Mutator:
    def mutate(seed: Seed, chance: Random) -> Mutant:
        layout, undefined = seed.object.layout, chance.random() < 0.5
        places = [one for one in seed.body.elements if one.tag not in (ITEM, ITEM_END, SEQUENCE_END)]
        before = chance.choice(places)
        tag = chance.choice((0x0040A730, 0x0040A043, 0x00081140, DEEP))
        chain = layout.chain(tag, levels, b"", undefined=undefined)
        data = seed.body.splice(before.start, before.start, chain, before.around)
        return Mutant(seed.object.file(data), f"({tag >> 16:04x},{tag & 0xFFFF:04x}) before {_named(before)}")

    return Mutator(f"nested {levels:,} levels", f"A sequence nested {levels:,} levels deep.", mutate)


def duplicate_an_element(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice([each for each in seed.body.elements if each.is_plain or each.nests])
    copy = seed.object.data[one.start : one.end]
    return Mutant(
        seed.object.file(seed.body.splice(one.end, one.end, copy, one.around)),
        f"{_named(one)} twice",
        detectable=one.tag != ITEM,
    )


def overwrite_a_stretch(seed: Seed, chance: Random) -> Mutant:
    data = bytearray(seed.object.data)
    at, size = chance.randrange(len(data)), chance.choice((4, 16, 64, 512))
    noise = bytes(size) if chance.random() < 0.5 else chance.randbytes(size)
    data[at : at + size] = noise[: len(data) - at]
    return Mutant(seed.object.file(bytes(data)), f"{size} bytes at {at} overwritten", detectable=False)


def swap_byte_order(seed: Seed, chance: Random) -> Mutant:
    """The header of one element in the other byte order."""
    one = chance.choice(seed.body.elements)
    order = "<" if seed.object.layout.big else ">"
    made = bytearray(seed.object.data)
    struct.pack_into(order + "HH", made, one.start, one.tag >> 16, one.tag & 0xFFFF)
    return Mutant(seed.object.file(bytes(made)), f"tag of {_named(one)} in the other order")


CUT_AT_A_TAG = Mutator("cut at a tag", "The object ends where an element would begin.", cut_at_a_tag, _WITHOUT_PIXELS)
_FLIPPED = "A changed character that leaves a sound value: another digit is as good as the first."
MUTATORS = (
    Mutator("bit flipped in a value", "One bit of a value.", flip_in_a_value, _FLIPPED),
    Mutator("bit flipped in a header", "One bit of a tag, value representation or length.", flip_in_a_header),
    Mutator(
        "bit flipped in the file",
        "One bit of the file meta information, or of a deflated stream.",
        flip_in_the_file,
        "A deflated stream has no checksum (PS3.5 section A.5), so that a bit of it may become another sound value.",
    ),
    CUT_AT_A_TAG,
    Mutator("cut anywhere", "The file ends early.", cut_anywhere, _WITHOUT_PIXELS),
    Mutator("length too long", "A declared length is longer than its value.", lengthen),
    Mutator("length too short", "A declared length is shorter than its value.", shorten),
    Mutator("another value representation", "An element states another value representation.", swap_the_representation),
    Mutator("undefined length without an end", "A closed item or sequence says that it is open.", open_without_end),
    Mutator("delimiter lost", "An open item or sequence has lost its delimiter.", drop_a_delimiter),
    Mutator("delimiter inserted", "An item or a delimiter stands where none belongs.", insert_a_delimiter),
    _nest(65),
    _nest(1_000),
    _nest(20_000),
    Mutator(
        "element twice",
        "An element, an item or a whole sequence is repeated.",
        duplicate_an_element,
        "A content item that stands twice is two items: makers write one for each pulse.",
    ),
    Mutator(
        "stretch overwritten",
        "Up to 512 bytes are zeros or noise.",
        overwrite_a_stretch,
        "A stretch that lies within values may leave sound ones.",
    ),
    Mutator("tag in the other byte order", "One tag is written in the other byte order.", swap_byte_order),
)
