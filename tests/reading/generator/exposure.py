"""The exposure of a projection image (PS3.3 sections C.8.1, C.8.7, C.8.11), whatever its kind."""

from random import Random

from tests.reading.generator.content import CodeTriple, Content, Told
from tests.reading.generator.tags import CURRENT, EXPOSURE, TIME, Number, coded, numbers, one, started, terms, texts
from tests.reading.generator.writing import Element, of

NUMBERS = (
    one("dap_gy_cm2", "ImageAndFluoroscopyAreaDoseProduct", 0.1),
    Number("entrance_exposure_mgy", (("EntranceDoseInmGy", 1.0), ("EntranceDose", 100.0))),
    one("agd_mgy", "OrganDose", 100.0),
    one("kvp", "KVP", zero=False),
    Number("tube_current_ma", CURRENT),
    Number("exposure_time_ms", TIME),
    Number("exposure_mas", EXPOSURE),
    one("pulse_width_ms", "AveragePulseWidth"),
    one("primary_angle_deg", "PositionerPrimaryAngle", signed=True),
    one("secondary_angle_deg", "PositionerSecondaryAngle", signed=True),
    one("column_angulation_deg", "ColumnAngulation", signed=True),
    one("source_detector_mm", "DistanceSourceToDetector", zero=False),
    one("source_entrance_mm", "DistanceSourceToEntrance", zero=False),
    one("source_patient_mm", "DistanceSourceToPatient", zero=False),
    one("magnification", "EstimatedRadiographicMagnificationFactor", zero=False),
    one("focal_spot_mm", "FocalSpots", zero=False),
    one("grid_focal_distance_mm", "GridFocalDistance", zero=False),
    one("exposure_index", "ExposureIndex"),
    one("target_exposure_index", "TargetExposureIndex"),
    one("deviation_index", "DeviationIndex", signed=True),
    one("relative_exposure", "RelativeXRayExposure"),
    one("sensitivity", "Sensitivity"),
)
TERMS = (
    ("laterality", "ImageLaterality", ("L", "R", "B")),
    ("exposure_control", "ExposureControlMode", ("MANUAL", "AUTOMATIC")),
    ("view_position", "ViewPosition", ("AP", "PA", "LL", "MLO", "CC")),
)
TEXTS = (("protocol", "ProtocolName"), ("detector_identification", "DetectorID"))
REGIONS: tuple[CodeTriple, ...] = (("T-D3000", "SRT", "Chest"), ("T-04000", "SRT", "Breast"))
VIEWS: tuple[CodeTriple, ...] = (("R-10226", "SRT", "medio-lateral oblique"), ("R-10214", "SRT", "postero-anterior"))
MODIFIERS: tuple[CodeTriple, ...] = (("R-102D6", "SRT", "Magnification"),)


def exposure(content: Content, often: float = 0.5) -> tuple[list[Element], Told]:
    """An exposure with at least its tube voltage."""
    chance = content.chance
    made: list[Element] = []
    told: Told = {}
    for elements, more in (
        numbers(chance, NUMBERS, often),
        terms(chance, TERMS),
        texts(content, TEXTS),
        started(chance),
        _sequences(chance),
        _filters(chance),
        _rest(content),
    ):
        made += elements
        told |= more
    if not any(name in told for name in ("kvp", "tube_current_ma", "exposure_mas", "dap_gy_cm2")):
        made = [element for element in made if element.tag != 0x00180060] + [of("KVP", "70")]
        told["kvp"] = 70.0
    return made, told


def _sequences(chance: Random) -> tuple[list[Element], Told]:
    made: list[Element] = []
    told: Told = {}
    if chance.random() < 0.4:
        element, told["target_region"] = coded(chance, "AnatomicRegionSequence", REGIONS)
        made.append(element)
    if chance.random() < 0.4:
        modifier, code = coded(chance, "ViewModifierCodeSequence", MODIFIERS)
        has_modifier = chance.random() < 0.5
        element, told["image_view"] = coded(chance, "ViewCodeSequence", VIEWS, *([modifier] if has_modifier else []))
        made.append(element)
        told |= {"view_modifiers": [code]} if has_modifier else {}
    return made, told


def _filters(chance: Random) -> tuple[list[Element], Told]:
    """Filters of one or two materials; which limit is called the minimum differs from maker to maker."""
    if chance.random() < 0.5:
        return [], {}
    materials = chance.choice((["COPPER"], ["ALUMINUM", "COPPER"], ["RHODIUM"]))
    low, high = [chance.randint(1, 9) / 10 for _ in materials], [chance.randint(10, 20) / 10 for _ in materials]
    named = ("FilterThicknessMinimum", "FilterThicknessMaximum")
    lesser, greater = named if chance.random() < 0.7 else named[::-1]
    made = [
        of("FilterMaterial", "\\".join(materials)),
        of(lesser, "\\".join(map(str, low))),
        of(greater, "\\".join(map(str, high))),
    ]
    told = [
        {"material": ("", "", material), "thickness_min_mm": least, "thickness_max_mm": most}
        for material, least, most in zip(materials, low, high, strict=True)
    ]
    if chance.random() < 0.4:
        made.append(of("FilterType", "STRIP"))
        told = [{**one, "filter_type": ("", "", "STRIP")} for one in told]
    return made, {"filters": told}


def _rest(content: Content) -> tuple[list[Element], Told]:
    chance = content.chance
    made: list[Element] = []
    told: Told = {}
    if chance.random() < 0.3:
        made.append(of("Grid", "IN\\FOCUSED"))
        told["grids"] = [("", "", "IN"), ("", "", "FOCUSED")]
    if chance.random() < 0.3:
        made.append(of("FieldOfViewDimensions", "430\\350"))
        told["field_of_view_mm"] = [430.0, 350.0]
    if chance.random() < 0.4:
        told["event_uid"] = content.new_uid()
        made.append(of("IrradiationEventUID", told["event_uid"]))
    if chance.random() < 0.3:
        made.append(of("SourceImageSequence", [[of("ReferencedSOPInstanceUID", content.new_uid())]]))
    if chance.random() < 0.3:
        made.append(of("ImageType", "ORIGINAL\\PRIMARY\\"))
    if chance.random() < 0.2:
        made.append(of("NumberOfFrames", "3"))
        told["frames"] = 3.0
    return made, told
