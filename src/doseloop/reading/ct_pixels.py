"""Pixels of an axial CT image, read to be measured and dropped (PS3.3 sections C.7.6.3, C.8.2.1, C.8.15; PS3.5 section 8).

Every other kind of object is read by its header alone. What goes wrong here is told as the reason that an image was not
measured, and changes nothing of what its header says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from doseloop.model.ct_series import CtSlice, MeasuredImage, SeriesHeader, SliceMeasure, Why
from doseloop.reading.elements import Walk, layout_of
from doseloop.reading.encoding import Encoded, find_data_set
from doseloop.reading.head import object_bytes
from doseloop.reading.header import STOPS
from doseloop.reading.image import started_at
from doseloop.reading.limits import ReadLimits
from doseloop.reading.pixel_frames import PixelFormat, PixelsOf, Unreadable, pixels_of
from doseloop.reading.tags import OF_PIXELS, TAGS, Tags
from doseloop.reading.text import decoder
from doseloop.reading.units import numbers_of

Plane = NDArray[np.float32]
Measure = Callable[[Plane, tuple[float, float]], SliceMeasure | Why]
"""Measures CT numbers, HU, of rows x columns with the distance of rows and of columns, mm."""

_WANTED = frozenset((*OF_PIXELS.values(), 0x00080005)) | frozenset(
    TAGS[keyword]
    for keyword in (
        *("ImageType", "Rows", "NumberOfFrames", "AcquisitionNumber", "AcquisitionDate", "AcquisitionTime"),
        *("AcquisitionDateTime", "IrradiationEventUID", "FrameOfReferenceUID", "SharedFunctionalGroupsSequence"),
        "PerFrameFunctionalGroupsSequence",
    )
)
LEAST_ACROSS = 0.8
"""Least share of the image's normal that lies along the table: a gantry tilted by 30 degrees has 0.87, sagittal planes have 0."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a frame lies and what its numbers mean."""

    number: int
    z_mm: float | None
    slope: float | None
    intercept: float | None


def measured_image(path: Path, limits: ReadLimits, measure: Measure) -> MeasuredImage | None:
    """The images of a CT object, each measured or with the reason why not; None for what is no axial image.

    Raises an `ObjectError` where the header cannot be read, and `OSError`.
    """
    encoded = find_data_set(object_bytes(path, limits), limits)
    tags, pos = _header(encoded, limits)
    if not _is_axial(tags):
        return None
    name = tags.plain("SOPInstanceUID") or ""
    count = max(1, tags.whole("NumberOfFrames") or 1)
    with pixels_of(path, encoded, pos) as pixels:
        most = limits.compressed_frames if pixels.is_compressed else limits.frames
        chosen = sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})
        frames = list(_frames(tags, chosen, count))
        found = [_slice(name, frame, count, tags, pixels, limits, measure) for frame in frames]
    return MeasuredImage(_series(tags), tuple(found))


def _header(encoded: Encoded, limits: ReadLimits) -> tuple[Tags, int]:
    walk = Walk(encoded.data, layout_of(encoded), limits, _WANTED, STOPS)
    found, pos = walk.data_set(encoded.start, len(encoded.data), True, 1)
    declared = found.get(0x00080005, b"")
    return Tags(found, decoder(declared if isinstance(declared, bytes) else b""), encoded.big_endian), pos


def _is_axial(tags: Tags) -> bool:
    kind = tags.values("ImageType")
    if "LOCALIZER" in kind or kind[:1] == ("DERIVED",):
        return False
    along = _numbers(tags, "ImageOrientationPatient")
    if len(along) != 6:
        return "AXIAL" in kind or "VOLUME" in kind
    return abs(along[0] * along[4] - along[1] * along[3]) >= LEAST_ACROSS


def _series(tags: Tags) -> SeriesHeader:
    start, view = started_at(tags), _numbers(tags, "ReconstructionDiameter")
    return SeriesHeader(
        series_uid=tags.plain("SeriesInstanceUID") or "",
        event_uid=next(iter(tags.values("IrradiationEventUID")), ""),
        acquisition_number=tags.plain("AcquisitionNumber") or "",
        frame_of_reference_uid=tags.plain("FrameOfReferenceUID") or "",
        started_at=start.value if start else "",
        kernel=tags.plain("ConvolutionKernel") or "",
        field_of_view_mm=view[0] if view and view[0] > 0 else None,
    )


def _frames(tags: Tags, chosen: list[int], count: int) -> Iterator[_Frame]:
    places, meanings = tags.frames("PlanePositionSequence"), tags.frames("PixelValueTransformationSequence")
    for number in chosen:
        place = places[number] if len(places) == count else tags
        meaning = meanings[number] if len(meanings) == count else tags
        at = _numbers(place, "ImagePositionPatient")
        slope, intercept = (_first(meaning, keyword) for keyword in ("RescaleSlope", "RescaleIntercept"))
        yield _Frame(number, at[2] if len(at) == 3 and count in (1, len(places)) else None, slope, intercept)


def _slice(
    name: str, frame: _Frame, count: int, tags: Tags, pixels: PixelsOf, limits: ReadLimits, measure: Measure
) -> CtSlice:
    outcome = _measured(frame, tags, pixels, limits, measure)
    return CtSlice(
        name=name if count == 1 else f"{name}#{frame.number + 1}",
        z_mm=frame.z_mm,
        thickness_mm=_first(tags, "SliceThickness"),
        measure=outcome if isinstance(outcome, SliceMeasure) else None,
        why_not=None if isinstance(outcome, SliceMeasure) else outcome,
    )


def _measured(frame: _Frame, tags: Tags, pixels: PixelsOf, limits: ReadLimits, measure: Measure) -> SliceMeasure | Why:
    spacing = _numbers(tags, "PixelSpacing")
    if len(spacing) != 2 or not all(0 < one < 1000 for one in spacing):
        return "no-spacing"
    if frame.slope is None or frame.intercept is None or (tags.plain("RescaleType") or "HU").strip().upper() != "HU":
        return "not-hu"
    try:
        stored = pixels.frame(frame.number, _format(tags, limits), limits)
        return measure(_ct_numbers(stored, frame.slope, frame.intercept), (spacing[0], spacing[1]))
    except Unreadable as error:
        return error.why
    except MemoryError:
        return "reader-stopped"
    except Exception:  # noqa: BLE001 (the rim: what a decoder raises on hostile bytes is told, and never spoils the header)
        return "undecodable"


def _format(tags: Tags, limits: ReadLimits) -> PixelFormat:
    """Raises `Unreadable` for what is not written as a CT image is."""
    numbers = (
        tags.whole(one) for one in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation")
    )
    rows, columns, allocated, stored, high, signed = (0 if one is None else one for one in numbers)
    if rows < 1 or columns < 1:
        raise Unreadable("undecodable")
    if rows * columns > limits.pixels:
        raise Unreadable("too-large")
    monochrome = (tags.plain("PhotometricInterpretation") or "MONOCHROME2").strip().upper() == "MONOCHROME2"
    if (tags.whole("SamplesPerPixel") or 1) != 1 or not monochrome:
        raise Unreadable("not-hu")
    stored = stored or allocated
    if allocated not in (8, 16, 32) or not 1 < stored <= allocated or (high or stored - 1) != stored - 1:
        raise Unreadable("encoding")
    return PixelFormat(rows, columns, allocated, stored, bool(signed), max(1, tags.whole("NumberOfFrames") or 1))


def _ct_numbers(stored: NDArray[np.generic], slope: float, intercept: float) -> Plane:
    plane = stored.astype(np.float32)
    if slope != 1:
        plane *= np.float32(slope)
    plane += np.float32(intercept)
    return plane


def _numbers(tags: Tags, keyword: str) -> list[float]:
    """The numbers of an element, none where any of its values is no number."""
    found = numbers_of(tags.plain(keyword) or "")
    return [] if None in found else [one for one in found if one is not None]


def _first(tags: Tags, keyword: str) -> float | None:
    return next(iter(_numbers(tags, keyword)), None)
