"""Measured images as records of one length, so that one more is added to hundreds without reading them as objects.

A record is the digest of the image's name, eight numbers and the place of the reason in `WHY`, 0 for a measured image. Records are
ordered by digest. Of more than are kept those with the smallest digests stay: an even sample, the same for any order of arrival.
"""

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from math import isnan, nan
from typing import Final

from doseloop.model.ct_series import WHY, CtSlice, SliceMeasure

MOST_SLICES: Final = 5000
"""Images of one acquisition in one series; a whole body in thin slices has 2,000."""
_NAME: Final = 16
_NUMBERS: Final = struct.Struct("<8fB")
_LENGTH: Final = _NAME + _NUMBERS.size
_REASONS: Final = tuple(WHY)


def added(held: bytes, slices: Iterable[CtSlice]) -> bytes:
    """The records with those of more images; the same image twice is one, measured where either is."""
    for image in slices:
        held = _with(held, _record(image))
    return held


def united(one: bytes, other: bytes) -> bytes:
    """The records of both, longer than `MOST_SLICES` where there are more: see `kept`."""
    found: dict[bytes, bytes] = {}
    for record in (*_records(one), *_records(other)):
        name = record[:_NAME]
        found[name] = max(found.get(name, record), record, key=_worth)
    return b"".join(found[name] for name in sorted(found))


def kept(records: bytes) -> bytes:
    """The records that are kept."""
    return records[: MOST_SLICES * _LENGTH]


def slices_of(records: bytes) -> tuple[CtSlice, ...]:
    """The images, from the lowest along z on; those without a position last. An image has the digest of its name as its name."""
    return tuple(sorted(map(_slice, _records(records)), key=_place))


def _with(held: bytes, record: bytes) -> bytes:
    """The records with one more in its place."""
    name = record[:_NAME]
    place = bisect_left(range(len(held) // _LENGTH), name, key=lambda n: held[n * _LENGTH : n * _LENGTH + _NAME])
    start, end = place * _LENGTH, (place + 1) * _LENGTH
    if held[start : start + _NAME] == name:
        return held[:start] + max(held[start:end], record, key=_worth) + held[end:]
    return held[:start] + record + held[start:]


def _record(image: CtSlice) -> bytes:
    measure = image.measure
    numbers = (image.z_mm, image.thickness_mm, *(_numbers(measure) if measure else (None,) * 6))
    reason = 0 if measure else 1 + _REASONS.index(image.why_not or "undecodable")
    name = hashlib.sha256(image.name.encode()).digest()[:_NAME]
    return name + _NUMBERS.pack(*(nan if one is None else one for one in numbers), reason)


def _numbers(measure: SliceMeasure) -> tuple[float | None, ...]:
    return (
        measure.water_equivalent_diameter_mm, measure.effective_diameter_mm, measure.mean_hu, measure.area_cm2,
        measure.truncated_share, measure.noise_hu,
    )  # fmt: skip


def _slice(record: bytes) -> CtSlice:
    *numbers, reason = _NUMBERS.unpack(record[_NAME:])
    z_mm, thickness_mm, diameter, effective, mean_hu, area, share, noise = numbers
    measure = SliceMeasure(diameter, effective, mean_hu, area, share, _known(noise)) if reason == 0 else None
    why = None if measure else _REASONS[min(reason, len(_REASONS)) - 1]
    return CtSlice(record[:_NAME].hex(), _known(z_mm), _known(thickness_mm), measure, why)


def _known(number: float) -> float | None:
    return None if isnan(number) else number


def _worth(record: bytes) -> tuple[bool, bytes]:
    """A measured image before one that was not; of two such, any, but always the same."""
    return record[-1] == 0, record


def _place(image: CtSlice) -> tuple[bool, float, str]:
    return image.z_mm is None, image.z_mm or 0.0, image.name


def _records(records: bytes) -> Iterator[bytes]:
    return (records[at : at + _LENGTH] for at in range(0, len(records), _LENGTH))
