"""What an object says about dose, changed: numbers, units, times, items."""

import re
from itertools import pairwise
from random import Random

from pydicom.datadict import dictionary_VR

from tests.mutation.body import CODE_VALUE, CONTENT, ITEM, NUMBER, UNIT, Element
from tests.mutation.mutant import Mutant, Mutator
from tests.mutation.seeds import Seed

TOTALS = (b"113813", b"113722", b"113725")
ADDED_UP = (b"113736",)
"""Exposure: its numbers are those of pulses."""
ADDED_UP_TAGS = (0x00181152, 0x00181153)
"""The same of images."""
BOUNDED = (b"113838", b"113830", b"122130", b"113738", b"111631", b"113733", b"113507", b"113813", b"113722", b"113725")
"""DLP, CTDIvol, DAP, dose at the reference point, glandular dose, tube voltage, activity, and totals."""
BOUNDED_TAGS = (0x0018115E, 0x00400316, 0x00180060, 0x00181074, 0x00181316)
"""The same of images, and SAR."""
EVENTS = (b"113819", b"113706")
EVENT_UID = b"113769"
NUMBERS_OF_THE_HEADER = (0x00101010, 0x00101020, 0x00101030)
TIMES = (0x00080020, 0x00080030, 0x00080023, 0x00100030, 0x0040A120)
UIDS = (0x0020000D, 0x00080018, 0x0040A124)
SOUND_IF_LONG = (b" " * 60_000 + b"1", b"1," * 30_000, b"1\\" * 30_000)
"""Padding and a list are no fault."""
NEVER_ENDING = (
    *(b"1" * 60_000, b"1" * 60_000 + b"x", b"9" * 400, b"1e" + b"9" * 400, b"{" * 60_000, b"\\" * 60_000),
    *(b"1" + b" " * 60_000 + b"x", b"-" * 60_000, b"0." + b"0" * 60_000 + b"1", b"20240301 " + b" " * 60_000 + b"x"),
    *SOUND_IF_LONG,
)


def _changed(seed: Seed, one: Element, value: bytes, done: str, detectable: bool = True) -> Mutant:
    where = f"({one.tag >> 16:04x},{one.tag & 0xFFFF:04x}) at {one.start}"
    detectable = detectable and (not value or not _is_binary(one))
    return Mutant(seed.object.file(seed.body.with_value(one, value)), f"{where}: {done}", detectable)


def _is_binary(one: Element) -> bool:
    """Whether the element holds numbers as bytes: any bytes are numbers there."""
    try:
        return dictionary_VR(one.tag) in ("US", "SS", "UL", "SL", "FL", "FD")
    except KeyError:
        return False


def _numbers(seed: Seed) -> list[Element]:
    found = [one for one in seed.body.plain if one.tag in (NUMBER, *NUMBERS_OF_THE_HEADER)]
    return found or seed.body.plain


def _concept(seed: Seed, one: Element) -> bytes:
    item = seed.body.content_item(one)
    return seed.body.concept(item) if item else b""


def change_a_digit(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(_numbers(seed))
    digits = [at for at in range(one.value, one.end) if chr(seed.object.data[at]).isdigit()]
    if not digits:
        return _changed(seed, one, b"7", "a digit", False)
    made = bytearray(seed.object.data)
    made[chance.choice(digits)] = ord(chance.choice("0123456789"))
    return Mutant(seed.object.file(bytes(made)), f"a digit of the number at {one.start}", False)


def no_number(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(_numbers(seed))
    value = chance.choice((b"NaN", b"Inf", b"-inf", b"1e308", b"-1e308", b"1e400", b"0x10", b"1_0", b"--1", b"1e30"))
    return _changed(seed, one, value, value.decode())


def never_ending_text(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(seed.body.plain if chance.random() < 0.5 else _numbers(seed))
    value = chance.choice(NEVER_ENDING)
    detectable = one.tag in (NUMBER, *NUMBERS_OF_THE_HEADER) and value not in SOUND_IF_LONG
    if one.length_bytes == 4:
        value = value * chance.choice((1, 20))
    return _changed(seed, one, value, f"{value[:10]!r} and so on", detectable)


def past_physical_bounds(seed: Seed, chance: Random) -> Mutant:
    """A dose, a tube voltage or a time a hundred million times what it was."""
    found = [one for one in seed.body.with_tag(NUMBER) if _concept(seed, one) in BOUNDED]
    found += [one for one in seed.body.plain if one.tag in BOUNDED_TAGS]
    found = [one for one in found if re.search(rb"[1-9]", seed.body.value(one)) and b"\\" not in seed.body.value(one)]
    if not found:
        return no_number(seed, chance)
    one = chance.choice(found)
    value = float(seed.body.value(one).strip(b" \0").replace(b",", b"."))
    return _changed(seed, one, f"{value * 1e8:.6g}".encode(), "a hundred million times as much")


def many_values(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(_numbers(seed))
    value = seed.body.value(one).strip(b" \0")
    times = min(chance.choice((2, 100, 9_000)), 65_000 // (len(value) + 1))
    adds = _concept(seed, one) in ADDED_UP or one.tag in ADDED_UP_TAGS
    return _changed(seed, one, b"\\".join([value] * times), f"{times} times", not adds)


def empty_a_value(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice(seed.body.plain)
    return _changed(seed, one, b"", "emptied")


def impossible_date(seed: Seed, chance: Random) -> Mutant:
    found = [one for one in seed.body.plain if one.tag in TIMES]
    one = chance.choice(found or seed.body.plain)
    value = chance.choice(
        (b"00000000", b"99991231", b"00010101", b"20231399", b"99999999999999", b"20240230101500", b"-")
    )
    return _changed(seed, one, value, value.decode(), bool(found))


def duplicate_a_uid(seed: Seed, chance: Random) -> Mutant:
    found = [one for one in seed.body.plain if one.tag in UIDS]
    first, second = (chance.choice(found or seed.body.plain) for _ in range(2))
    return _changed(seed, second, seed.body.value(first), f"as at {first.start}")


def swap_a_unit(seed: Seed, chance: Random) -> Mutant:
    """Another unit in the code value alone; the meaning stays."""
    here = seed.body.index
    units = [here[one.start] for one in seed.body.with_tag(UNIT)]
    codes = [
        one for one in seed.body.plain if one.tag == CODE_VALUE and len(one.around) > 1 and one.around[-2] in units
    ]
    if not codes:
        return empty_a_value(seed, chance)
    one = chance.choice(codes)
    written = seed.body.value(one).strip(b" \0").decode("latin-1")
    return _changed(seed, one, _other_unit(written, chance).encode("latin-1"), f"unit {written}")


def _other_unit(written: str, chance: Random) -> str:
    finer = {"mGy": "Gy", "Gy": "mGy", "mm": "m", "kV": "V", "mA": "A", "ms": "s", "s": "ms", "m2": "cm2"}
    fitting = [unit for unit in finer if unit in written]
    if not fitting or chance.random() < 0.2:
        return chance.choice(("kg", "mSv", "bananas"))
    unit = max(fitting, key=len)
    return re.sub(re.escape(unit), finer[unit], written, count=1)


def take_out_an_item(seed: Seed, chance: Random) -> Mutant:
    items = seed.body.items()
    if not items:
        return take_out_an_element(seed, chance)
    one = chance.choice(items)
    return Mutant(
        seed.object.file(seed.body.without(one)),
        f"content item {seed.body.concept(one).decode()} at {one.start}",
        detectable=not _is_one_of_several(seed, one),
    )


def _is_one_of_several(seed: Seed, item: Element) -> bool:
    """Whether its neighbours hold another of its concept: a mean or sum of fewer is as good as one of all."""
    concept = seed.body.concept(item)
    alike = [one for one in seed.body.items() if seed.body.concept(one) == concept]
    return concept in (*EVENTS, EVENT_UID) or len(alike) > 1


def take_out_an_element(seed: Seed, chance: Random) -> Mutant:
    one = chance.choice([each for each in seed.body.elements if each.tag not in (ITEM,) and each.tag >> 16 != 0xFFFE])
    return Mutant(
        seed.object.file(seed.body.without(one)), f"({one.tag:08x}) at {one.start} taken out", one.tag != CONTENT
    )


def contradict_the_events(seed: Seed, chance: Random) -> Mutant:
    totals = [one for one in seed.body.with_tag(NUMBER) if _concept(seed, one) in TOTALS]
    if not totals:
        return no_number(seed, chance)
    one = chance.choice(totals)
    value = float(seed.body.value(one).strip(b" \0").replace(b",", b"."))
    return _changed(seed, one, f"{value * chance.choice((0.1, 1.5, 10, 1000)):.6g}".encode(), "another total")


def swap_events(seed: Seed, chance: Random) -> Mutant:
    """Two neighbouring content items in the other order."""
    items = seed.body.items()
    pairs = [(one, other) for one, other in pairwise(items) if one.end == other.start]
    if not pairs:
        return empty_a_value(seed, chance)
    one, other = chance.choice(pairs)
    data = seed.object.data
    swapped = data[other.start : other.end] + data[one.start : one.end]
    return Mutant(seed.object.file(data[: one.start] + swapped + data[other.end :]), f"items at {one.start} swapped")


_BYTES = "Text in an element whose numbers are bytes: any bytes are a number."

MUTATORS = (
    Mutator(
        "digit changed",
        "Another digit in a number, the UIDs as they were.",
        change_a_digit,
        "Another number is as good as the first. Where the sound object was received too, the second copy of its SOP "
        "Instance UID with other dose is flagged.",
    ),
    Mutator("no number", "A number is NaN, infinite, or larger than anything that is measured.", no_number, _BYTES),
    Mutator(
        "past physical bounds",
        "A dose, voltage, activity or rate is a hundred million times what it was.",
        past_physical_bounds,
    ),
    Mutator(
        "text without end",
        "A value of 60,000 characters and more, as patterns fear it.",
        never_ending_text,
        "A name or a code may be any text; what it named is then another thing or nothing.",
    ),
    Mutator(
        "many values",
        "A number stands up to 9,000 times in its value.",
        many_values,
        "Exposure (113736, (0018,1152)) of several pulses is added up.",
    ),
    Mutator("value emptied", "A value is empty.", empty_a_value),
    Mutator("impossible date", "A date or time of the year 0, 9999 or of no calendar.", impossible_date),
    Mutator("UID twice", "A UID of study, object or event is that of another.", duplicate_a_uid),
    Mutator("unit against its meaning", "The code of a unit is another, its meaning as it was.", swap_a_unit),
    Mutator(
        "content item taken out",
        "A content item with all below it is missing.",
        take_out_an_item,
        "One of several of its kind: a pulse of a mean, an event of a report that states no count. Where the report "
        "states a total, a lost event contradicts it.",
    ),
    Mutator(
        "element taken out",
        "An element is missing, a required one also.",
        take_out_an_element,
        "A Content Sequence (0040,A730) below the root: a container may be empty.",
    ),
    Mutator("total against its events", "A total is a tenth to a thousand times what it was.", contradict_the_events),
    Mutator("items swapped", "Two neighbouring content items stand in the other order.", swap_events),
)
