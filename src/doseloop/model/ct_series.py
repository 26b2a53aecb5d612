"""Axial CT images as they were measured on arrival: one image, and the images that one acquisition has in one series."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final, Literal

from doseloop.model.diameter import Diameter

Why = Literal[
    "no-patient", "truncated", "no-spacing", "not-hu", "too-large", "cut-short", "encoding", "undecodable",
    "reader-stopped", "no-pixels", "implausible",
]  # fmt: skip
WHY: Final[dict[Why, str]] = {
    "no-patient": "No patient was found in the image.",
    "truncated": "So much of the patient lies outside of the field of view that the rest of the outline cannot be told.",
    "no-spacing": "The size of its pixels is not recorded.",
    "not-hu": "Its pixels are not CT numbers in Hounsfield units.",
    "too-large": "It has more pixels than a reader takes.",
    "cut-short": "Its pixels end before the last row.",
    "encoding": "Its pixels are written in a transfer syntax that is not read.",
    "undecodable": "Its pixels cannot be decoded.",
    "reader-stopped": "Reading its pixels took more time or memory than a reader has.",
    "no-pixels": "It came without pixels.",
    "implausible": "What it shows is larger or smaller than any patient.",
}
"""Why an image was not measured, one sentence each. New ones come last: the record holds their position."""

MEASURED_SHARE_OF_A_SERIES: Final = 0.5
"""Our own line: a series of which fewer images could be measured has no diameter."""


@dataclass(frozen=True, slots=True)
class SliceMeasure:
    """Size and noise of the patient in one axial image."""

    water_equivalent_diameter_mm: float
    """Corrected for what lies outside of the field of view."""
    effective_diameter_mm: float
    """Of the outline within the field of view, not corrected."""
    mean_hu: float
    """Of the outline, HU."""
    area_cm2: float
    truncated_share: float
    """Share of the outline at which the field of view cuts the patient, 0 to 1."""
    noise_hu: float | None = None
    """None where there is too little homogeneous tissue."""


@dataclass(frozen=True, slots=True)
class CtSlice:
    """One axial image and what was measured in it."""

    name: str
    """SOP Instance UID (0008,0018), of a frame with its number behind a `#`; from the record a digest of it."""
    z_mm: float | None = None
    """Third value of Image Position (Patient) (0020,0032)."""
    thickness_mm: float | None = None
    """Slice Thickness (0018,0050)."""
    measure: SliceMeasure | None = None
    why_not: Why | None = None
    """Why there is no measure; None where there is one."""


@dataclass(frozen=True, slots=True)
class SeriesHeader:
    """What the images of one acquisition in one series have in common. What is not recorded is empty or None."""

    series_uid: str
    """Series Instance UID (0020,000E)."""
    event_uid: str = ""
    """Irradiation Event UID (0008,3010)."""
    acquisition_number: str = ""
    """Acquisition Number (0020,0012) as written."""
    frame_of_reference_uid: str = ""
    """Frame of Reference UID (0020,0052)."""
    started_at: str = ""
    """Acquisition Date and Time of the earliest image, local wall clock, ISO."""
    kernel: str = ""
    """Convolution Kernel (0018,1210)."""
    field_of_view_mm: float | None = None
    """Reconstruction Diameter (0018,1100)."""


@dataclass(frozen=True, slots=True)
class MeasuredImage:
    """One CT object: its images (one, or its frames) and what they have in common with others of the series."""

    header: SeriesHeader
    slices: tuple[CtSlice, ...]


@dataclass(frozen=True, slots=True)
class CtSeries:
    """The images of one acquisition in one series, ordered along z."""

    header: SeriesHeader
    slices: tuple[CtSlice, ...]
    is_sample: bool = False
    """Whether more images came than the record keeps: these are an even sample of them."""

    @property
    def measured(self) -> tuple[SliceMeasure, ...]:
        """The measures of its images, those of one position along z as they stand."""
        return tuple(one.measure for one in self.slices if one.measure)

    @property
    def why_not(self) -> str:
        """Why it has no diameter, empty where it has one."""
        if not self.slices:
            return "The series has no axial images."
        if len(self.measured) < MEASURED_SHARE_OF_A_SERIES * len(self.slices):
            reasons = [one.why_not for one in self.slices if one.why_not]
            told = WHY[max(sorted(set(reasons)), key=reasons.count)] if reasons else ""
            return f"{len(self.measured)} of {len(self.slices)} images could be measured. {told}".strip()
        return ""

    @property
    def diameter(self) -> Diameter | None:
        """Mean over the positions along z of the water-equivalent diameter; None with `why_not`.

        AAPM Reports 220 and 293 average over the images of a scan. Images at one position count as one, so that neither
        overlapping phases nor images that came twice weigh more.
        """
        if self.why_not:
            return None
        found = fmean(self._by_position("water_equivalent_diameter_mm"))
        share = fmean(self._by_position("truncated_share"))
        return Diameter(found, "water-equivalent", "images", self.told, share)

    @property
    def effective_diameter_mm(self) -> float | None:
        """Mean over the positions along z of the effective diameter of the outline (AAPM Report 204), not corrected for what is
        cut; None with `why_not`."""
        return None if self.why_not else fmean(self._by_position("effective_diameter_mm"))

    @property
    def noise_hu(self) -> float | None:
        """Median noise of its images, HU; None where none has enough homogeneous tissue."""
        found = [one.noise_hu for one in self.measured if one.noise_hu is not None]
        return median(found) if found else None

    @property
    def profile(self) -> tuple[tuple[float, float], ...]:
        """Position along z and water-equivalent diameter, both mm, of every measured image whose position is known."""
        return tuple(
            (one.z_mm, one.measure.water_equivalent_diameter_mm)
            for one in self.slices
            if one.measure and one.z_mm is not None
        )

    @property
    def z_range_mm(self) -> tuple[float, float] | None:
        """The lowest and highest position of its images; None where none is known."""
        known = [one.z_mm for one in self.slices if one.z_mm is not None]
        return (min(known), max(known)) if known else None

    @property
    def told(self) -> str:
        """Which series it is and how many images were measured, for people."""
        kernel = f", kernel {self.header.kernel}" if self.header.kernel else ""
        images = f"a sample of {len(self.slices)}" if self.is_sample else f"{len(self.slices)}"
        return f"series {self.header.series_uid}{kernel}: {len(self.measured)} of {images} images"

    def _by_position(self, field: str) -> list[float]:
        found: dict[float | str, list[float]] = defaultdict(list)
        for one in self.slices:
            if one.measure:
                place = one.name if one.z_mm is None else round(one.z_mm, 2)
                found[place].append(getattr(one.measure, field))
        return [fmean(values) for values in found.values()]
