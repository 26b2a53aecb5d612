"""Projection X-Ray Radiation Dose (TID 10001, PS3.16): accumulated dose of a plane (TID 10002, 10004 to 10007) and
irradiation events (TID 10003). Radiography, fluoroscopy, angiography and mammography use the same template."""

from doseloop.model.projection import BreastExposure, Calibration, Filter, PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading, Remark
from doseloop.reading.concept_names import Items, number_in, side_of
from doseloop.reading.devices import device, maker_items
from doseloop.reading.moments import moment_iso
from doseloop.reading.sr import ContentItem
from doseloop.reading.units import (
    CM2,
    COUNT,
    DEGREES,
    GY_CM2,
    KPA,
    KV,
    MA,
    MAS,
    MGY,
    MILLISECONDS,
    MM,
    MM2,
    NEWTON,
    PER_SECOND,
    PERCENT,
    RATIO,
    SECONDS,
)

EVENT = "113706"
ACCUMULATED = "113702"
_FLUOROSCOPY = frozenset(("P5-06000", "44491008"))
_MAMMOGRAPHY = frozenset(("P5-40010", "71651007"))


def projection_events(root: Items, missing: list[Remark]) -> tuple[ProjectionEvent, ...]:
    """The irradiation events in the order of the object."""
    return tuple(_event(container, missing) for container in root.all(EVENT))


def plane_totals(root: Items, missing: list[Remark]) -> tuple[PlaneTotals, ...]:
    """What the object states for each plane."""
    return tuple(_plane(container, missing) for container in root.all(ACCUMULATED))


def is_fluoroscopy(event: ProjectionEvent) -> bool:
    """Whether an event is fluoroscopy (CID 10002), by its code or else by its meaning."""
    code = event.irradiation_type.value if event.irradiation_type else None
    return code is not None and (code.value in _FLUOROSCOPY or "fluoroscopy" in code.meaning.casefold())


def is_mammography(procedure: Code | None) -> bool:
    """Whether Procedure Reported (121058) is mammography, by its code or else by its meaning."""
    return procedure is not None and (procedure.value in _MAMMOGRAPHY or "mammography" in procedure.meaning.casefold())


def _event(container: ContentItem, missing: list[Remark]) -> ProjectionEvent:
    items = Items(container, missing)
    number, coded, text = items.number, items.coded, items.text
    return ProjectionEvent(
        event_uid=text("113769"),
        started_at=items.moment("111526"),
        irradiation_type=coded("113721"),
        plane=coded("113764"),
        protocol=text("125203"),
        target_region=coded("123014"),
        laterality=_laterality(items),
        comment=text("121106"),
        dap_gy_cm2=number("122130", GY_CM2),
        ka_r_mgy=number("113738", MGY),
        entrance_exposure_mgy=number("111636", MGY),
        agd_mgy=number("111631", MGY),
        kvp=number("113733", KV, nothing_is_zero=True),
        tube_current_ma=number("113734", MA),
        exposure_time_ms=number("113824", MILLISECONDS),
        exposure_mas=number("113736", MAS, total=True),
        pulses=number("113768", COUNT),
        pulse_rate_per_s=number("113791", PER_SECOND),
        pulse_width_ms=number("113793", MILLISECONDS),
        irradiation_duration_s=number("113742", SECONDS),
        primary_angle_deg=number("112011", DEGREES),
        secondary_angle_deg=number("112012", DEGREES),
        primary_end_angle_deg=number("113739", DEGREES),
        secondary_end_angle_deg=number("113740", DEGREES),
        column_angulation_deg=number("113770", DEGREES),
        source_detector_mm=number("113750", MM, nothing_is_zero=True),
        source_isocentre_mm=number("113748", MM, nothing_is_zero=True),
        source_reference_point_mm=number("113737", MM, nothing_is_zero=True),
        focal_spot_mm=number("113766", MM, nothing_is_zero=True),
        field_area_cm2=number("113790", CM2, nothing_is_zero=True),
        filters=tuple(_filter(one, missing) for one in items.all("113771")),
        half_value_layer_mm=number("111634", MM),
        compression_thickness_mm=number("111633", MM),
        compression_force_n=number("111647", NEWTON),
        anode=coded("111632"),
        exposure_index=number("113845", COUNT),
        target_exposure_index=number("113846", COUNT),
        deviation_index=number("113847", COUNT),
        label=text("113605"),
        fluoro_mode=coded("113732"),
        average_tube_current_ma=number("113767", MA),
        image_view=coded("111031"),
        reference_point=coded("113780"),
        patient_orientation=coded("113743"),
        patient_orientation_modifier=_below(items, "113743", "113744", missing),
        patient_table_relationship=_below(items, "113743", "113745", missing),
        table_longitudinal_mm=number("113751", MM),
        table_lateral_mm=number("113752", MM),
        table_height_mm=number("113753", MM),
        table_longitudinal_end_mm=number("113759", MM),
        table_lateral_end_mm=number("113760", MM),
        table_height_end_mm=number("113761", MM),
        table_head_tilt_deg=number("113754", DEGREES),
        table_horizontal_rotation_deg=number("113755", DEGREES),
        table_cradle_tilt_deg=number("113756", DEGREES),
        field_height_mm=number("113788", MM, nothing_is_zero=True),
        field_width_mm=number("113789", MM, nothing_is_zero=True),
        patient_thickness_mm=number("111638", MM),
        grids=items.every_code("111635"),
        image_uids=tuple(uid for image in items.all("113795") for uid in image.references),
        anatomical_structure=coded("T-D0005"),
        view_modifiers=_view_modifiers(items),
        projection_name=coded("113946") or _below(items, "111031", "113946", missing),
        breast=_breast_exposure(items),
        source_table_mm=number("113792", MM, nothing_is_zero=True),
        mechanical_configuration=coded("113956"),
        device=device(items),
        maker_items=maker_items(container),
    )


def _plane(container: ContentItem, missing: list[Remark]) -> PlaneTotals:
    items = Items(container, missing)
    number = items.number
    return PlaneTotals(
        plane=items.coded("113764"),
        dap_gy_cm2=number("113722", GY_CM2),
        ka_r_mgy=number("113725", MGY),
        fluoro_time_s=number("113730", SECONDS),
        fluoro_dap_gy_cm2=number("113726", GY_CM2),
        fluoro_ka_r_mgy=number("113728", MGY),
        acquisition_dap_gy_cm2=number("113727", GY_CM2),
        acquisition_ka_r_mgy=number("113729", MGY),
        agd_left_mgy=_breast(items, "L", missing),
        agd_right_mgy=_breast(items, "R", missing),
        acquisition_time_s=number("113855", SECONDS),
        radiographic_frames=number("113731", COUNT),
        reference_point=items.coded("113780"),
        source_reference_point_mm=number("113737", MM, nothing_is_zero=True),
        calibrations=tuple(map(_calibration, items.below("122505"))),
        maker_items=maker_items(container),
    )


def _calibration(items: Items) -> Calibration:
    device = items.plain_code("113794")
    return Calibration(
        factor=items.number("122322", RATIO),
        at=moment_iso(items.plain_text("113723")),
        uncertainty_percent=items.number("113763", PERCENT),
        device=device.meaning or device.value if device else None,
        protocol=items.plain_text("113720"),
        responsible=items.plain_text("113724"),
    )


def _view_modifiers(items: Items) -> tuple[Reading[Code], ...]:
    views = (Items(view, []) for view in items.all("111031") if view.children)
    return tuple(code for view in views for code in view.every_code("111032"))


def _breast_exposure(items: Items) -> BreastExposure | None:
    if not items.all("111172", "111648", "111649", "111046"):
        return None
    return BreastExposure(
        paddle=items.text("111172"),
        compression_pressure_kpa=items.number("111648", KPA),
        contact_area_mm2=items.number("111649", MM2),
        glandularity_percent=items.number("111046", PERCENT),
    )


def _filter(container: ContentItem, missing: list[Remark]) -> Filter:
    items = Items(container, missing)
    return Filter(
        material=items.coded("113757"),
        thickness_min_mm=items.number("113758", MM),
        thickness_max_mm=items.number("113773", MM),
        filter_type=items.coded("113772"),
    )


def _breast(items: Items, side: str, missing: list[Remark]) -> Reading[float] | None:
    """Accumulated Average Glandular Dose (111637) of one breast: each is an item with its Laterality."""
    sided = [item for item in items.all("111637") if side_of(Items(item, missing).plain_code("G-C171")) == side]
    return number_in(sided, MGY, missing, total=False, nothing_is_zero=False)


def _laterality(items: Items) -> str | None:
    """The side of the target region or the anatomical structure, whichever says it; both names may carry it."""
    for concept in ("123014", "T-D0005", "111031"):
        for item in items.all(concept):
            side = side_of(Items(item, []).plain_code("G-C171"))
            if side:
                return side
    sides = (side_of(items.plain_code(concept)) for concept in ("G-C171", "T-D0005", "123014"))
    return next((side for side in sides if side), None)


def _below(items: Items, parent: str, concept: str, missing: list[Remark]) -> Reading[Code] | None:
    """A modifier of an item, or the same concept written beside it."""
    nested = (Items(item, missing).coded(concept) for item in items.all(parent))
    return next((found for found in nested if found), None) or items.coded(concept)
