"""Elements of an object's header as readings: by keyword (PS3.6), with unit, place and what was written.

The keywords below are all that is read of an image, which is why the walk over its header steps over everything else. A
number may stand in any of several elements of one quantity, the finest unit first. In multi-frame objects an element is also
looked for in the functional groups, those of the first frame last (PS3.3 section C.7.6.16).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_VM, dictionary_VR, tag_for_keyword

from doseloop.model.reading import Code, Reading
from doseloop.reading.elements import DataSet, named
from doseloop.reading.moments import date_iso, moment_iso, time_iso
from doseloop.reading.text import Decode
from doseloop.reading.units import numbers_of

KEYWORDS = (
    # image and series
    *(
        "ImageType",
        "InstanceNumber",
        "SeriesNumber",
        "SeriesDate",
        "SeriesTime",
        "SeriesDescription",
        "AcquisitionNumber",
    ),
    *("AcquisitionDate", "AcquisitionTime", "AcquisitionDateTime", "PresentationIntentType", "SourceImageSequence"),
    *("ReferencedSOPInstanceUID", "NumberOfFrames", "BodyPartExamined", "PatientPosition", "QualityControlImage"),
    "Rows",
    *("CommentsOnRadiationDose", "IrradiationEventUID", "FrameOfReferenceUID", "ConversionType"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "FrameAnatomySequence", "FrameLaterality"),
    *("AnatomicRegionSequence", "ImageLaterality", "Laterality", "ProtocolName", "ManufacturerModelName"),
    # exposure
    *("KVP", "ExposureTimeInuS", "ExposureTimeInms", "ExposureTime", "XRayTubeCurrentInuA", "XRayTubeCurrentInmA"),
    *("XRayTubeCurrent", "ExposureInuAs", "ExposureInmAs", "Exposure", "ImageAndFluoroscopyAreaDoseProduct"),
    *("EntranceDoseInmGy", "EntranceDose", "OrganDose", "OrganExposed", "HalfValueLayer", "BodyPartThickness"),
    *("CompressionForce", "CompressionPressure", "CompressionContactArea", "PaddleDescription", "AnodeTargetMaterial"),
    *("FilterType", "FilterMaterial", "FilterThicknessMinimum", "FilterThicknessMaximum", "FocalSpots", "Grid"),
    *("GridFocalDistance", "DistanceSourceToDetector", "DistanceSourceToPatient", "DistanceSourceToEntrance"),
    *("EstimatedRadiographicMagnificationFactor", "FieldOfViewDimensions", "PositionerPrimaryAngle", "ScanArc"),
    *("PositionerSecondaryAngle", "ColumnAngulation", "ViewPosition", "ViewCodeSequence", "ViewModifierCodeSequence"),
    *("ExposureIndex", "TargetExposureIndex", "DeviationIndex", "RelativeXRayExposure", "Sensitivity", "DetectorID"),
    *("ExposureControlMode", "BreastImplantPresent", "XRay3DAcquisitionSequence", "ContributingSourcesSequence"),
    "XRayAcquisitionDoseSequence",
    "AveragePulseWidth",
    # CT
    *("CTDIvol", "CTDIPhantomTypeCodeSequence", "CTExposureSequence", "CTAcquisitionTypeSequence", "AcquisitionType"),
    *("CTAcquisitionDetailsSequence", "CTXRayDetailsSequence", "SpiralPitchFactor", "SingleCollimationWidth"),
    *("TotalCollimationWidth", "RevolutionTime", "ExposureModulationType", "EstimatedDoseSaving", "ScanLength"),
    *("ExposureDoseSequence", "WaterEquivalentDiameter", "TotalNumberOfExposures"),
    # nuclear medicine
    *("RadiopharmaceuticalInformationSequence", "RadiopharmaceuticalAdministrationEventUID", "Radiopharmaceutical"),
    *("RadiopharmaceuticalStartTime", "RadiopharmaceuticalStopTime", "RadiopharmaceuticalStartDateTime"),
    *(
        "RadiopharmaceuticalStopDateTime",
        "RadionuclideTotalDose",
        "RadionuclideHalfLife",
        "RadionuclidePositronFraction",
    ),
    *("RadiopharmaceuticalVolume", "RadiopharmaceuticalSpecificActivity", "RadiopharmaceuticalRoute"),
    *("RadionuclideCodeSequence", "RadiopharmaceuticalCodeSequence", "AdministrationRouteCodeSequence", "Units"),
    *("SeriesType", "CorrectedImage", "DecayCorrection", "ReconstructionMethod", "NumberOfSlices"),
    # MR
    *("SAR", "dBdt", "B1rms", "MagneticFieldStrength", "RepetitionTime", "EchoTime", "FlipAngle", "SequenceName"),
    *("PulseSequenceName", "AcquisitionDuration", "TransmitCoilName", "MRTimingAndRelatedParametersSequence"),
    *("SpecificAbsorptionRateSequence", "SpecificAbsorptionRateDefinition", "SpecificAbsorptionRateValue"),
    *("OperatingModeSequence", "OperatingModeType", "OperatingMode", "GradientOutputType", "GradientOutput"),
    *("MREchoSequence", "EffectiveEchoTime"),
)
"""Everything that is read of an image, identity and study apart."""
PIXEL_KEYWORDS = (
    *(
        "SOPInstanceUID",
        "SeriesInstanceUID",
        "Columns",
        "SamplesPerPixel",
        "PhotometricInterpretation",
        "BitsAllocated",
    ),
    *(
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "PixelSpacing",
        "RescaleSlope",
        "RescaleIntercept",
        "RescaleType",
    ),
    *(
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "SliceThickness",
        "ConvolutionKernel",
        "ReconstructionDiameter",
    ),
    *("PixelMeasuresSequence", "PlanePositionSequence", "PlaneOrientationSequence"),
    *("PixelValueTransformationSequence", "CTReconstructionSequence", "IrradiationEventIdentificationSequence"),
)
"""What is read of a CT image besides, where its pixels are measured."""


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


TAGS = {keyword: _tag(keyword) for keyword in KEYWORDS}
OF_PIXELS = {keyword: _tag(keyword) for keyword in PIXEL_KEYWORDS}
_ALL = TAGS | OF_PIXELS
VRS = {tag: dictionary_VR(tag) for tag in _ALL.values()}
_SINGLE = frozenset(tag for tag in _ALL.values() if dictionary_VM(tag) == "1")
"""Elements of one value."""
_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
_CODE_VALUES = (0x00080100, 0x00080119, 0x00080120)
_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")

Source = tuple[str, float]
"""Keyword of an element and what its number is multiplied by to be in the field's unit."""


@dataclass(frozen=True, slots=True)
class Tags:
    """The elements of one data set; `at` is the place of the item that it is, empty for the object itself."""

    data_set: DataSet
    decode: Decode
    big_endian: bool
    at: str = ""

    def text(self, *keywords: str) -> Reading[str] | None:
        """The first of these elements that is not empty, several values joined as written."""
        for keyword in keywords:
            for place, raw in self._raws(_ALL[keyword]):
                written = self.written(_ALL[keyword], raw)
                if written:
                    return Reading(written, place, written)
        return None

    def plain(self, *keywords: str) -> str | None:
        """As `text`, without its place."""
        found = self.text(*keywords)
        return found.value if found else None

    def values(self, keyword: str) -> tuple[str, ...]:
        """The values of an element, empty ones kept; also where commas part them."""
        written = self.plain(keyword) or ""
        apart = "\\" if "\\" in written else ","
        return tuple(part.strip() for part in written.split(apart)) if written else ()

    def number(self, *sources: Source, total: bool = False, nothing_is_zero: bool = False) -> Reading[float] | None:
        """The number of the first source that has one, in the field's unit; a source that says 0 gives way to one that does not.

        Several values give their sum where `total`, else the mean of those that are not zero.
        """
        found = [reading for source in sources if (reading := self._number(*source, total=total))]
        best = next((reading for reading in found if reading.value != 0), found[0] if found else None)
        return None if best is None or (nothing_is_zero and best.value == 0) else best

    def whole(self, keyword: str) -> int | None:
        """A whole number, None where it is none."""
        found = self._number(keyword, 1.0, total=False)
        return int(found.value) if found and found.value.is_integer() else None

    def code(self, keyword: str) -> Reading[Code] | None:
        """The first code of a code sequence."""
        return next((code for item in self.items(keyword) if (code := item.as_code())), None)

    def as_code(self) -> Reading[Code] | None:
        """This item as a code (PS3.3 section 8.8), None where it holds neither value nor meaning."""
        value, scheme, meaning = (
            next((text for tag in tags if (text := self.written(tag, self.data_set.get(tag)))), "")
            for tags in (_CODE_VALUES, (0x00080102,), (0x00080104,))
        )
        return Reading(Code(value, scheme, meaning), self.at, value or meaning) if value or meaning else None

    def worded(self, keyword: str) -> Reading[Code] | None:
        """A term that the standard defines by its word alone, as a code with a meaning only."""
        found = self.text(keyword)
        return Reading(Code("", "", found.value), found.place, found.recorded) if found else None

    def flag(self, keyword: str) -> bool | None:
        """YES or NO."""
        return {"YES": True, "NO": False}.get((self.plain(keyword) or "").upper())

    def items(self, keyword: str) -> list["Tags"]:
        """The items of a sequence, wherever in the functional groups it stands."""
        for place, raw in self._raws(_ALL[keyword]):
            if isinstance(raw, list) and raw:
                return [Tags(item, self.decode, self.big_endian, f"{place}[{n}]") for n, item in enumerate(raw, 1)]
        return []

    def frames(self, keyword: str) -> list["Tags"]:
        """The first item of a functional group for each frame (PS3.3 section C.7.6.16)."""
        groups, at = self.data_set.get(_ALL[_GROUPS[1]]), named(_ALL[_GROUPS[1]])
        found = []
        for number, group in enumerate(groups if isinstance(groups, list) else (), 1):
            items = group.get(_ALL[keyword])
            if isinstance(items, list) and items:
                place = f"{at}[{number}].{named(_ALL[keyword])}[1]"
                found.append(Tags(items[0], self.decode, self.big_endian, place))
        return found

    def moment(self, *keywords: str) -> Reading[str] | None:
        """A date and time (DT) as the local wall clock, ISO."""
        written = self.text(*keywords)
        moment = moment_iso(written.value) if written else None
        return Reading(moment, written.place, written.recorded) if written and moment else None

    def day_and_time(self, day: str, clock: str) -> Reading[str] | None:
        """A date (DA) and a time (TM) as one wall clock, ISO; None where either is missing."""
        on, at = self.text(day), self.text(clock)
        date, time = date_iso(on.value) if on else None, time_iso(at.value) if at else None
        return (
            Reading(f"{date}T{time}", at.place, f"{on.recorded} {at.recorded}") if on and at and date and time else None
        )

    def _number(self, keyword: str, factor: float, *, total: bool) -> Reading[float] | None:
        for place, raw in self._raws(_ALL[keyword]):
            written = self.written(_ALL[keyword], raw)
            numbers = [number for number in numbers_of(written) if number is not None]
            if numbers:
                counted = numbers if total else ([one for one in numbers if one != 0] or [0.0])
                value = sum(counted) if total else sum(counted) / len(counted)
                return Reading(value * factor, place, written)
        return None

    def _raws(self, tag: int) -> Iterator[tuple[str, object]]:
        """The element's values with their places: of this data set, then of its functional groups."""
        if tag in self.data_set:
            yield self._place(tag), self.data_set[tag]
        for groups in _GROUPS if not self.at else ():
            found = self.data_set.get(_ALL[groups])
            if isinstance(found, list) and found:
                yield from self._deep(found[0], tag, f"{named(_ALL[groups])}[1]")

    def _deep(self, item: DataSet, tag: int, at: str) -> Iterator[tuple[str, object]]:
        if tag in item:
            yield f"{at}.{named(tag)}", item[tag]
        for below, value in item.items():
            if isinstance(value, list) and value:
                yield from self._deep(value[0], tag, f"{at}.{named(below)}[1]")

    def _place(self, tag: int) -> str:
        return f"{self.at}.{named(tag)}" if self.at else named(tag)

    def written(self, tag: int, raw: object) -> str:
        """The text of a value; of a binary one its numbers in decimal."""
        if not isinstance(raw, bytes):
            return ""
        letter = _BINARY.get(VRS.get(tag, ""))
        if letter is None or not raw or len(raw) % struct.calcsize(letter):
            return self.decode(raw)
        order = ">" if self.big_endian else "<"
        numbers = struct.unpack(f"{order}{len(raw) // struct.calcsize(letter)}{letter}", raw)
        if len(numbers) > 1 and tag in _SINGLE:
            return ""  # not a number of this representation
        return "\\".join(f"{number:.7g}" if letter == "f" else repr(number) for number in numbers)
