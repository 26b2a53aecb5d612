"""What is wrong with a report is found as what it is, in reports made by code."""

from collections.abc import Callable, Iterator

import pytest
from pydicom import Dataset

from doseloop.assess.completeness import Checked, checked
from doseloop.assess.report_quality import LEAST, CheckedReport, qualities, sentence
from doseloop.model.dose_object import DoseObject
from doseloop.reading.object import read_object
from doseloop.reference.dose_items import items_of
from tests.reading import images
from tests.reading.reports import code_item, ct_report, encode, num, projection_report, run


def read(made: Dataset) -> DoseObject:
    return read_object(encode(made)).dose


def check(made: Dataset) -> Checked:
    dose = read(made)
    return checked(dose, items_of(dose.kind))


def kinds(made: Dataset, code: str) -> list[str]:
    return [defect.kind for defect in check(made).defects if defect.item.code == code]


def item(made: Dataset, code: str) -> Dataset:
    return next(one for one in items(made) if one.ConceptNameCodeSequence[0].CodeValue == code)


def items(of: Dataset) -> Iterator[Dataset]:
    for one in of.get("ContentSequence") or ():
        yield one
        yield from items(one)


def left_out(made: Dataset, code: str) -> None:
    for one in [made, *items(made)]:
        if "ContentSequence" in one:
            one.ContentSequence = [
                below for below in one.ContentSequence if below.ConceptNameCodeSequence[0].CodeValue != code
            ]


def emptied(made: Dataset, code: str) -> None:
    item(made, code).MeasuredValueSequence = []


def in_unit(unit: str) -> Callable[[Dataset, str], None]:
    def change(made: Dataset, code: str) -> None:
        item(made, code).MeasuredValueSequence[0].MeasurementUnitsCodeSequence = [code_item(unit, unit, "UCUM")]

    return change


def misnamed(made: Dataset, code: str) -> None:
    item(made, code).ConceptNameCodeSequence[0].CodeValue = "99999"


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (left_out, "missing"),
        (emptied, "empty"),
        (in_unit("mGycm"), "unit"),
        (in_unit("furlong"), "unit"),
        (misnamed, "code"),
    ],
)
def test_each_kind_of_defect_is_told_from_the_others(spoil: Callable[[Dataset, str], None], kind: str) -> None:
    made = ct_report()
    assert kinds(made, "113838") == []
    sound = check(made)
    spoil(made, "113838")
    assert kinds(made, "113838") == [kind]
    assert check(made).right == sound.right - 1
    assert check(made).items == sound.items


def test_what_is_no_number_is_told_from_what_is_empty() -> None:
    made = projection_report(
        run(1, num(("113733", "KVP"), "80", "kV"), num(("113734", "X-Ray Tube Current"), "1", "mA"))
    )
    raw = encode(made).replace(b"80", b"8O")
    dose = read_object(raw).dose
    assert [one.kind for one in checked(dose, items_of(dose.kind)).defects if one.item.code == "113733"] == ["value"]


def test_a_condition_is_held_to() -> None:
    assert kinds(ct_report(), "113828") == []
    made = ct_report()
    left_out(made, "113828")
    assert kinds(made, "113828") == ["missing"]
    item(made, "113820").ConceptCodeSequence = [code_item("113805", "Constant Angle Acquisition")]
    assert kinds(made, "113828") == []
    left_out(made, "113829")
    assert kinds(made, "113830") == []


def test_a_missing_container_lacks_each_of_its_items() -> None:
    made = ct_report()
    left_out(made, "113811")
    assert (kinds(made, "113812"), kinds(made, "113813")) == (["missing"], ["missing"])


def test_an_empty_element_of_a_header_is_told_from_a_missing_one() -> None:
    assert kinds(images.mammogram(Manufacturer=""), "(0008,0070)") == ["empty"]
    made = images.mammogram()
    del made.Manufacturer
    assert kinds(made, "(0008,0070)") == ["missing"]


def test_what_a_makers_quirk_repaired_is_marked_and_costs_no_score() -> None:
    private = num(("021", "Table Height"), "812", "mm")
    private.ConceptNameCodeSequence[0].CodingSchemeDesignator = "99PHI-IXR-XPER"
    made, plain = projection_report(run(1, private)), projection_report(run(1))
    made.Manufacturer = plain.Manufacturer = "Philips"
    (defect,) = [one for one in check(made).defects if one.kind == "repaired"]
    assert (defect.item.code, defect.written) == ("113753", "philips-private-table-height")
    assert check(made).right == check(plain).right
    assert read(made).missing == ()


def reports_of(software: str, count: int, made: Dataset, day: str) -> list[CheckedReport]:
    found = check(made)
    return [CheckedReport(number, "ct report", software, day, found) for number in range(count)]


def test_the_score_is_the_share_that_is_right_and_its_change_that_of_an_update() -> None:
    worse = ct_report()
    left_out(worse, "113838")
    before = reports_of("1", LEAST, ct_report(), "2026-01-01")
    (quality,) = qualities([*reports_of("2", LEAST, worse, "2026-02-01"), *before])
    newest, older = quality.versions
    assert (newest.software, newest.n, newest.first, newest.last) == ("2", LEAST, "2026-02-01", "2026-02-01")
    assert newest.share is not None
    assert older.share is not None
    items_each = check(ct_report()).items
    assert newest.share == pytest.approx(older.share - 1 / items_each)
    assert quality.change == pytest.approx(-1 / items_each)
    (dlp,) = [one for one in newest.defects if one.item.code == "113838"]
    assert (dlp.reports, dlp.of, dlp.since) == (LEAST, LEAST, "2026-02-01")
    assert sentence(dlp, "ct report") == (
        "DLP (113838) is missing in 20 of 20 CT reports. PS3.16 TID 10013 requires it unless the tube stands still "
        "(type MC), in mGy.cm."
    )


def test_under_twenty_reports_there_is_no_score_and_no_change() -> None:
    (quality,) = qualities(
        [
            *reports_of("2", LEAST - 1, ct_report(), "2026-02-01"),
            *reports_of("1", LEAST, ct_report(), "2026-01-01"),
        ]
    )
    assert quality.versions[0].share is None
    assert quality.change is None
