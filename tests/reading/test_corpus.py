"""Real reports of many makers, where the shared corpus is there: the read contract, and what goes beyond it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from doseloop.model.dose_object import ReadResult
from doseloop.model.errors import NotDose
from doseloop.model.reading import Reading
from doseloop.reading.object import read_object
from doseloop.report.read_contract import contract
from tests.shared import shared

NOT_YET = ("Im-", "CT-SC-", "RRDSR", "RF-ESR-")
"""Images, secondary captures, radiopharmaceutical reports and private summaries: another issue."""


@cache
def told(name: str) -> Any:
    return json.loads(shared(f"corpus/{name}.json").read_text(encoding="utf-8"))["files"]


def reports() -> list[Path]:
    return sorted(
        path for path in shared("corpus/open").glob("*.dcm") if not any(mark in path.name for mark in NOT_YET)
    )


def readings() -> list[tuple[str, ReadResult]]:
    return [(path.name, read_object(path.read_bytes())) for path in reports()]


def differences(want: Any, got: Any, at: str) -> list[str]:
    if isinstance(want, dict):
        below = got if isinstance(got, dict) else {}
        return [line for key, value in want.items() for line in differences(value, below.get(key), f"{at}.{key}")]
    if isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            return [f"{at}: {len(want)} wanted, got {got!r:.80}"]
        return [line for index, value in enumerate(want) for line in differences(value, got[index], f"{at}[{index}]")]
    if isinstance(want, float | int) and isinstance(got, float | int):
        return [] if got == pytest.approx(want, rel=1e-6) else [f"{at}: {want!r} wanted, got {got!r}"]
    same = (
        want.casefold().strip() == got.casefold().strip()
        if isinstance(want, str) and isinstance(got, str)
        else want == got
    )
    return [] if same else [f"{at}: {want!r} wanted, got {got!r}"]


def value(reading: Any) -> Any:
    found = reading.value if isinstance(reading, Reading) else reading
    return getattr(found, "meaning", found)


def test_the_read_contract_holds_for_every_report() -> None:
    expected = told("expected")
    wrong = [line for name, result in readings() for line in differences(expected[name], contract(name, result), name)]
    assert wrong == []


def test_nothing_is_missing_from_any_report() -> None:
    assert {name: result.dose.missing for name, result in readings() if result.dose.missing} == {}


def test_what_is_no_report_of_dose_is_refused_with_a_reason() -> None:
    for path in shared("corpus/open").glob("*.dcm"):
        if any(mark in path.name for mark in NOT_YET):
            with pytest.raises(NotDose, match=r"."):
                read_object(path.read_bytes())


def test_names_come_out_in_their_scripts() -> None:
    truth = told("truth")
    for name, result in readings():
        assert result.identity.name == (truth[name]["patient"]["name"] or None), name
        physician = truth[name]["people"]["performing_physician"]
        assert not physician or physician in result.dose.people.physicians, name


def test_geometry_filters_and_table_are_as_the_object_says() -> None:
    fields = {
        "sdd_mm": "source_detector_mm",
        "source_to_isocentre_mm": "source_isocentre_mm",
        "table_longitudinal_mm": "table_longitudinal_mm",
        "table_lateral_mm": "table_lateral_mm",
        "table_head_tilt_deg": "table_head_tilt_deg",
        "table_horizontal_rotation_deg": "table_horizontal_rotation_deg",
        "table_cradle_tilt_deg": "table_cradle_tilt_deg",
        "fluoro_mode": "fluoro_mode",
        "patient_orientation": "patient_orientation",
        "patient_orientation_modifier": "patient_orientation_modifier",
        "patient_table_relationship": "patient_table_relationship",
        "image_view": "image_view",
        "reference_point": "reference_point",
        "label": "label",
        "avg_tube_current_ma": "average_tube_current_ma",
        "patient_equivalent_thickness_mm": "patient_thickness_mm",
    }
    wrong = []
    for name, result in readings():
        for index, (want, event) in enumerate(
            zip(told("truth")[name]["events"], result.dose.projection_events, strict=False)
        ):
            for field, ours in fields.items():
                if want.get(field) is not None and not (want[field] == 0 and ours.startswith("source_")):
                    wrong += differences(want[field], value(getattr(event, ours)), f"{name}[{index}].{field}")
            assert len(event.image_uids) <= want.get("n_acquired_images", 0), name
            wrong += differences(
                [[f["type"], f["material"], f["min_mm"], f["max_mm"]] for f in want.get("filters", [])],
                [
                    [value(f.filter_type), value(f.material), value(f.thickness_min_mm), value(f.thickness_max_mm)]
                    for f in event.filters
                ],
                f"{name}[{index}].filters",
            )
    assert wrong == []


def test_dose_check_is_as_the_object_says() -> None:
    fields = {
        "dlp_alert_configured": "dlp_alert_configured",
        "ctdivol_alert_configured": "ctdi_vol_alert_configured",
        "dlp_alert_mgycm": "dlp_alert_mgy_cm",
        "ctdivol_alert_mgy": "ctdi_vol_alert_mgy",
        "accumulated_dlp_forward_mgycm": "accumulated_dlp_forward_estimate_mgy_cm",
        "accumulated_ctdivol_forward_mgy": "accumulated_ctdi_vol_forward_estimate_mgy",
        "alert_person": "alert_person",
        "dlp_notification_configured": "dlp_notification_configured",
        "ctdivol_notification_configured": "ctdi_vol_notification_configured",
        "ctdivol_notification_mgy": "ctdi_vol_notification_mgy",
    }
    wrong = []
    for name, result in readings():
        for want, event in zip(told("truth")[name]["events"], result.dose.ct_events, strict=False):
            check = want.get("dose_check") or {}
            ours = {field: value(getattr(event.dose_check, fields[field], None)) for field in check if field in fields}
            wrong += differences({field: check[field] for field in ours}, ours, name)
    assert wrong == []


def test_accumulated_times_and_frames_are_as_the_object_says() -> None:
    wrong = []
    for name, result in readings():
        planes = told("truth")[name]["dose"].get("planes", {})
        for want, plane in zip(planes.values(), result.dose.plane_totals, strict=False):
            ours = {
                "acq_time_s": value(plane.acquisition_time_s),
                "radiographic_frames": value(plane.radiographic_frames),
                "reference_point": value(plane.reference_point),
            }
            wrong += differences({field: want[field] for field in ours}, ours, name)
    assert wrong == []


def test_what_surrounds_the_dose_is_as_the_object_says() -> None:
    wrong = []
    for name, result in readings():
        dose, truth = result.dose, told("truth")[name]
        want = {key: truth["dose"].get(key) for key in ("procedure_reported", "intent", "source_of_dose_information")}
        ours = {
            "procedure_reported": value(dose.procedure_reported),
            "intent": value(dose.intent),
            "source_of_dose_information": value(dose.dose_source),
        }
        wrong += differences({key: found for key, found in want.items() if found}, ours, name)
        wrong += differences((truth["dose"].get("start_of_irradiation") or "")[:26] or None, dose.started_at, name)
        wrong += differences(truth["study"]["study_description"], dose.study.description, name)
        wrong += differences(truth["equipment"]["institution"], dose.equipment.institution, name)
        operators = truth["people"]["operators"]
        wrong += differences(operators, list(dose.people.operators)[: len(operators)], name) if operators else []
    assert wrong == []
