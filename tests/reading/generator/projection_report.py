"""Projection X-Ray Radiation Dose (TID 10001 to 10007, PS3.16): fluoroscopy, radiography and mammography, of one or two planes."""

from random import Random

from tests.reading.generator import numbers as n
from tests.reading.generator.content import CodeTriple, Content, Field, Told, coded, moment, num, uid, words
from tests.reading.generator.made import Made
from tests.reading.generator.report import device, maker_items, report
from tests.reading.generator.writing import Elements, of

FLUOROSCOPY: CodeTriple = ("P5-06000", "SRT", "Fluoroscopy")
TYPES: tuple[CodeTriple, ...] = (
    FLUOROSCOPY,
    ("44491008", "SCT", "Fluoroscopy"),
    ("113611", "DCM", "Stationary Acquisition"),
    ("113612", "DCM", "Stepping Acquisition"),
    ("113613", "DCM", "Rotational Acquisition"),
)
PLANES: tuple[CodeTriple, ...] = (
    ("113622", "DCM", "Single Plane"),
    ("113620", "DCM", "Plane A"),
    ("113621", "DCM", "Plane B"),
)
POINTS: tuple[CodeTriple, ...] = (
    ("113860", "DCM", "15cm from Isocenter toward Source"),
    ("113861", "DCM", "30cm in Front of Image Input Surface"),
)
ORIENTATIONS: tuple[CodeTriple, ...] = (("F-10450", "SRT", "recumbent"), ("102538003", "SCT", "recumbent"))
SUPINE: CodeTriple = ("F-10340", "SRT", "supine")
HEADFIRST: CodeTriple = ("F-10470", "SRT", "headfirst")
REGIONS: tuple[CodeTriple, ...] = (("T-32000", "SRT", "Heart"), ("T-D3000", "SRT", "Chest"))
SIDES: dict[CodeTriple, str] = {
    ("G-A100", "SRT", "Right"): "R",
    ("7771000", "SCT", "Left"): "L",
    ("G-A102", "SRT", "Bilateral"): "B",
}
VIEWS: tuple[CodeTriple, ...] = (("R-10226", "SRT", "medio-lateral oblique"), ("R-10242", "SRT", "cranio-caudal"))
MODIFIERS: tuple[CodeTriple, ...] = (("R-102D5", "SRT", "Implant Displaced"),)
GRIDS: tuple[CodeTriple, ...] = (("111641", "DCM", "Fixed grid"), ("111646", "DCM", "No grid"))
MATERIALS: tuple[CodeTriple, ...] = (
    ("C-127F9", "SRT", "Copper or Copper compound"),
    ("C-1190E", "SRT", "Rhodium or Rhodium compound"),
)
FILTERS: tuple[CodeTriple, ...] = (("113653", "DCM", "Flat filter"), ("111609", "DCM", "No Filter"))
ANODES: tuple[CodeTriple, ...] = (
    ("C-164F9", "SRT", "Tungsten or Tungsten compound"),
    ("C-163F9", "SRT", "Molybdenum or Molybdenum compound"),
)
MODES: tuple[CodeTriple, ...] = (("113630", "DCM", "Continuous"), ("113631", "DCM", "Pulsed"))
STANDS: tuple[CodeTriple, ...] = (("113957", "DCM", "Fixed Geometry"),)

TEXTS: tuple[Field, ...] = (
    moment("started_at", "111526", "DateTime Started"),
    coded("irradiation_type", "113721", "Irradiation Event Type", *TYPES),
    coded("plane", "113764", "Acquisition Plane", *PLANES),
    words("protocol", "125203", "Acquisition Protocol"),
    words("comment", "121106", "Comment"),
    words("label", "113605", "Irradiation Event Label"),
    coded("reference_point", "113780", "Reference Point Definition", *POINTS),
    coded("fluoro_mode", "113732", "Fluoro Mode", *MODES),
    coded("anode", "111632", "Anode Target Material", *ANODES),
    coded("anatomical_structure", "T-D0005 91723000", "Anatomical Structure", *REGIONS),
    coded("mechanical_configuration", "113956", "CR/DR Mechanical Configuration", *STANDS),
)
NUMBERS: tuple[Field, ...] = (
    num("dap_gy_cm2", "122130", "Dose Area Product", n.GY_CM2),
    num("ka_r_mgy", "113738", "Dose (RP)", n.MGY),
    num("entrance_exposure_mgy", "111636", "Entrance Exposure at RP", n.MGY),
    num("agd_mgy", "111631", "Average Glandular Dose", n.MGY),
    num("kvp", "113733", "KVP", n.KV, zero=False, pulses="mean"),
    num("tube_current_ma", "113734", "X-Ray Tube Current", n.MA, pulses="mean"),
    num("average_tube_current_ma", "113767", "Average X-Ray Tube Current", n.MA),
    num("exposure_time_ms", "113824 113735", "Exposure Time", n.MILLISECONDS),
    num("exposure_mas", "113736", "Exposure", n.MAS, pulses="sum"),
    num("pulses", "113768", "Number of Pulses", n.PULSES),
    num("pulse_rate_per_s", "113791", "Pulse Rate", n.PER_SECOND),
    num("pulse_width_ms", "113793", "Pulse Width", n.MILLISECONDS, pulses="mean"),
    num("irradiation_duration_s", "113742", "Irradiation Duration", n.SECONDS),
    num("primary_angle_deg", "112011", "Positioner Primary Angle", n.DEGREES, signed=True),
    num("secondary_angle_deg", "112012", "Positioner Secondary Angle", n.DEGREES, signed=True),
    num("primary_end_angle_deg", "113739", "Positioner Primary End Angle", n.DEGREES, signed=True),
    num("secondary_end_angle_deg", "113740", "Positioner Secondary End Angle", n.DEGREES, signed=True),
    num("column_angulation_deg", "113770", "Column Angulation", n.DEGREES, signed=True),
    num("source_detector_mm", "113750", "Distance Source to Detector", n.MM, zero=False),
    num("source_isocentre_mm", "113748", "Distance Source to Isocenter", n.MM, zero=False),
    num("source_reference_point_mm", "113737", "Distance Source to Reference Point", n.MM, zero=False),
    num("source_table_mm", "113792", "Distance Source to Table Plane", n.MM, zero=False),
    num("focal_spot_mm", "113766", "Focal Spot Size", n.MM, zero=False),
    num("field_area_cm2", "113790", "Collimated Field Area", n.CM2, zero=False),
    num("field_height_mm", "113788", "Collimated Field Height", n.MM, zero=False),
    num("field_width_mm", "113789", "Collimated Field Width", n.MM, zero=False),
    num("half_value_layer_mm", "111634", "Half Value Layer", n.MM),
    num("compression_thickness_mm", "111633", "Compression Thickness", n.MM),
    num("compression_force_n", "111647", "Compression Force", n.NEWTON),
    num("exposure_index", "113845", "Exposure Index", n.COUNT),
    num("target_exposure_index", "113846", "Target Exposure Index", n.COUNT),
    num("deviation_index", "113847", "Deviation Index", n.COUNT, signed=True),
    num("patient_thickness_mm", "111638", "Patient Equivalent Thickness", n.MM),
    num("table_longitudinal_mm", "113751", "Table Longitudinal Position", n.MM, signed=True),
    num("table_lateral_mm", "113752", "Table Lateral Position", n.MM, signed=True),
    num("table_height_mm", "113753", "Table Height Position", n.MM, signed=True),
    num("table_longitudinal_end_mm", "113759", "Table Longitudinal End Position", n.MM, signed=True),
    num("table_lateral_end_mm", "113760", "Table Lateral End Position", n.MM, signed=True),
    num("table_height_end_mm", "113761", "Table Height End Position", n.MM, signed=True),
    num("table_head_tilt_deg", "113754", "Table Head Tilt Angle", n.DEGREES, signed=True),
    num("table_horizontal_rotation_deg", "113755", "Table Horizontal Rotation Angle", n.DEGREES, signed=True),
    num("table_cradle_tilt_deg", "113756", "Table Cradle Tilt Angle", n.DEGREES, signed=True),
)
BREAST: tuple[Field, ...] = (
    words("paddle", "111172", "Paddle"),
    num("compression_pressure_kpa", "111648", "Compression Pressure", n.KPA),
    num("contact_area_mm2", "111649", "Compression Contact Area", n.MM2),
    num("glandularity_percent", "111046", "Percent Fibroglandular Tissue", n.PERCENT),
)
FILTER: tuple[Field, ...] = (
    coded("material", "113757", "X-Ray Filter Material", *MATERIALS),
    num("thickness_min_mm", "113758", "X-Ray Filter Thickness Minimum", n.MM),
    num("thickness_max_mm", "113773", "X-Ray Filter Thickness Maximum", n.MM),
    coded("filter_type", "113772", "X-Ray Filter Type", *FILTERS),
)
TOTALS: tuple[Field, ...] = (
    num("dap_gy_cm2", "113722", "Dose Area Product Total", n.GY_CM2),
    num("ka_r_mgy", "113725", "Dose (RP) Total", n.MGY),
    num("fluoro_time_s", "113730", "Total Fluoro Time", n.SECONDS),
    num("fluoro_dap_gy_cm2", "113726", "Fluoro Dose Area Product Total", n.GY_CM2),
    num("fluoro_ka_r_mgy", "113728", "Fluoro Dose (RP) Total", n.MGY),
    num("acquisition_dap_gy_cm2", "113727", "Acquisition Dose Area Product Total", n.GY_CM2),
    num("acquisition_ka_r_mgy", "113729", "Acquisition Dose (RP) Total", n.MGY),
    num("acquisition_time_s", "113855", "Total Acquisition Time", n.SECONDS),
    num("radiographic_frames", "113731", "Total Number of Radiographic Frames", n.COUNT),
    num("source_reference_point_mm", "113737", "Distance Source to Reference Point", n.MM, zero=False),
    coded("reference_point", "113780", "Reference Point Definition", *POINTS),
)
CALIBRATION: tuple[Field, ...] = (
    num("factor", "122322", "Calibration Factor", n.RATIO),
    num("uncertainty_percent", "113763", "Calibration Uncertainty", n.PERCENT),
    moment("at", "113723", "Calibration DateTime"),
    words("protocol", "113720", "Calibration Protocol"),
    words("responsible", "113724", "Calibration Responsible Party"),
)
PROCEDURES: tuple[CodeTriple, ...] = (("113704", "DCM", "Projection X-Ray"), ("P5-40010", "SRT", "Mammography"))


def made(chance: Random) -> Made:
    """A projection report."""
    return report(chance, "10001", _body)


def _body(content: Content) -> tuple[list[Elements], Told]:
    planes = [_plane(content, plane) for plane in content.chance.choice((PLANES[:1], PLANES[1:]))]
    events = [_event(content) for _ in range(content.chance.randint(0, 3))]
    procedure = content.chance.choice(PROCEDURES)
    told = {
        "procedure_reported": procedure,
        "plane_totals": [told for _, told in planes],
        "projection_events": [told for _, told in events],
    }
    items = [content.code(("121058", "DCM", "Procedure Reported"), procedure)]
    return [*items, *(item for item, _ in (*planes, *events))], told


def _plane(content: Content, plane: CodeTriple) -> tuple[Elements, Told]:
    items, told = content.fields(TOTALS)
    items.append(content.code(("113764", "DCM", "Acquisition Plane"), plane))
    told["plane"] = plane
    for side, field in (("Left", "agd_left_mgy"), ("Right", "agd_right_mgy")):
        if content.chance.random() < 0.2:
            code: CodeTriple = (
                ("T-04030", "SRT", "Left breast") if side == "Left" else ("73056007", "SCT", "Right breast")
            )
            value = n.number(content.chance)
            laterality = content.code((content.chance.choice(("G-C171", "272741003")), "SRT", "Laterality"), code)
            concept: CodeTriple = ("111637", "DCM", "Accumulated Average Glandular Dose")
            items.append(content.numeric(concept, n.written(content.chance, value), "mGy", laterality))
            told[field] = value
    if content.chance.random() < 0.3:
        below, calibration = content.fields(CALIBRATION)
        items.append(content.container("122505", "Calibration", *below))
        told["calibrations"] = [calibration]
    return content.container("113702", "Accumulated X-Ray Dose Data", *items), told


def _event(content: Content) -> tuple[Elements, Told]:
    items, told = content.fields((*TEXTS, *NUMBERS), 0.4)
    content.chance.shuffle(items)
    named, uids = content.field(uid("event_uid", "113769", "Irradiation Event UID"))
    breast, of_breast = content.fields(BREAST, 0.15)
    told |= {"event_uid": uids} | ({"breast": of_breast} if of_breast else {})
    for add in (_region, _orientation, _view, _filters, _images, _grids):
        more, of_more = add(content)
        items += more
        told |= of_more
    for more, of_more in (device(content), maker_items(content)):
        items += more
        told |= of_more
    return content.container("113706", "Irradiation Event X-Ray Data", *named, *items, *breast), told


def _region(content: Content) -> tuple[list[Elements], Told]:
    """The region, with a side below it or without."""
    if content.chance.random() < 0.5:
        return [], {}
    region, sided = content.chance.choice(REGIONS), content.chance.choice((*SIDES, None))
    below = [content.code(("G-C171", "SRT", "Laterality"), sided)] if sided else []
    item = content.code(("123014", "DCM", "Target Region"), region, *below)
    return [item], {"target_region": region} | ({"laterality": SIDES[sided]} if sided else {})


def _orientation(content: Content) -> tuple[list[Elements], Told]:
    """How the patient lay, the modifiers below it or beside it."""
    if content.chance.random() < 0.6:
        return [], {}
    lay = content.chance.choice(ORIENTATIONS)
    supine = content.code(("113744", "DCM", "Patient Orientation Modifier"), SUPINE)
    first = content.code(("113745", "DCM", "Patient Table Relationship"), HEADFIRST)
    nested = content.chance.random() < 0.5
    item = content.code(("113743", "DCM", "Patient Orientation"), lay, *((supine,) if nested else ()))
    told = {"patient_orientation": lay, "patient_orientation_modifier": SUPINE, "patient_table_relationship": HEADFIRST}
    return [item, first] if nested else [item, supine, first], told


def _view(content: Content) -> tuple[list[Elements], Told]:
    if content.chance.random() < 0.7:
        return [], {}
    view, modifier = content.chance.choice(VIEWS), content.chance.choice((*MODIFIERS, None))
    below = [content.code(("111032", "DCM", "View Modifier"), modifier)] if modifier else []
    told = {"image_view": view} | ({"view_modifiers": [modifier]} if modifier else {})
    return [content.code(("111031", "DCM", "Image View"), view, *below)], told


def _filters(content: Content) -> tuple[list[Elements], Told]:
    found = [content.fields(FILTER, 0.8) for _ in range(content.chance.choice((0, 0, 1, 2)))]
    items = [content.container("113771", "X-Ray Filters", *below) for below, _ in found]
    return items, {"filters": [told for _, told in found]} if found else {}


def _images(content: Content) -> tuple[list[Elements], Told]:
    """Images, one of them perhaps without its UID."""
    uids = [content.new_uid() for _ in range(content.chance.choice((0, 0, 1, 3)))]
    nameless = [""] if content.chance.random() < 0.1 else []
    items = []
    for one in (*nameless, *uids):
        reference = [of("ReferencedSOPClassUID", "1.2.840.10008.5.1.4.1.1.12.1")]
        reference += [of("ReferencedSOPInstanceUID", one)] if one else []
        items.append(
            content.item("IMAGE", ("113795", "DCM", "Acquired Image"), of("ReferencedSOPSequence", [reference]))
        )
    return items, {"image_uids": uids} if uids else {}


def _grids(content: Content) -> tuple[list[Elements], Told]:
    if content.chance.random() < 0.8:
        return [], {}
    return [content.code(("111635", "DCM", "X-Ray Grid"), grid) for grid in GRIDS], {"grids": list(GRIDS)}
