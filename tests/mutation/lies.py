"""Lies of an object about itself: what it is, how it is written, which characters it uses."""

import struct
import zlib
from functools import cache
from random import Random

from tests.mutation.body import BIG, DEFLATED, IMPLICIT, ITEM, Layout
from tests.mutation.mutant import Mutant, Mutator
from tests.mutation.seeds import Seed, seeds

EXPLICIT = "1.2.840.10008.1.2.1"
SYNTAXES = (
    *(EXPLICIT, IMPLICIT, BIG, DEFLATED, "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.5", "1.2.840.113619.5.2"),
    *("", "1.2.3", "nonsense"),
)
CHARACTER_SETS = (
    *(b"ISO_IR 192", b"ISO_IR 100", b"ISO_IR 13", b"\\ISO 2022 IR 87", b"ISO 2022 IR 6\\ISO 2022 IR 149", b"GB18030"),
    *(b"ISO_IR 999", b"UTF-16", b"utf_7", b"\xff\xfe", b"\\" * 2000, b"ISO_IR 100\\" * 3000),
)
MEBIBYTE = 1024 * 1024


def syntax_lie(seed: Seed, chance: Random) -> Mutant:
    start, end = seed.object.syntax_at
    syntax = chance.choice(SYNTAXES).encode()
    syntax += b"\0" * (len(syntax) % 2)
    before = seed.object.before
    before = before[: start - 2] + struct.pack("<H", len(syntax)) + syntax + before[end:]
    return Mutant(before + seed.file[len(seed.object.before) :], f"transfer syntax {syntax.decode()!r}")


def group_length_lie(seed: Seed, chance: Random) -> Mutant:
    length = struct.pack("<I", chance.choice((0, 1, 0xFFFF, 0xFFFFFFFF)))
    if chance.random() < 0.5:
        return Mutant(seed.file[:140] + length + seed.file[144:], "length of the file meta information")
    layout, group = seed.object.layout, chance.choice((0x0008, 0x0010, 0x0040))
    before = next(one for one in seed.body.elements if one.tag >> 16 >= group and not one.around)
    element = layout.element(group << 16, "UL", length)
    return Mutant(
        seed.object.file(seed.body.splice(before.start, before.start, element, ())), f"length of group {group:04x}"
    )


def character_set_lie(seed: Seed, chance: Random) -> Mutant:
    term = chance.choice(CHARACTER_SETS)
    found = [one for one in seed.body.elements if one.tag == 0x00080005 and not one.around]
    if found:
        data = seed.body.with_value(found[0], term)
    else:
        data = seed.object.layout.element(0x00080005, "CS", term[:0xFFFE]) + seed.object.data
    return Mutant(seed.object.file(data), f"character set {term[:40]!r}")


def bomb(seed: Seed, chance: Random) -> Mutant:
    """An element of zeros a thousand times as long as its bytes in the file, in a deflated object."""
    explicit = _explicit_twin(seed)
    size = chance.choice((2, 64, 300)) * MEBIBYTE
    start, end = explicit.object.syntax_at
    syntax = DEFLATED.encode()
    head = explicit.object.before[: start - 2] + struct.pack("<H", len(syntax)) + syntax + explicit.object.before[end:]
    header = Layout(explicit=True, big=False).header(0x00420011, "OB", size)
    return Mutant(
        head + _open_deflate(explicit.object.data + header) + _zeros() * (size // MEBIBYTE) + b"\x03\0",
        f"{size:,} zeros",
    )


def _explicit_twin(seed: Seed) -> Seed:
    plain = [one for one in seeds() if one.object.layout.explicit and not one.object.layout.big]
    return seed if seed in plain else plain[sum(seed.name.encode()) % len(plain)]


def _open_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


@cache
def _zeros() -> bytes:
    return _open_deflate(bytes(MEBIBYTE))


def not_dicom(seed: Seed, chance: Random) -> Mutant:
    kinds = (
        *(
            b"",
            b"\0",
            b"DICM",
            b"%PDF-1.7\n%%EOF\n" * 40,
            b"PK\x03\x04" + bytes(600),
            b"\x89PNG\r\n\x1a\n" + bytes(200),
        ),
        *(b"MSH|^~\\&|RIS|||", b"<?xml version='1.0'?><a/>" * 30, b'{"a": [' * 400, b"\0" * 6000, b"\xff" * 6000),
    )
    content = chance.choice(kinds) if chance.random() < 0.6 else chance.randbytes(chance.randrange(4000))
    marked = bytes(128) + b"DICM" + content if chance.random() < 0.5 else content
    return Mutant(marked, f"{len(marked)} bytes that are no object")


def polyglot(seed: Seed, chance: Random) -> Mutant:
    disguise = chance.choice((b"MZ\x90\0", b"%PDF-1.4\n", b"PK\x03\x04", b"\x7fELF", b"II*\0", b"#!/bin/sh\n"))
    file = disguise.ljust(128, b"\0")[:128] + seed.file[128:]
    tail = chance.choice((b"", b"", b"PK\x05\x06" + bytes(18), b"\n%%EOF\n", bytes(512), bytes(511)))
    return Mutant(file + tail, f"{disguise!r} before and {len(tail)} bytes after")


def private_block(seed: Seed, chance: Random) -> Mutant:
    layout = seed.object.layout
    group = chance.choice((0x0009, 0x0029, 0x0041))
    made = layout.element(group << 16 | 0x10, "LO", b"MAKER 1.0")
    for number in range(chance.randrange(1, 40)):
        vr = chance.choice(("LO", "OB", "UN", "DS", "FD"))
        made += layout.element(group << 16 | 0x1000 + number, vr, chance.randbytes(chance.randrange(0, 300)))
    at, around = _where_group_fits(seed, chance, group)
    return Mutant(
        seed.object.file(seed.body.splice(at, at, made, around)), f"private group {group:04x} before byte {at}"
    )


def _where_group_fits(seed: Seed, chance: Random, group: int) -> tuple[int, tuple[int, ...]]:
    """Where the group stands in ascending order, in the data set or in an item; and what is around it."""
    body = seed.body
    items = [number for number, one in enumerate(body.elements) if one.tag == ITEM and number in body.below]
    chosen = chance.choice([-1, *items])
    inside = body.below[chosen]
    after = next((one.start for one in inside if one.tag >> 16 > group), inside[-1].end)
    return after, inside[0].around


def wrong_template(seed: Seed, chance: Random) -> Mutant:
    named = seed.body.with_tag(0x0040DB00)
    if not named:
        return private_block(seed, chance)
    template = chance.choice((b"10001", b"10011", b"10021", b"2000", b"", b"1" * 64))
    return Mutant(seed.object.file(seed.body.with_value(named[0], template)), f"template {template.decode()[:10]!r}")


def other_kind_of_object(seed: Seed, chance: Random) -> Mutant:
    what = {0x00080016: (b"1.2.840.10008.5.1.4.1.1.2", b"1.2.3", b""), 0x00080060: (b"CT", b"SR", b"XX", b"")}
    found = [one for one in seed.body.elements if one.tag in what and not one.around]
    one = chance.choice(found)
    value = chance.choice(what[one.tag])
    return Mutant(seed.object.file(seed.body.with_value(one, value)), f"({one.tag:08x}) is {value.decode()!r}")


MUTATORS = (
    Mutator("transfer syntax that lies", "The file meta information names another transfer syntax.", syntax_lie),
    Mutator("group length that lies", "A group length is wrong.", group_length_lie),
    Mutator("character set that lies", "Another character set is declared, also one that is none.", character_set_lie),
    Mutator("deflated bomb", "A deflated object becomes a thousand times as long.", bomb),
    Mutator("no DICOM", "Noise, text, other formats.", not_dicom),
    Mutator("polyglot", "The file is also a program, a document or an archive.", polyglot),
    Mutator("private block", "Private elements of any representation in the data set or in an item.", private_block),
    Mutator("wrong template", "The report names another template.", wrong_template),
    Mutator("another kind of object", "The object names another SOP class or modality.", other_kind_of_object),
)
