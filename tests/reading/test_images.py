"""Headers of images: the values in the fields' units, each with its element, whatever the encoding."""

from typing import Any

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.errors import NotDose
from doseloop.model.reading import Reading
from doseloop.reading.object import read_content_tree, read_object
from tests.reading import images, reports
from tests.reading.images import item, read
from tests.reading.reports import ENCODINGS, Encoding


def value(reading: Reading[Any] | None) -> Any:
    return reading.value if reading else None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_radiograph_says_its_exposure_in_any_encoding(encoding: Encoding) -> None:
    dose = read(images.radiograph(), encoding)
    (event,) = dose.projection_events
    assert (dose.kind, dose.modality) == ("radiograph", "DX")
    assert value(event.dap_gy_cm2) == pytest.approx(0.041)
    assert (value(event.exposure_index), value(event.deviation_index)) == (250, -0.8)
    assert value(event.started_at) == "2026-03-03T10:01:02.250000"


def test_the_finer_of_two_units_wins_unless_it_says_nothing() -> None:
    (event,) = read(images.radiograph()).projection_events
    assert event.exposure_mas == Reading(pytest.approx(1.24), "(0018,1153)", "1240")
    (event,) = read(images.radiograph(ExposureInuAs=0, Exposure=20)).projection_events
    assert event.exposure_mas == Reading(20.0, "(0018,1152)", "20")


def test_what_cannot_be_zero_is_not_recorded_where_it_is_zero() -> None:
    (event,) = read(images.radiograph(DistanceSourceToDetector=0, FocalSpots=0)).projection_events
    assert event.source_detector_mm is None
    assert event.focal_spot_mm is None


def test_filters_parted_by_commas_or_with_swapped_limits_are_told_apart() -> None:
    made = images.radiograph()
    made.add_new(0x00187050, "LO", "ALUMINUM,COPPER")
    made.add_new(0x00187052, "LO", "1.06,0.206")
    made.add_new(0x00187054, "LO", "0.94,0.194")
    (event,) = read(made).projection_events
    told = [
        (value(one.material).meaning, value(one.thickness_min_mm), value(one.thickness_max_mm)) for one in event.filters
    ]
    assert told == [("ALUMINUM", 0.94, 1.06), ("COPPER", 0.194, 0.206)]


def test_a_siemens_filter_type_tells_material_and_thickness() -> None:
    dose = read(images.radiograph(Manufacturer="Siemens", FilterType="CU_0.3_MM"))
    (one,) = dose.projection_events[0].filters
    assert (value(one.material).meaning, value(one.thickness_max_mm)) == ("COPPER", 0.3)
    assert dose.quirks == ("siemens-filter-type-text",)


@pytest.mark.parametrize(("written", "side"), [("L", "L"), ("R", "R"), ("B", "B"), ("U", None), ("", None)])
def test_an_unknown_side_is_none(written: str, side: str | None) -> None:
    assert read(images.radiograph(ImageLaterality=written)).projection_events[0].laterality == side


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_mammogram_says_glandular_dose_compression_and_target(encoding: Encoding) -> None:
    dose = read(images.mammogram(), encoding)
    (event,) = dose.projection_events
    assert (dose.modality, event.laterality, value(event.view_position)) == ("MG", "L", "MLO")
    assert value(event.agd_mgy) == pytest.approx(1.25)
    assert value(event.entrance_exposure_mgy) == 4.5
    assert (value(event.compression_thickness_mm), value(event.compression_force_n)) == (52, 90)
    assert value(event.anode).meaning == "RHODIUM"


def test_an_entrance_dose_in_decigray_is_read_where_no_finer_one_is() -> None:
    made = images.mammogram(EntranceDose=3)
    del made.EntranceDoseInmGy
    (event,) = read(made).projection_events
    assert event.entrance_exposure_mgy == Reading(300.0, "(0040,0302)", "3")


@pytest.mark.parametrize("sop_class", ["13.1.3", "7", "2", "1.2.1"])
def test_tomosynthesis_is_a_mammogram_in_whatever_class_it_comes(sop_class: str) -> None:
    made = images.mammogram(SOPClassUID=images.STORAGE + sop_class, NumberOfFrames=15)
    dose = read(made)
    assert (dose.kind, dose.modality) == ("mammogram", "MG")
    assert value(dose.projection_events[0].frames) == 15


def test_the_side_of_a_multi_frame_image_stands_in_its_functional_groups() -> None:
    made = images.mammogram(SOPClassUID=images.STORAGE + "13.1.3")
    del made.ImageLaterality
    anatomy = item(FrameAnatomySequence=Sequence([item(FrameLaterality="R")]))
    made.SharedFunctionalGroupsSequence = Sequence([anatomy])
    assert read(made).projection_events[0].laterality == "R"


@pytest.mark.parametrize(("sop_class", "modality"), [("1.1", "PX"), ("1.1.1", "PX"), ("1.3", "IO")])
def test_dental_images_are_read(sop_class: str, modality: str) -> None:
    dose = read(images.radiograph(SOPClassUID=images.STORAGE + sop_class, Modality=modality))
    assert (dose.kind, dose.modality) == ("dental image", "PX")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_pet_states_becquerel_and_nuclear_medicine_megabecquerel(encoding: Encoding) -> None:
    (given,) = read(images.pet(), encoding).administrations
    assert (value(given.activity_mbq), value(given.half_life_s)) == (pytest.approx(250), 6586.2)
    assert value(given.started_at) == "2026-03-03T09:00:00"
    (given,) = read(images.nuclear(), encoding).administrations
    assert value(given.activity_mbq) == 700


def test_a_start_without_a_date_is_of_the_day_of_the_scan_or_the_day_before() -> None:
    for clock, start in (("090000", "2026-03-03T09:00:00"), ("233000", "2026-03-02T23:30:00")):
        made = images.pet()
        del made.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartDateTime
        made.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartTime = clock
        assert value(read(made).administrations[0].started_at) == start


def test_two_nuclides_in_one_image_are_two_administrations() -> None:
    made = images.nuclear()
    other = item(
        RadionuclideTotalDose=80, RadionuclideCodeSequence=Sequence([reports.code_item("C-145A4", "^201^Thallium")])
    )
    made.RadiopharmaceuticalInformationSequence.append(other)
    assert [value(one.activity_mbq) for one in read(made).administrations] == [700, 80]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_mr_reports_its_indices(encoding: Encoding) -> None:
    dose = read(images.mr(), encoding)
    (series,) = dose.mr_series
    assert dose.modality == "MR"
    assert (value(series.sar_whole_body_w_kg), value(series.b1_rms_ut), value(series.db_dt_t_s)) == (1.2, 2.5, 40)


def test_enhanced_mr_has_a_rate_for_each_definition_and_its_highest_mode() -> None:
    made = images.mr(SOPClassUID=images.STORAGE + "4.1")
    del made.SAR
    rates = [
        item(SpecificAbsorptionRateDefinition=name, SpecificAbsorptionRateValue=rate)
        for name, rate in (("IEC_WHOLE_BODY", 1.5), ("IEC_HEAD", 2.5), ("IEC_LOCAL", 9.0))
    ]
    modes = [
        item(OperatingModeType=of, OperatingMode=mode)
        for of, mode in (("RF", "IEC_NORMAL"), ("GRADIENT", "IEC_FIRST_LEVEL"))
    ]
    timing = item(SpecificAbsorptionRateSequence=Sequence(rates), OperatingModeSequence=Sequence(modes))
    made.SharedFunctionalGroupsSequence = Sequence([item(MRTimingAndRelatedParametersSequence=Sequence([timing]))])
    (series,) = read(made).mr_series
    assert (value(series.sar_whole_body_w_kg), value(series.sar_head_w_kg), value(series.sar_local_w_kg)) == (
        1.5,
        2.5,
        9.0,
    )
    assert value(series.operating_mode) == "IEC_FIRST_LEVEL"
    assert value(series.rf_mode) == "IEC_NORMAL"


def test_a_ct_image_gives_one_acquisition_as_its_header_has_it() -> None:
    dose = read(images.ct())
    (event,) = dose.ct_events
    assert dose.kind == "ct image"
    assert (value(event.ctdi_vol_mgy), value(event.pitch), value(event.exposure_mas)) == (7.5, 0.9, 100)
    assert event.dlp_mgy_cm is None
    assert event.image is not None


def test_a_ct_localiser_is_a_constant_angle() -> None:
    (event,) = read(images.ct(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])).ct_events
    assert value(event.acquisition_type).value == "113805"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (images.image("2", "CT", ImageType=["DERIVED", "SECONDARY", "MPR"], CTDIvol=5.0), "made from other images"),
        (images.image("2", "CT"), "no exposure"),
        (images.image("1.1", "DX"), "no exposure"),
        (images.image("1.2", "MG"), "no exposure"),
        (images.image("4", "MR"), "reports no SAR"),
        (images.image("128", "PT"), "no administration"),
        (images.image("20", "NM"), "no administration"),
        (images.image("7", "OT"), "carry no dose"),
        (images.image("6.1", "US"), "carry no dose"),
        (images.image("12.1", "XA", KVP=70), "carry no dose"),
    ],
    ids=lambda one: one.Modality if isinstance(one, Dataset) else "",
)
def test_an_image_without_dose_is_refused_with_a_reason(made: Dataset, why: str) -> None:
    with pytest.raises(NotDose, match=why):
        read(made)


def test_a_dose_screen_gives_the_sequence_and_the_makers_totals() -> None:
    one = item(AcquisitionType="SPIRAL", CTDIvol=11.5, KVP=120, XRayTubeCurrentInuA="203000.5", ScanLength="173")
    one.SeriesDescription = "LIVER"
    made = images.image("7", "CT", ExposureDoseSequence=Sequence([one]), Manufacturer="Philips")
    for holder, product in ((one, "248.6"), (made, "1102.4")):
        block = holder.private_block(0x00E1, "ELSCINT1", create=True)
        block.add_new(0x21, "DS", product)
    dose = read(made)
    (event,) = dose.ct_events
    assert dose.ct_totals is not None
    assert (dose.kind, value(dose.ct_totals.dlp_mgy_cm)) == ("dose screen", 1102.4)
    assert value(event.acquisition_type).meaning == "Spiral Acquisition"
    assert (value(event.dlp_mgy_cm), event.phantom_cm, value(event.protocol)) == (248.6, None, "LIVER")
    assert value(event.sources[0].tube_current_ma) == pytest.approx(203.0005)


def test_a_dose_screen_with_a_comment_alone_gives_its_lines() -> None:
    comment = "Series #2 HEAD Average CTDIvol=45.1 DLP=801.2\r\nTotal DLP=801.2"
    dose = read(images.image("7", "CT", CommentsOnRadiationDose=comment))
    assert dose.ct_totals is not None
    assert value(dose.ct_totals.dlp_mgy_cm) == 801.2
    assert [(value(one.protocol), value(one.ctdi_vol_mgy)) for one in dose.ct_events] == [("HEAD", 45.1)]


def test_every_reading_of_an_image_stands_in_its_tree_and_no_identity_does() -> None:
    for made in (images.mammogram(), images.pet(), images.mr(), images.ct()):
        data = reports.encode(made)
        tree, dose = read_content_tree(data), read_object(data).dose
        places = _places(tree)
        events = (*dose.projection_events, *dose.administrations, *dose.mr_series, *dose.ct_events)
        for event in events:
            readings = (getattr(event, name) for name in event.__dataclass_fields__)
            assert {reading.place for reading in readings if isinstance(reading, Reading)} <= places.keys()
        assert not any(text and "Doe" in text for text in places.values())


def _places(tree: Any) -> dict[str, str | None]:
    return {tree.place: tree.text} | {place: text for child in tree.children for place, text in _places(child).items()}


def test_an_image_whose_header_was_cut_says_that_doses_may_be_lost() -> None:
    whole = reports.encode(images.mammogram())
    at = whole.index(b"\x28\x00\x10\x00")
    assert read_object(whole).dose.missing == ()
    assert "cut" in read_object(whole[:at]).dose.missing[0]


@pytest.mark.parametrize(
    ("made", "modality", "kind"),
    [
        (images.mammogram(), "CT", "mammogram"),
        (images.mammogram(), "", "mammogram"),
        (images.pet(), "NM", "pet image"),
        (images.radiograph(), "CT", "radiograph"),
        (images.radiograph(), "MG", "mammogram"),
        (images.radiograph(), "PX", "dental image"),
        (images.ct(), "OT", "ct image"),
    ],
)
def test_a_class_of_one_kind_holds_it_whatever_its_modality_says(
    made: images.Dataset, modality: str, kind: str
) -> None:
    made.Modality = modality
    assert images.read(made).kind == kind


def frame(organ_dgy: float | None) -> Dataset:
    told = {"ExposureInmAs": 2.5, "ExposureTimeInms": 30.0} | ({"OrganDose": organ_dgy} if organ_dgy else {})
    return item(XRayAcquisitionDoseSequence=Sequence([item(**told)]))


def projections(*frames: Dataset) -> Dataset:
    """A breast projection image (PS3.3 section A.75), whose frames tell their own doses (section C.8.31.5)."""
    made = images.image("13.1.5", "MG", KVP=28, NumberOfFrames=len(frames), ImageLaterality="L")
    made.PerFrameFunctionalGroupsSequence = Sequence(frames)
    return made


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_doses_of_projections_are_added_up_over_their_frames(encoding: Encoding) -> None:
    (event,) = read(projections(frame(0.001), frame(0.0015), frame(0.001)), encoding).projection_events
    assert (value(event.agd_mgy), value(event.exposure_mas)) == (pytest.approx(0.35), 7.5)
    assert value(event.exposure_time_ms) == 90
    assert event.agd_mgy is not None
    assert event.agd_mgy.recorded.count("+") == 2


def test_a_sum_over_frames_with_one_missing_is_none() -> None:
    (event,) = read(projections(frame(0.001), frame(None))).projection_events
    assert (event.agd_mgy, value(event.exposure_mas)) == (None, 5)


@pytest.mark.parametrize(
    ("made", "written", "mbq"),
    [
        (images.nuclear, 700, 700),
        (images.nuclear, 203e6, 203),
        (images.nuclear, 11_100, 11_100),
        (images.pet, 394e6, 394),
        (images.pet, 394, 394),
        (images.pet, 0, 0),
    ],
)
def test_an_activity_that_cannot_be_in_the_unit_of_its_kind_is_in_the_other(
    made: Any, written: float, mbq: float
) -> None:
    image = made()
    image.RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose = written
    (one,) = read(image).administrations
    assert value(one.activity_mbq) == pytest.approx(mbq)
    assert one.activity_mbq is not None
    assert float(one.activity_mbq.recorded) == written
