"""Headers of mammograms and tomosynthesis (PS3.3 sections A.27, A.55; modules C.8.11.7 and C.8.21.3).

Tomosynthesis comes as one image of many frames (Breast Tomosynthesis), as single projections, or as a CT or secondary capture
image whose modality says MG; the doses stand in the same elements. Doses are in dGy there (Organ Dose, Entrance Dose). Of an
image of projections each frame tells its own dose (section C.8.31.5), which are added up.
"""

from dataclasses import replace
from math import fsum

from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import NotDose
from doseloop.model.projection import BreastExposure, ProjectionEvent
from doseloop.model.reading import Reading
from doseloop.reading.header import Header
from doseloop.reading.image import exposure, image_header, is_exposure
from doseloop.reading.surroundings import of_image
from doseloop.reading.tags import Tags


def mammogram(header: Header) -> DoseObject:
    """A mammogram. Raises `NotDose` where its header tells of no exposure."""
    image = image_header(header)
    event = _of_frames(_breast(exposure(header, image), header.tags), header.tags)
    if not is_exposure(event):
        raise NotDose(f"{header.sop_class_name}: its header tells of no exposure (no dose, kV, mA, time or mAs)")
    return of_image(header, "mammogram", "MG", image, projection_events=(event,))


def _of_frames(event: ProjectionEvent, tags: Tags) -> ProjectionEvent:
    """The exposure of all frames, where each tells its own (Breast X-Ray Acquisition Dose Macro); a sum with a frame missing is
    none."""
    frames = tags.frames("XRayAcquisitionDoseSequence")
    if len(frames) < 2:
        return event
    return replace(
        event,
        agd_mgy=_sum([frame.number(("OrganDose", 100.0)) for frame in frames]),
        entrance_exposure_mgy=_sum([frame.number(("EntranceDoseInmGy", 1.0)) for frame in frames]),
        exposure_mas=_sum([frame.number(("ExposureInmAs", 1.0)) for frame in frames]),
        exposure_time_ms=_sum([frame.number(("ExposureTimeInms", 1.0)) for frame in frames]),
    )


def _sum(readings: list[Reading[float] | None]) -> Reading[float] | None:
    known = [one for one in readings if one is not None]
    if len(known) < len(readings):
        return None
    return Reading(fsum(one.value for one in known), known[0].place, " + ".join(one.recorded for one in known))


def _breast(event: ProjectionEvent, tags: Tags) -> ProjectionEvent:
    number = tags.number
    return replace(
        event,
        half_value_layer_mm=number(("HalfValueLayer", 1.0), nothing_is_zero=True),
        compression_thickness_mm=number(("BodyPartThickness", 1.0)),
        compression_force_n=number(("CompressionForce", 1.0)),
        anode=tags.worded("AnodeTargetMaterial"),
        breast=BreastExposure(
            paddle=tags.text("PaddleDescription"),
            compression_pressure_kpa=number(("CompressionPressure", 1.0)),
            contact_area_mm2=number(("CompressionContactArea", 1.0)),
            implant=tags.flag("BreastImplantPresent"),
            organ=tags.text("OrganExposed"),
            scan_angle_deg=number(("ScanArc", 1.0)),
        ),
    )
