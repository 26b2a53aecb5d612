"""Which scanners look like one device under two names. It suggests with its evidence and decides nothing.

Three things are evidence: one serial number; a station that once sent no serial number; and nearly the same station name on
devices of one model of which one fell silent before the other began. Our own rules, from how service engineers rename and
reinstall consoles. Two different serial numbers, or station names that differ in a number (CT1, CT2), speak against it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from doseloop.harmonise.scanners import maker

_NEAR = 80.0
"""Likeness of station names (RapidFuzz ratio, 0 to 100) from which they may be one: one letter of five. Our own line."""


@dataclass(frozen=True, slots=True)
class ScannerName:
    """A scanner as its objects name it; empty where they do not say. Days are ISO, of its first and last study."""

    key: int
    site: int
    family: str
    """Kind of modality, as `reference.procedures.family`."""
    manufacturer: str
    model: str
    station_name: str
    serial_number: str
    first_on: str
    last_on: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two scanners that may be one."""

    scanner: int
    """The one that was active earlier."""
    into: int
    evidence: str
    """A sentence for people."""


def suggestions(names: Sequence[ScannerName]) -> tuple[Suggestion, ...]:
    """Pairs of one site and kind of modality for which something speaks, in the order of `names`."""
    return tuple(_found(names))


def _found(names: Sequence[ScannerName]) -> Iterator[Suggestion]:
    for one, other in combinations(names, 2):
        if (one.site, one.family) != (other.site, other.family):
            continue
        evidence = _same_serial(one, other) or _serial_came_later(one, other) or _renamed(one, other)
        if evidence:
            earlier, later = sorted((one, other), key=lambda name: (name.last_on, name.first_on, name.key))
            yield Suggestion(earlier.key, later.key, evidence)


def _same_serial(one: ScannerName, other: ScannerName) -> str:
    serial = _folded(one.serial_number)
    if not serial.strip("0") or serial != _folded(other.serial_number) or _makers_differ(one, other):
        return ""
    stations = " and ".join(name.station_name or "no station" for name in (one, other))
    return f"Both have the serial number {one.serial_number}; they call themselves {stations}."


def _serial_came_later(one: ScannerName, other: ScannerName) -> str:
    if not _one_model(one, other) or bool(one.serial_number) == bool(other.serial_number):
        return ""
    if not one.station_name or _folded(one.station_name) != _folded(other.station_name):
        return ""
    return f"Both are station {one.station_name} of one model; only one of them sends a serial number."


def _renamed(one: ScannerName, other: ScannerName) -> str:
    both_numbered = one.serial_number and other.serial_number
    if both_numbered or not _one_model(one, other) or not (one.station_name and other.station_name):
        return ""
    earlier, later = sorted((one, other), key=lambda name: name.first_on)
    if earlier.last_on > later.first_on or not _near(one.station_name, other.station_name):
        return ""
    return (
        f"Station {later.station_name} began on {later.first_on}, {earlier.station_name} of the same model ended on "
        f"{earlier.last_on}; the names are nearly the same."
    )


def _near(one: str, other: str) -> bool:
    if _numbers(one) != _numbers(other):
        return False
    return fuzz.ratio(_folded(one), _folded(other)) >= _NEAR


def _numbers(name: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"[0-9]{1,18}", name)]


def _one_model(one: ScannerName, other: ScannerName) -> bool:
    return bool(one.model) and _folded(one.model) == _folded(other.model) and not _makers_differ(one, other)


def _makers_differ(one: ScannerName, other: ScannerName) -> bool:
    makers = [maker(name.manufacturer) for name in (one, other)]
    return None not in makers and _folded(makers[0] or "") != _folded(makers[1] or "")


def _folded(text: str) -> str:
    return re.sub(r"[^0-9a-z]+", "", text.casefold())
