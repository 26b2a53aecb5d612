"""What real reports get wrong, by kind: each is made here by code, and read as it was meant or said to be missing."""

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.dose_object import ReadResult
from doseloop.model.errors import Malformed, NotDose
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code
from doseloop.reading.object import read_object
from tests.reading import reports
from tests.reading.reports import (
    ENHANCED_SR,
    code_item,
    coded,
    container,
    ct_event,
    ct_report,
    encode,
    num,
    person,
    plane_total,
    projection_report,
    report,
    run,
    text,
)

STATIONARY = ("113611", "Stationary Acquisition")
MAMMOGRAPHY = ("P5-40010", "Mammography")
KVP, EXPOSURE, TIME = ("113733", "KVP"), ("113736", "Exposure"), ("113824", "Exposure Time")
FOCAL_SPOT = ("113766", "Focal Spot Size")


def read(data_set: Dataset) -> ReadResult:
    return read_object(encode(data_set))


def event_of(*more: Dataset) -> ProjectionEvent:
    """A run with these items."""
    (event,) = read(projection_report(run(1, *more))).dose.projection_events
    return event


def value(reading: object) -> object:
    return getattr(reading, "value", None)


def test_a_value_carries_its_place_and_what_was_written() -> None:
    (event,) = read(ct_report()).dose.ct_events
    dlp = event.dlp_mgy_cm
    assert dlp is not None
    assert (dlp.value, dlp.place, dlp.recorded) == (250.5, "1.4.6.3", "250.5 mGy.cm")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        *(("mGy.cm", 250.5), ("mGycm", 250.5), ("mGy*cm", 250.5), ("mGy·cm", 250.5), ("Gy.cm", 250500.0)),
        *(("Gy.m", 25050000.0), ("mgy.cm", 250.5), ("mGy cm", 250.5), ("uGy.m", 25.05), ("cGy.cm", 2505.0)),
    ],
)
def test_a_dose_length_product_is_read_in_any_spelling_of_its_unit(unit: str, expected: float) -> None:
    report = ct_report([container(("113819", "CT Acquisition"), num(("113838", "DLP"), "250.5", unit))])
    report.SpecificCharacterSet = "ISO_IR 192"
    assert value(read(report).dose.ct_events[0].dlp_mgy_cm) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        *(("Gy.m2", 2.5), ("Gym2", 2.5), ("Gy*m2", 2.5), ("Gy.m^2", 2.5), ("dGy.cm2", 2.5e-5), ("Gy.cm^2", 2.5e-4)),
        *(("mGy.cm2", 2.5e-7), ("uGy.m2", 2.5e-6), ("cGy.cm2", 2.5e-6), ("mGym2", 2.5e-3), ("uGycm2", 2.5e-10)),
    ],
)
def test_a_dose_area_product_is_read_in_any_spelling_of_its_unit(unit: str, expected: float) -> None:
    event = event_of()
    assert event.dap_gy_cm2 is not None
    report = projection_report(container(("113706", "E"), num(("122130", "Dose Area Product"), "0.00025", unit)))
    assert value(read(report).dose.projection_events[0].dap_gy_cm2) == pytest.approx(expected)


@pytest.mark.parametrize("unit", ["mSv", "bananas", "kg", "", None])
def test_an_unknown_unit_is_never_guessed_but_said(unit: str | None) -> None:
    dose = read(ct_report([container(("113819", "CT Acquisition"), num(("113838", "DLP"), "250.5", unit))])).dose
    assert dose.ct_events[0].dlp_mgy_cm is None
    assert any("DLP at 1.4.1" in sentence and "unit" in sentence for sentence in dose.missing)


def test_a_misspelt_coding_scheme_of_a_unit_does_not_matter() -> None:
    assert value(event_of(num(FOCAL_SPOT, "0.6", "mm", scheme="UCM")).focal_spot_mm) == 0.6


@pytest.mark.parametrize(
    ("written", "expected"), [("1.6e-005", 1.6e-5), ("120", 120.0), ("  7 ", 7.0), ("+5.", 5.0), (".5", 0.5)]
)
def test_numbers_are_read_however_they_are_written(written: str, expected: float) -> None:
    assert value(event_of(num(KVP, written, "kV")).kvp) == expected


def test_a_decimal_comma_is_one_number() -> None:
    data = encode(projection_report(run(1, num(KVP, "72.5", "kV"))))
    assert value(read_object(data.replace(b"72.5", b"72,5")).dose.projection_events[0].kvp) == 72.5


@pytest.mark.parametrize("garbage", [b"high", b"nan ", b"inf ", b"1_00", b"----"])
def test_what_is_no_number_is_missing_and_said(garbage: bytes) -> None:
    data = encode(projection_report(run(1, num(KVP, "1234", "kV")))).replace(b"1234", garbage)
    dose = read_object(data).dose
    assert dose.projection_events[0].kvp is None
    assert any("KVP" in sentence and "not a number" in sentence for sentence in dose.missing)


def test_an_empty_number_is_null_and_not_zero() -> None:
    event = event_of(num(("113768", "Number of Pulses"), None, None))
    assert event.pulses is None


def test_a_recorded_zero_stays_zero_where_zero_can_be() -> None:
    dose = read(projection_report(run(1, num(("113768", "Number of Pulses"), "0", "1")))).dose
    assert value(dose.projection_events[0].pulses) == 0
    assert value(dose.plane_totals[0].fluoro_time_s) == 0


@pytest.mark.parametrize(
    ("concept", "unit", "field"),
    [
        *((KVP, "kV", "kvp"), (FOCAL_SPOT, "mm", "focal_spot_mm")),
        *((("113790", "Collimated Field Area"), "m2", "field_area_cm2"),),
        *((("113750", "Distance Source to Detector"), "mm", "source_detector_mm"),),
    ],
)
def test_zero_means_not_recorded_where_nothing_can_be_zero(concept: tuple[str, str], unit: str, field: str) -> None:
    assert getattr(event_of(num(concept, "0", unit)), field) is None


def test_several_numbers_of_one_item_give_the_mean_of_those_that_are_not_zero() -> None:
    kvp = event_of(num(KVP, ["0", "80", "70"], "kV")).kvp
    assert kvp is not None
    assert (kvp.value, kvp.recorded) == (75.0, "0\\80\\70 kV")


def test_several_items_of_an_exposure_are_added_and_of_the_rest_averaged() -> None:
    items = [num(EXPOSURE, value, "uA.s") for value in ("6000", "12000")] + [num(KVP, "27", "kV"), num(KVP, "29", "kV")]
    event = event_of(*items)
    assert value(event.exposure_mas) == pytest.approx(18.0)
    assert value(event.kvp) == 28.0


def test_of_two_units_of_one_quantity_the_finer_wins() -> None:
    event = event_of(
        num(EXPOSURE, "4", "mA.s"),
        num(EXPOSURE, "4499", "uA.s"),
        num(TIME, "5600", "us"),
        num(("113735", "Exposure Time"), "6", "ms"),
    )
    assert value(event.exposure_mas) == pytest.approx(4.499)
    assert value(event.exposure_time_ms) == pytest.approx(5.6)


def test_a_wrong_code_with_the_right_meaning_is_found() -> None:
    event = event_of(coded(("113632", "Anode Target Material"), ("C-164F9", "Tungsten"), scheme="SRT"))
    assert value(event.anode) == Code("C-164F9", "SRT", "Tungsten")


def test_a_private_code_is_not_taken_for_the_standard_one() -> None:
    private = num(KVP, "999", "kV")
    private.ConceptNameCodeSequence = Sequence([code_item("113733", "Something", scheme="99MAKER")])
    assert event_of(private).kvp is None


def test_codes_of_snomed_ct_mean_the_same_as_those_of_snomed_rt() -> None:
    side = coded(("272741003", "Laterality"), ("7771000", "Left"), scheme="SCT")
    region = coded(("123014", "Target Region"), ("76752008", "Breast"), side, scheme="SCT")
    assert event_of(region).laterality == "L"


def test_a_code_without_its_value_is_null() -> None:
    region = coded(("123014", "Target Region"), None)
    empty = coded(("111632", "Anode Target Material"), None)
    empty.ConceptCodeSequence = Sequence([])
    event = event_of(region, empty)
    assert event.target_region is None
    assert event.anode is None


def test_an_item_without_name_or_relationship_does_not_disturb() -> None:
    nameless = num(KVP, "50", "kV")
    del nameless.ConceptNameCodeSequence
    unrelated = num(KVP, "81", "kV")
    del unrelated.RelationshipType
    assert value(event_of(nameless, unrelated).kvp) == 81.0


def test_a_coded_item_written_as_text_keeps_its_text() -> None:
    event = event_of(text(("113780", "Reference Point Definition"), "15cm below isocentre"))
    assert event.reference_point is not None
    assert event.reference_point.value.meaning == "15cm below isocentre"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        *(("20240301101500", "2024-03-01T10:15:00"), ("20240301101500.125+0100", "2024-03-01T10:15:00.125000")),
        *(("202403011015", "2024-03-01T10:15:00"), ("20240301", None), ("yesterday", None)),
    ],
)
def test_the_start_of_an_event_is_the_local_clock(written: str, expected: str | None) -> None:
    data = encode(projection_report(run(1)))
    plain = b"20240301100101.250"
    dose = (
        read_object(data.replace(plain, written.encode().ljust(len(plain))[: len(plain)])).dose
        if len(written) <= len(plain)
        else read_object(encode(_started(written))).dose
    )
    assert value(dose.projection_events[0].started_at) == expected
    assert bool(dose.missing) is (expected is None)


def _started(written: str) -> Dataset:
    made = projection_report(run(1))
    made.ContentSequence[-1].ContentSequence[2].DateTime = written
    return made


@pytest.mark.parametrize(
    ("kinds", "procedure", "expected"),
    [
        (["fluoroscopy", "stationary"], ("113704", "Projection X-Ray"), "RF"),
        (["stationary"], ("113704", "Projection X-Ray"), "DX"),
        (["stationary"], MAMMOGRAPHY, "MG"),
        (["stationary"], ("71651007", "Mammography"), "MG"),
    ],
)
def test_the_modality_follows_from_events_and_procedure(
    kinds: list[str], procedure: tuple[str, str], expected: str
) -> None:
    codes = {"fluoroscopy": ("44491008", "Fluoroscopy"), "stationary": STATIONARY}
    runs = [run(number, kind=codes[kind]) for number, kind in enumerate(kinds, start=1)]
    assert read(projection_report(*runs, procedure=procedure)).dose.modality == expected


def test_both_planes_are_kept_apart() -> None:
    planes = [plane_total(("113620", "Plane A"), "0.0002"), plane_total(("113621", "Plane B"), "0.0001")]
    dose = read(report("10001", *planes, run(1))).dose
    assert [value(plane.dap_gy_cm2) for plane in dose.plane_totals] == pytest.approx([2.0, 1.0])
    assert [value(plane.plane).meaning for plane in dose.plane_totals] == ["Plane A", "Plane B"]  # type: ignore[attr-defined]


def test_glandular_dose_is_read_by_breast() -> None:
    sides = [("T-04030", "Left breast", "1.25"), ("T-04020", "Right breast", "0")]
    doses = [
        num(
            ("111637", "Accumulated Average Glandular Dose"),
            dose,
            "mGy",
            coded(("G-C171", "Laterality"), (code, side), scheme="SRT"),
        )
        for code, side, dose in sides
    ]
    total = container(("113702", "Accumulated X-Ray Dose Data"), *doses)
    (plane,) = read(report("10001", total, run(1, kind=STATIONARY))).dose.plane_totals
    assert (value(plane.agd_left_mgy), value(plane.agd_right_mgy)) == (1.25, 0.0)


def test_an_acquisition_without_dose_is_kept_with_null_dose() -> None:
    scout = container(("113819", "CT Acquisition"), text(("125203", "Acquisition Protocol"), "Scout"))
    events = read(ct_report([scout, ct_event()])).dose.ct_events
    assert [value(event.dlp_mgy_cm) for event in events] == [None, 250.5]


def test_technique_beside_its_container_is_found() -> None:
    flat = container(("113819", "CT Acquisition"), num(("113838", "DLP"), "9", "mGy.cm"), num(KVP, "100", "kV"))
    (event,) = read(ct_report([flat])).dose.ct_events
    assert value(event.dlp_mgy_cm) == 9.0
    assert [value(source.kvp) for source in event.sources] == [100.0]


@pytest.mark.parametrize(
    ("code", "meaning", "expected"),
    [
        *(("113690", "IEC Head Dosimetry Phantom", 16), ("113691", "IEC Body Dosimetry Phantom", 32)),
        *(("X", "IEC Head Dosimetry Phantom", 16), ("113682", "ACR Accreditation Phantom - CT", None)),
    ],
)
def test_a_phantom_is_named_by_its_diameter_or_stays_unknown(code: str, meaning: str, expected: int | None) -> None:
    phantom = coded(("113835", "CTDIw Phantom Type"), (code, meaning))
    event = container(("113819", "CT Acquisition"), container(("113829", "CT Dose"), phantom))
    assert read(ct_report([event])).dose.ct_events[0].phantom_cm == expected


def test_dose_check_is_read_with_who_went_on() -> None:
    check = container(
        ("113900", "Dose Check Alert Details"),
        coded(("113901", "DLP Alert Value Configured"), ("R-0038D", "Yes"), scheme="SRT"),
        coded(("113902", "CTDIvol Alert Value Configured"), ("373067005", "No"), scheme="SCT"),
        num(("113903", "DLP Alert Value"), "1000", "mGy.cm"),
        num(("113905", "Accumulated DLP Forward Estimate"), "1200", "mGycm"),
        text(("113907", "Reason for Proceeding"), "large patient"),
        person("Doe^Max", ("113850", "Irradiation Authorizing")),
    )
    dose = container(("113829", "CT Dose"), num(("113838", "DLP"), "5", "mGy.cm"), check)
    (event,) = read(ct_report([container(("113819", "CT Acquisition"), dose)])).dose.ct_events
    found = event.dose_check
    assert found is not None
    assert (found.dlp_alert_configured, found.ctdi_vol_alert_configured) == (True, False)
    assert value(found.accumulated_dlp_forward_estimate_mgy_cm) == 1200.0
    assert (value(found.alert_reason), value(found.alert_person)) == ("large patient", "Doe^Max")
    assert value(event.dlp_mgy_cm) == 5.0


def test_only_who_administered_the_irradiation_is_an_operator() -> None:
    people = [person("Ray^Ann", ("113851", "Irradiation Administering")), person("Boss^Bo", ("113850", "Authorizing"))]
    assert read(ct_report([ct_event("2.25.9", *people)])).dose.people.operators == ("Ray^Ann",)


def test_filters_keep_their_material_and_thickness() -> None:
    copper = container(
        ("113771", "X-Ray Filters"),
        coded(("113757", "X-Ray Filter Material"), ("C-127F9", "Copper or Copper compound"), scheme="DCM"),
        num(("113758", "X-Ray Filter Thickness Minimum"), "0.1", "mm"),
        num(("113773", "X-Ray Filter Thickness Maximum"), "300", "um"),
    )
    (found,) = event_of(copper).filters
    assert value(found.material) == Code("C-127F9", "DCM", "Copper or Copper compound")
    assert (value(found.thickness_min_mm), value(found.thickness_max_mm)) == (0.1, 0.3)


def test_an_enhanced_report_with_a_whole_dose_report_is_read() -> None:
    enhanced = ct_report()
    enhanced.SOPClassUID = ENHANCED_SR
    assert value(read(enhanced).dose.ct_totals.dlp_mgy_cm) == 250.5  # type: ignore[union-attr]


def test_another_report_is_no_dose() -> None:
    with pytest.raises(NotDose, match="X-Ray Radiation Dose Report"):
        read(report("2000", text(("121106", "Comment"), "a letter")))


def test_an_image_is_no_dose() -> None:
    image = ct_report()
    image.SOPClassUID, image.Modality = "1.2.840.10008.5.1.4.1.1.2", "CT"
    del image.ContentSequence
    image.PixelData = b"\0\0"
    image["PixelData"].VR = "OW"
    with pytest.raises(NotDose, match="CT Image Storage"):
        read(image)


def test_a_report_that_names_no_study_is_malformed() -> None:
    nameless = ct_report()
    del nameless.StudyInstanceUID
    with pytest.raises(Malformed, match="Study Instance UID"):
        read(nameless)


def test_fewer_events_than_stated_are_said() -> None:
    stated = ct_report(2)
    del stated.ContentSequence[-1]
    assert read(stated).dose.missing == ("The report states 2 irradiation events and holds 1.",)


def test_the_model_of_the_device_observer_stands_in_for_a_missing_one() -> None:
    made = projection_report(text(("121015", "Device Observer Model Name"), "Tower"), run(1))
    del made.ManufacturerModelName
    assert read(made).dose.equipment.model == "Tower"


def test_a_report_with_a_glandular_dose_is_of_mammography_whatever_its_procedure_says() -> None:
    made = reports.projection_report(
        reports.run(1, reports.num(("111631", "Average Glandular Dose"), "1.2", "mGy"), kind=("113611", "Stationary"))
    )
    assert read_object(reports.encode(made)).dose.modality == "MG"
