"""Headers of CT images (PS3.3 sections A.3 and A.38): a header estimate of an acquisition of which no report comes."""

from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import NotDose
from doseloop.model.image import ImageHeader
from doseloop.model.reading import Code, Reading
from doseloop.reading.header import Header
from doseloop.reading.image import EXPOSURE, EXPOSURE_TIME, TUBE_CURRENT, image_header, started_at
from doseloop.reading.surroundings import of_image
from doseloop.reading.tags import Tags
from doseloop.reading.tid10011_ct import phantom_cm

ACQUISITION_TYPES = {
    "CONSTANT_ANGLE": Code("113805", "DCM", "Constant Angle Acquisition"),
    "SPIRAL": Code("116152004", "SCT", "Spiral Acquisition"),
    "SEQUENCED": Code("113804", "DCM", "Sequenced Acquisition"),
    "STATIONARY": Code("113806", "DCM", "Stationary Acquisition"),
    "FREE": Code("113807", "DCM", "Free Acquisition"),
}
"""The terms of Acquisition Type (0018,9302) as CID 10013 has them."""


def ct_image(header: Header) -> DoseObject:
    """A CT image. Raises `NotDose` for one that was made from others, or tells of no exposure."""
    image = image_header(header)
    if image.is_derived:
        raise NotDose(f"{header.sop_class_name}: made from other images, so that it is no acquisition of its own")
    event = _event(header.tags, image)
    if not (event.ctdi_vol_mgy or event.exposure_mas or any(one.kvp and one.tube_current_ma for one in event.sources)):
        raise NotDose(f"{header.sop_class_name}: its header tells of no exposure (no CTDIvol, mAs, or kV with mA)")
    return of_image(header, "ct image", "CT", image, ct_events=(event,))


def _event(tags: Tags, image: ImageHeader) -> CtEvent:
    number = tags.number
    phantom = tags.code("CTDIPhantomTypeCodeSequence")
    return CtEvent(
        event_uid=tags.text("IrradiationEventUID"),
        started_at=started_at(tags),
        protocol=tags.text("ProtocolName"),
        acquisition_type=acquisition_type(tags) or _localiser(image),
        target_region=tags.code("AnatomicRegionSequence"),
        ctdi_vol_mgy=number(("CTDIvol", 1.0)),
        phantom=phantom,
        phantom_cm=phantom_cm(phantom.value if phantom else None),
        exposure_time_ms=exposure_time_ms(tags),
        exposure_mas=number(*EXPOSURE),
        pitch=number(("SpiralPitchFactor", 1.0), nothing_is_zero=True),
        single_collimation_mm=number(("SingleCollimationWidth", 1.0), nothing_is_zero=True),
        total_collimation_mm=number(("TotalCollimationWidth", 1.0), nothing_is_zero=True),
        modulation=tags.text("ExposureModulationType"),
        sources=(ct_source(tags),),
        dose_saving_percent=number(("EstimatedDoseSaving", 1.0)),
        filter_material=tags.text("FilterMaterial"),
        water_equivalent_diameter_mm=number(("WaterEquivalentDiameter", 1.0), nothing_is_zero=True),
        frame_of_reference_uid=tags.plain("FrameOfReferenceUID"),
        image=image,
    )


def ct_source(tags: Tags) -> CtSource:
    """The X-ray source of a CT image or of an item of a dose screen."""
    return CtSource(
        kvp=tags.number(("KVP", 1.0), nothing_is_zero=True),
        tube_current_ma=tags.number(*TUBE_CURRENT),
        rotation_time_s=tags.number(("RevolutionTime", 1.0), nothing_is_zero=True),
    )


def exposure_time_ms(tags: Tags) -> Reading[float] | None:
    """Exposure Time in the finest unit that is written, ms."""
    return tags.number(*EXPOSURE_TIME)


def acquisition_type(tags: Tags) -> Reading[Code] | None:
    """Acquisition Type (0018,9302) by the code that reports have for it; a word that is none stays a meaning."""
    written = tags.text("AcquisitionType")
    if written is None:
        return None
    code = ACQUISITION_TYPES.get(written.value.strip().upper(), Code("", "", written.value))
    return Reading(code, written.place, written.recorded)


def _localiser(image: ImageHeader) -> Reading[Code] | None:
    if "LOCALIZER" not in image.image_type[2:3]:
        return None
    return Reading(ACQUISITION_TYPES["CONSTANT_ANGLE"], "(0008,0008)", "\\".join(image.image_type))
