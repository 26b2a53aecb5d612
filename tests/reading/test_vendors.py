"""What single makers write in a place of their own."""

from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.dose_object import ReadResult
from doseloop.reading.object import read_object
from doseloop.reading.vendors import QUIRKS
from tests.reading import reports

COMMENT = ("121106", "Comment")


def read(maker: str, *more: object) -> ReadResult:
    height = reports.num(("021", "Table Height Position"), "905", "mm")
    height.ConceptNameCodeSequence = Sequence([reports.code_item("021", "Table Height Position", "99PHI-IXR-XPER")])
    note = reports.text(COMMENT, '<FluoroData><iiDiameter SRData="220"/><broken')
    report = reports.projection_report(reports.run(1, height, note), reports.text(COMMENT, '<Position SRData="HFS "/>'))
    report.Manufacturer = maker
    return read_object(reports.encode(report))


def test_a_philips_table_height_is_read_from_its_own_item() -> None:
    dose = read("Philips Medical Systems").dose
    height = dose.projection_events[0].table_height_mm
    assert height is not None
    assert (height.value, height.recorded) == (905.0, "905 mm")
    assert dose.quirks == ("philips-private-table-height",)


def test_a_siemens_comment_gives_position_and_intensifier() -> None:
    (event,) = read("SIEMENS").dose.projection_events
    assert event.patient_position is not None
    assert event.patient_position.value == "HFS"
    assert event.intensifier_diameter_mm is not None
    assert event.intensifier_diameter_mm.value == 220.0
    assert event.table_height_mm is None


def test_another_maker_is_left_alone() -> None:
    assert read("Maker").dose.quirks == ()


def test_each_quirk_says_what_it_does_and_where_it_was_seen() -> None:
    assert len({quirk.id for quirk in QUIRKS}) == len(QUIRKS)
    assert all(quirk.what and quirk.seen_in and quirk.maker == quirk.maker.casefold() for quirk in QUIRKS)


def test_philips_shutters_are_a_field_at_the_detector() -> None:
    def private(code: str, name: str, value: str) -> Dataset:
        item = reports.num((code, name), value, "mm")
        item.ConceptNameCodeSequence = Sequence([reports.code_item(code, name, "99PHI-IXR-XPER")])
        return item

    shutters = (("006", "Bottom", "60"), ("007", "Left", "50"), ("008", "Right", "50"), ("009", "Top", "40"))
    distance = reports.num(("113750", "Distance Source to Detector"), "1200", "mm")
    run = reports.run(1, distance, *(private(code, f"{name} Shutter", value) for code, name, value in shutters))
    report = reports.projection_report(run)
    report.Manufacturer = "Philips"
    (event,) = read_object(reports.encode(report)).dose.projection_events
    assert event.field_width_mm is not None
    assert event.field_height_mm is not None
    assert (event.field_width_mm.value, event.field_height_mm.value) == (120.0, 120.0)
    assert [item.name for item in event.maker_items] == [f"{name} Shutter" for _, name, _ in shutters]


def test_a_siemens_summary_has_totals_and_says_what_was_not_measured() -> None:
    def said(code: str, value: str | None, unit: str) -> Dataset:
        item = reports.num((code, code), value, unit)
        item.ConceptNameCodeSequence = Sequence([reports.code_item(code, code, "99SMS_RADSUM")])
        if value is None:
            item.NumericValueQualifierCodeSequence = Sequence(
                [reports.code_item("114007", "Measurement not attempted")]
            )
        return item

    report = reports.report("", said("C-202", "34.5", "s"), said("C-204", "0.25", "Gy.cm^2"), said("C-210", None, "Gy"))
    report.SOPClassUID = reports.ENHANCED_SR
    report.ConceptNameCodeSequence = Sequence([reports.code_item("C-10", "Radiation Summary Report", "99SMS_RADSUM")])
    dose = read_object(reports.encode(report)).dose
    (totals,) = dose.plane_totals
    assert (dose.kind, dose.modality, totals.ka_r_mgy) == ("dose summary", "RF", None)
    assert totals.dap_gy_cm2 is not None
    assert totals.dap_gy_cm2.value == 0.25
    assert [one.reason.meaning for one in dose.unmeasured] == ["Measurement not attempted"]
