"""What every image header says: the image itself, its start, and the technique of a projection exposure (PS3.3 section C.8)."""

from doseloop.model.image import ImageHeader
from doseloop.model.precedence import first, order
from doseloop.model.projection import Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.reading.header import Header
from doseloop.reading.moments import date_iso, time_iso
from doseloop.reading.tags import Tags
from doseloop.reading.units import number_of

_FACTORS = {
    "ExposureTimeInuS": 1e-3,
    "XRayTubeCurrentInuA": 1e-3,
    "ExposureInuAs": 1e-3,
    "EntranceDose": 100.0,
}
"""What the number of an element is multiplied by to be in the field's unit, where it is not in it."""
_ENTRANCE_DOSE, TUBE_CURRENT, EXPOSURE_TIME, EXPOSURE = (
    tuple((keyword, _FACTORS.get(keyword, 1.0)) for keyword in order(f"{what} of an image"))
    for what in ("entrance dose", "tube current", "exposure time", "exposure")
)
_SIDES = {"L": "L", "R": "R", "B": "B"}
_TECHNIQUE = ("kvp", "tube_current_ma", "exposure_time_ms", "exposure_mas")
_DOSES = ("dap_gy_cm2", "entrance_exposure_mgy", "agd_mgy", "exposure_index", "relative_exposure")


def image_header(header: Header) -> ImageHeader:
    """The image: where it stands in its series and what it was made from."""
    tags = header.tags
    day, clock = date_iso(tags.plain("SeriesDate")), time_iso(tags.plain("SeriesTime"))
    sources = (item.plain("ReferencedSOPInstanceUID") for item in tags.items("SourceImageSequence"))
    return ImageHeader(
        sop_instance_uid=header.sop_instance_uid,
        series_uid=header.text(0x0020000E),
        series_number=tags.plain("SeriesNumber"),
        instance_number=tags.whole("InstanceNumber"),
        acquisition_number=tags.plain("AcquisitionNumber"),
        series_started_at=f"{day}T{clock}" if day and clock else None,
        series_description=tags.plain("SeriesDescription"),
        image_type=tags.values("ImageType"),
        presentation_intent=tags.plain("PresentationIntentType"),
        source_image_uids=tuple(uid for uid in sources if uid),
        frames=tags.whole("NumberOfFrames"),
        body_part=tags.plain("BodyPartExamined"),
        patient_position=tags.plain("PatientPosition"),
        quality_control=tags.flag("QualityControlImage"),
    )


def started_at(tags: Tags) -> Reading[str] | None:
    """Start of the acquisition as the local wall clock, None where only later times (of content) are there."""
    starts = {
        "AcquisitionDateTime": tags.moment("AcquisitionDateTime"),
        "AcquisitionDate and AcquisitionTime": tags.day_and_time("AcquisitionDate", "AcquisitionTime"),
    }
    return first("start of an image", starts)


def side(tags: Tags) -> str | None:
    """L, R, B or None: of the image, else of its frames, else of the body part."""
    written = (tags.plain(keyword) for keyword in order("side of an image"))
    return next((found for one in written if one and (found := _SIDES.get(one.strip().upper()))), None)


def exposure(header: Header, image: ImageHeader) -> ProjectionEvent:
    """The exposure of a projection image: radiography, mammography or dental."""
    tags = header.tags
    number = tags.number
    view = next(iter(tags.items("ViewCodeSequence")), None)
    modifiers = view.items("ViewModifierCodeSequence") if view else []
    return ProjectionEvent(
        event_uid=tags.text("IrradiationEventUID"),
        started_at=started_at(tags),
        protocol=tags.text("ProtocolName"),
        target_region=tags.code("AnatomicRegionSequence"),
        laterality=side(tags),
        dap_gy_cm2=number(("ImageAndFluoroscopyAreaDoseProduct", 0.1)),
        entrance_exposure_mgy=number(*_ENTRANCE_DOSE),
        agd_mgy=number(("OrganDose", 100.0)),
        kvp=number(("KVP", 1.0), nothing_is_zero=True),
        tube_current_ma=number(*TUBE_CURRENT),
        exposure_time_ms=number(*EXPOSURE_TIME),
        exposure_mas=number(*EXPOSURE, total=True),
        pulse_width_ms=number(("AveragePulseWidth", 1.0)),
        primary_angle_deg=number(("PositionerPrimaryAngle", 1.0)),
        secondary_angle_deg=number(("PositionerSecondaryAngle", 1.0)),
        column_angulation_deg=number(("ColumnAngulation", 1.0)),
        source_detector_mm=number(("DistanceSourceToDetector", 1.0), nothing_is_zero=True),
        source_entrance_mm=number(("DistanceSourceToEntrance", 1.0), nothing_is_zero=True),
        source_patient_mm=number(("DistanceSourceToPatient", 1.0), nothing_is_zero=True),
        magnification=number(("EstimatedRadiographicMagnificationFactor", 1.0), nothing_is_zero=True),
        focal_spot_mm=number(("FocalSpots", 1.0), nothing_is_zero=True),
        field_of_view_mm=_dimensions(tags),
        filters=filters(tags),
        grids=tuple(Reading(Code("", "", word), "(0018,1166)", word) for word in tags.values("Grid") if word),
        grid_focal_distance_mm=number(("GridFocalDistance", 1.0), nothing_is_zero=True),
        exposure_index=number(("ExposureIndex", 1.0)),
        target_exposure_index=number(("TargetExposureIndex", 1.0)),
        deviation_index=number(("DeviationIndex", 1.0)),
        relative_exposure=number(("RelativeXRayExposure", 1.0)),
        sensitivity=number(("Sensitivity", 1.0)),
        exposure_control=tags.text("ExposureControlMode"),
        detector_identification=tags.text("DetectorID"),
        image_view=tags.code("ViewCodeSequence"),
        view_position=tags.text("ViewPosition"),
        view_modifiers=tuple(code for item in modifiers if (code := item.as_code())),
        frames=number(("NumberOfFrames", 1.0)),
        image=image,
    )


def is_exposure(event: ProjectionEvent) -> bool:
    """Whether the header tells anything of how the image was exposed."""
    return any(getattr(event, name) is not None for name in (*_TECHNIQUE, *_DOSES))


def filters(tags: Tags) -> tuple[Filter, ...]:
    """The filters of an image, one for each material; the thicker of both limits is the maximum, whichever is called so."""
    materials = tags.text("FilterMaterial")
    words = tags.values("FilterMaterial")
    low, high = _numbers(tags, "FilterThicknessMinimum"), _numbers(tags, "FilterThicknessMaximum")
    kind = tags.worded("FilterType")
    if materials is None and not low and not high:
        return (Filter(filter_type=kind),) if kind else ()
    found = []
    for position in range(max(len(words), len(low), len(high))):
        word = words[position] if position < len(words) else ""
        material = Reading(Code("", "", word), materials.place, materials.recorded) if materials and word else None
        limits = [one for one in (_at(low, position), _at(high, position)) if one]
        limits.sort(key=lambda one: one.value)
        found.append(Filter(material, limits[0] if limits else None, limits[-1] if limits else None, kind))
    return tuple(found)


def _numbers(tags: Tags, keyword: str) -> list[Reading[float]]:
    written = tags.text(keyword)
    numbers = map(number_of, tags.values(keyword))
    return [Reading(one, written.place, written.recorded) for one in numbers if written and one is not None]


def _at(found: list[Reading[float]], position: int) -> Reading[float] | None:
    return found[position] if position < len(found) else None


def _dimensions(tags: Tags) -> tuple[float, ...]:
    numbers = map(number_of, tags.values("FieldOfViewDimensions"))
    return tuple(number for number in numbers if number)
