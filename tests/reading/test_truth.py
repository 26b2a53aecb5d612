"""What real objects hold beyond the read contract, field by field, where the shared corpus is there."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject
from doseloop.model.projection import Filter, PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, MakerItem, Reading
from doseloop.model.tracer import Administration
from tests.reading.test_corpus import differences, readings, told

Get = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """A reading as the truth has it: numbers and texts as they are, codes by their meaning."""
    found = value.value if isinstance(value, Reading) else value
    return (found.meaning or found.value) if isinstance(found, Code) else found


def of(*path: str) -> Get:
    """The plain value at the end of a path of attributes, None where the path ends earlier."""

    def get(record: Any) -> Any:
        for name in path:
            record = getattr(record, name, None)
        return plain(record)

    return get


def scaled(name: str, factor: float) -> Get:
    return lambda event: None if of(name)(event) is None else of(name)(event) * factor


def wrong_of(fields: dict[str, Get], pairs: Iterable[tuple[str, dict[str, Any], Any]]) -> list[str]:
    """What differs; only what the object holds at all is compared."""
    return [
        line
        for name, want, record in pairs
        for field, get in fields.items()
        if want.get(field) is not None
        for line in differences(want[field], get(record), f"{name}.{field}")
    ]


def events(kind: type[Any]) -> list[tuple[str, dict[str, Any], Any]]:
    found = []
    for name, result in readings():
        dose = result.dose
        ours = (*dose.ct_events, *dose.projection_events, *dose.administrations)
        wanted = told("truth")[name]["events"]
        assert len(ours) == len(wanted), name
        found += [
            (f"{name}[{n}]", want, one)
            for n, (want, one) in enumerate(zip(wanted, ours, strict=True))
            if isinstance(one, kind)
        ]
    return found


def code_of(name: str) -> Get:
    return lambda event: getattr(getattr(event, name), "value", None) and getattr(event, name).value.value


PULSES = {"kvp", "tube_current_ma", "pulse_width_ms", "exposure_uas"}
"""Of several pulses the truth lists each; the contract holds their mean or sum."""

PROJECTION: dict[str, Get] = {
    "anatomical_structure": of("anatomical_structure"),
    "avg_tube_current_ma": of("average_tube_current_ma"),
    "body_part": of("image", "body_part"),
    "comment": of("comment"),
    "compression_thickness_mm": of("compression_thickness_mm"),
    "dap_gym2": scaled("dap_gy_cm2", 1e-4),
    "detector_id": of("detector_identification"),
    "device_manufacturer": of("device", "manufacturer"),
    "device_model": of("device", "model"),
    "device_name": of("device", "name"),
    "device_serial": of("device", "serial_number"),
    "exposure_control": of("exposure_control"),
    "field_height_mm": of("field_height_mm"),
    "field_width_mm": of("field_width_mm"),
    "field_of_view_mm": lambda event: list(event.field_of_view_mm),
    "filter_type": lambda event: plain(event.filters[0].filter_type) if event.filters else None,
    "fluoro_mode": of("fluoro_mode"),
    "grid_focal_distance_mm": of("grid_focal_distance_mm"),
    "grids": lambda event: [plain(grid) for grid in event.grids],
    "half_value_layer_mm": of("half_value_layer_mm"),
    "image_type": lambda event: list(event.image.image_type),
    "image_view": of("image_view"),
    "ka_r_gy": scaled("ka_r_mgy", 1e-3),
    "label": of("label"),
    "magnification": of("magnification"),
    "mechanical_configuration": of("mechanical_configuration"),
    "patient_equivalent_thickness_mm": of("patient_thickness_mm"),
    "patient_orientation": of("patient_orientation"),
    "patient_orientation_modifier": of("patient_orientation_modifier"),
    "patient_table_relationship": of("patient_table_relationship"),
    "presentation_intent": of("image", "presentation_intent"),
    "quality_control_image": lambda event: {True: "YES", False: "NO"}.get(event.image.quality_control),
    "reference_point": of("reference_point"),
    "reference_point_code": code_of("reference_point"),
    "relative_xray_exposure": of("relative_exposure"),
    "sdd_mm": of("source_detector_mm"),
    "sdd_raw": of("source_detector_mm"),
    "sensitivity": of("sensitivity"),
    "series_description": of("image", "series_description"),
    "siemens_comment_ii_diameter_mm": of("intensifier_diameter_mm"),
    "source_to_entrance_mm": of("source_entrance_mm"),
    "source_to_isocentre_mm": of("source_isocentre_mm"),
    "source_to_ref_point_mm": of("source_reference_point_mm"),
    "table_cradle_tilt_deg": of("table_cradle_tilt_deg"),
    "table_head_tilt_deg": of("table_head_tilt_deg"),
    "table_horizontal_rotation_deg": of("table_horizontal_rotation_deg"),
    "table_lateral_mm": of("table_lateral_mm"),
    "table_longitudinal_mm": of("table_longitudinal_mm"),
    "type_code": code_of("irradiation_type"),
    "view": of("view_position"),
    "view_code": of("image_view"),
}
NOTHING_IS_ZERO = {"sdd_mm", "source_to_isocentre_mm", "source_to_ref_point_mm", "field_height_mm", "field_width_mm"}
"""A recorded 0 of these means not recorded."""
CT: dict[str, Get] = {
    "acquisition_type_raw": lambda event: event.acquisition_type.recorded,
    "comment": of("comment"),
    "device_model": of("device", "model"),
    "device_serial": of("device", "serial_number"),
    "exposed_range_mm": of("exposed_range_mm"),
    "modulation_type": of("modulation"),
    "n_sources": of("source_count"),
    "phantom": of("phantom"),
    "procedure_context": of("procedure_context"),
    "reconstructable_length_mm": of("reconstructable_length_mm"),
    "ssde_mgy": of("ssde_mgy"),
    "target_region_code": lambda event: {
        "code": event.target_region.value.value,
        "scheme": event.target_region.value.scheme,
        "meaning": event.target_region.value.meaning,
    },
}
TRACER: dict[str, Get] = {
    "administered_by": of("administered_by"),
    "activity_raw": lambda event: float(event.activity_mbq.recorded),
    "admin_event_uid": of("event_uid"),
    "corrections": lambda event: list(event.nuclear_image.corrections),
    "decay_correction": of("nuclear_image", "decay_correction"),
    "number_of_slices": of("nuclear_image", "slices"),
    "positron_fraction": lambda event: event.positron_fraction.recorded,
    "radionuclide_code": lambda event: [
        event.radionuclide.value.value, event.radionuclide.value.scheme, event.radionuclide.value.meaning
    ],
    "radiopharmaceutical": of("product"),
    "radiopharmaceutical_string": of("product_name"),
    "reconstruction": of("nuclear_image", "reconstruction"),
    "route_site": of("site"),
    "series_datetime": of("image", "series_started_at"),
    "series_number": of("image", "series_number"),
    "series_type": lambda event: list(event.nuclear_image.series_type),
    "series_uid": of("image", "series_uid"),
    "stop": of("stopped_at"),
    "units": of("nuclear_image", "units"),
}  # fmt: skip
DOSE_CHECK = {
    "dlp_alert_configured": of("dlp_alert_configured"),
    "ctdivol_alert_configured": of("ctdi_vol_alert_configured"),
    "dlp_alert_mgycm": of("dlp_alert_mgy_cm"),
    "ctdivol_alert_mgy": of("ctdi_vol_alert_mgy"),
    "accumulated_dlp_forward_mgycm": of("accumulated_dlp_forward_estimate_mgy_cm"),
    "accumulated_ctdivol_forward_mgy": of("accumulated_ctdi_vol_forward_estimate_mgy"),
    "alert_person": of("alert_person"),
    "dlp_notification_configured": of("dlp_notification_configured"),
    "ctdivol_notification_configured": of("ctdi_vol_notification_configured"),
    "ctdivol_notification_mgy": of("ctdi_vol_notification_mgy"),
}


def recorded(pairs: list[tuple[str, dict[str, Any], Any]]) -> list[tuple[str, dict[str, Any], Any]]:
    """Without zeros that mean not recorded, and without distances that the truth has repaired."""

    def is_told(want: dict[str, Any], key: str) -> bool:
        repaired = key == "sdd_mm" and want.get("sdd_raw", want[key]) != want[key]
        return not repaired and not (key in NOTHING_IS_ZERO and want[key] == 0)

    return [(name, {key: want[key] for key in want if is_told(want, key)}, event) for name, want, event in pairs]


def test_projection_events_are_as_the_object_says() -> None:
    assert wrong_of(PROJECTION, recorded(events(ProjectionEvent))) == []


def test_ct_events_are_as_the_object_says() -> None:
    assert wrong_of(CT, events(CtEvent)) == []


def test_administrations_are_as_the_object_says() -> None:
    assert wrong_of(TRACER, events(Administration)) == []


def test_dose_check_is_as_the_object_says() -> None:
    checks = [(name, want.get("dose_check") or {}, event.dose_check) for name, want, event in events(CtEvent)]
    assert wrong_of(DOSE_CHECK, checks) == []


def test_organ_doses_are_as_the_object_says() -> None:
    wrong = []
    for name, want, event in events(Administration):
        ours = [
            {"organ": plain(one.organ), "dose_mgy": plain(one.dose_mgy), "both": one.laterality == "B"}
            for one in event.organ_doses
        ]
        wanted = [
            {"organ": one["organ"], "dose_mgy": one["dose_mgy"], "both": one.get("laterality") == "Right and left"}
            for one in want.get("organ_doses_mgy", [])
        ]
        wrong += differences(wanted, ours, name)
    assert wrong == []


def test_filters_are_as_the_object_says() -> None:
    def told_of(one: Filter) -> list[Any]:
        return [plain(one.material), plain(one.thickness_min_mm), plain(one.thickness_max_mm)]

    wrong = []
    for name, want, event in events(ProjectionEvent):
        if "filters" in want:
            wanted = [[f["material"], f["min_mm"], f["max_mm"]] for f in want["filters"]]
            wrong += differences(wanted, [told_of(one) for one in event.filters], f"{name}.filters")
            kinds = [f.get("type") for f in want["filters"]]
            wrong += [] if not all(kinds) else differences(kinds, [plain(f.filter_type) for f in event.filters], name)
        if "filter_material" in want:
            wrong += differences(want["filter_material"], plain(event.filters[0].material), f"{name}.filter_material")
        for key, attribute in (
            ("filter_min_raw", "FilterThicknessMinimum"),
            ("filter_max_raw", "FilterThicknessMaximum"),
        ):
            if key in want:  # which of both is called the minimum differs; each is kept as it was written
                texts = {r.recorded for f in event.filters for r in (f.thickness_min_mm, f.thickness_max_mm) if r}
                wrong += [] if want[key] in texts else [f"{name}: {attribute} {want[key]} is not in {texts}"]
    assert wrong == []


def test_each_pulse_stands_in_the_text_as_recorded() -> None:
    names = {"kvp": "kvp", "tube_current_ma": "tube_current_ma", "pulse_width_ms": "pulse_width_ms"}
    wrong = []
    for name, want, event in events(ProjectionEvent):
        for field, ours in names.items():
            if isinstance(want.get(field), list):
                reading = getattr(event, ours)
                numbers = [float(number) for number in reading.recorded.split(" ")[0].split("\\")]
                wrong += differences(want[field], numbers, f"{name}.{field}")
    assert wrong == []


def test_table_heights_are_read_from_the_template_or_the_makers_item() -> None:
    wrong = []
    for name, want, event in events(ProjectionEvent):
        height = want.get("table_height_mm")
        if height is None:
            height = want.get("private", {}).get("Table Height Position")
        wrong += differences(height, plain(event.table_height_mm), f"{name}.table_height_mm")
    assert wrong == []


def test_fields_of_shutters_are_read_as_fields() -> None:
    wrong = []
    for name, want, event in events(ProjectionEvent):
        if "derived_field_left_right_mm" in want and not (want.get("field_width_mm") or want.get("field_height_mm")):
            ours = [plain(event.field_width_mm) or 0.0, plain(event.field_height_mm) or 0.0]
            wanted = [want["derived_field_left_right_mm"], want["derived_field_top_bottom_mm"]]
            wrong += differences(wanted, ours, f"{name}.field")
    assert wrong == []


def named(items: tuple[MakerItem, ...]) -> dict[str, str]:
    return {item.name: item.value for item in items}


def same_private(want: dict[str, Any], items: tuple[MakerItem, ...], name: str) -> list[str]:
    held = named(items)
    texts = {key: value for key, value in want.items() if isinstance(value, str) and value}
    numbers = {key: value for key, value in want.items() if isinstance(value, float)}
    return differences(texts, held, name) + differences(
        numbers, {key: float(held.get(key, "nan")) for key in numbers}, name
    )


def test_private_items_are_kept_as_written() -> None:
    wrong = []
    for name, want, event in events(ProjectionEvent):
        wrong += same_private(want.get("private", {}), event.maker_items, name)
    for name, result in readings():
        planes = told("truth")[name]["dose"].get("planes", {})
        for want, plane in zip(planes.values(), result.dose.plane_totals, strict=False):
            wrong += same_private(want.get("private", {}), plane.maker_items, name)
    assert wrong == []


def test_accumulated_doses_times_and_calibrations_are_as_the_object_says() -> None:
    fields: dict[str, Get] = {
        "acq_time_s": of("acquisition_time_s"),
        "radiographic_frames": of("radiographic_frames"),
        "reference_point": of("reference_point"),
        "acq_dap_gym2": scaled("acquisition_dap_gy_cm2", 1e-4),
        "fluoro_dap_gym2": scaled("fluoro_dap_gy_cm2", 1e-4),
        "dap_gym2": scaled("dap_gy_cm2", 1e-4),
        "ka_r_gy": scaled("ka_r_mgy", 1e-3),
        "fluoro_time_s": of("fluoro_time_s"),
        "calibration_containers": lambda plane: len(plane.calibrations),
        "calibration": calibration,
        "accumulated_agd_mgy": lambda plane: {
            "Left breast": plain(plane.agd_left_mgy), "Right breast": plain(plane.agd_right_mgy)
        },
    }  # fmt: skip
    pairs = []
    for name, result in readings():
        planes = told("truth")[name]["dose"].get("planes", {})
        pairs += [(name, want, ours) for want, ours in zip(planes.values(), result.dose.plane_totals, strict=False)]
    assert wrong_of(fields, pairs) == []


def calibration(plane: PlaneTotals) -> dict[str, Any]:
    (one,) = plane.calibrations
    return {"factor": plain(one.factor), "date": one.at, "uncertainty_pct": plain(one.uncertainty_percent)}


def test_what_the_object_says_of_its_dose_is_held() -> None:
    fields: dict[str, Get] = {
        "acquisition_device_type": of("device_type"),
        "associated_procedure": of("procedure_reported"),
        "comments_on_radiation_dose": of("comment_on_dose"),
        "end": of("ended_at"),
        "end_of_irradiation": of("ended_at"),
        "events_by_plane": counted("projection_events", "plane"),
        "intent": of("intent"),
        "ka_r_qualifier": lambda dose: next(one.reason.meaning for one in dose.unmeasured),
        "n_exposures": lambda dose: plain(dose.plane_totals[0].exposures),
        "patient_characteristics": patient_characteristics,
        "procedure_reported": of("procedure_reported"),
        "source_of_dose_information": of("dose_source"),
        "start": of("started_at"),
        "stated_events": of("ct_totals", "events"),
        "total_dlp_phantom": of("ct_totals", "phantom"),
    }
    pairs = [(name, dict(told("truth")[name]["dose"]), result.dose) for name, result in readings()]
    for _, want, _ in pairs:
        want["start"] = want.get("start") or (want.get("start_of_irradiation") or "").split("+")[0] or None
        want["end_of_irradiation"] = (want.get("end_of_irradiation") or "").split("+")[0] or None
    assert wrong_of(fields, pairs) == []


def counted(of_events: str, name: str) -> Get:
    def get(dose: DoseObject) -> dict[str, int]:
        meanings = [plain(getattr(event, name)) for event in getattr(dose, of_events)]
        return {meaning: meanings.count(meaning) for meaning in meanings}

    return get


def patient_characteristics(dose: DoseObject) -> dict[str, Any]:
    state = dose.patient_state
    assert state is not None
    return {
        "age_y": plain(state.age_years),
        "sex": state.sex,
        "height_m": plain(state.height_m),
        "weight_kg": plain(state.weight_kg),
    }


def test_types_of_events_are_counted_right() -> None:
    wrong = []
    for name, result in readings():
        want = told("truth")[name]["dose"].get("events_by_type")
        if want:
            by_kind = counted("ct_events", "acquisition_type")(result.dose) or counted(
                "projection_events", "irradiation_type"
            )(result.dose)
            wrong += differences(want, by_kind, name)
    assert wrong == []


def test_names_come_out_in_their_scripts() -> None:
    for name, result in readings():
        truth, people, asked = told("truth")[name], result.dose.people, result.requesters
        assert result.identity.name == (truth["patient"]["name"] or None), name
        assert result.identity.number == (truth["patient"]["id"] or None), name
        for field, ours in (
            ("performing_physician", people.physicians),
            ("referring_physician", asked.referring),
            ("requesting_physician", asked.requesting),
            ("reading_physician", asked.reading),
        ):
            written = truth["people"][field]
            assert not written or written in ours, f"{name} {field}"
        operators = truth["people"]["operators"]
        if operators:
            wanted = operators if isinstance(operators, list) else [operators]
            assert list(people.operators)[: len(wanted)] == wanted, name


def test_study_series_and_equipment_are_as_the_object_says() -> None:
    wrong = []
    for name, result in readings():
        dose, truth = result.dose, told("truth")[name]
        study, equipment = truth["study"], truth["equipment"]
        software = equipment["software"]
        wrong += differences(
            {
                "study_description": study["study_description"],
                "series_description": study["series_description"],
                "study_id": study["study_id"],
                "accession": study["accession"],
                "performed": study["performed_procedure_step"],
                "protocol": study["protocol_name"],
                "institution": equipment["institution"],
                "department": equipment["department"],
                "serial": equipment["serial"] or (equipment.get("device_observer") or {}).get("serial"),
                "software": ", ".join(software) if isinstance(software, list) else software,
                "template": truth["template_id"],
                "completion": truth["completion_flag"],
                "verified": {"VERIFIED": True, "UNVERIFIED": False}.get(truth["verification_flag"]),
                "identity_removed": {"YES": True, "NO": False}.get(truth["patient"]["identity_removed"]),
                "series": truth["uids"]["series"],
                "instance": truth["uids"]["instance"],
                "class": truth["sop_class_uid"],
            },
            {
                "study_description": dose.study.description,
                "series_description": dose.series_description,
                "study_id": dose.study.study_id,
                "accession": dose.study.accession_number,
                "performed": dose.study.performed_procedure,
                "protocol": dose.study.protocol_name,
                "institution": dose.equipment.institution,
                "department": dose.equipment.department,
                "serial": dose.equipment.serial_number,
                "software": dose.equipment.software_versions,
                "template": dose.template,
                "completion": dose.completion,
                "verified": dose.verified,
                "identity_removed": dose.identity_removed,
                "series": dose.series_uid,
                "instance": dose.sop_instance_uid,
                "class": dose.sop_class_uid,
            },
            name,
        )
        # What the header leaves out the request may tell.
        codes = [[one.value, one.scheme, one.meaning] for one in dose.study.procedure_codes]
        wrong += [] if not study["procedure_code"] else differences(study["procedure_code"], codes[0], name)
        if study["requested_procedure"]:
            wrong += differences(study["requested_procedure"], dose.study.requested_procedure, name)
    assert wrong == []


@pytest.mark.parametrize("kind", [CtEvent, ProjectionEvent, Administration])
def test_every_reading_has_a_place_and_what_was_written(kind: type[Any]) -> None:
    for name, _, event in events(kind):
        for field in kind.__dataclass_fields__:
            reading = getattr(event, field)
            if isinstance(reading, Reading):
                assert reading.place, f"{name}.{field}"
                assert reading.recorded, f"{name}.{field}"
