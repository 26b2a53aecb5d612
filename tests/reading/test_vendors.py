"""What single makers write in a place of their own."""

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
