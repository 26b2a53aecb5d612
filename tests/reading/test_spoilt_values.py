"""Values and structures that were spoilt: never a wrong number, and none without end keeps a reader busy (a pattern that
did would take longer than pytest waits)."""

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.dose_object import DoseObject
from doseloop.model.errors import Malformed
from doseloop.reading.moments import date_iso, moment_iso, time_iso
from doseloop.reading.object import read_object
from doseloop.reading.units import KV, MGY, factor_to, number_of, numbers_of
from tests.reading.reports import code_item, container, ct_event, ct_report, encode, num, projection_report, run

KVP = ("113733", "KVP")
LONG = 200_000


def dose_of(*more: Dataset) -> DoseObject:
    return read_object(encode(projection_report(run(1, *more)))).dose


@pytest.mark.parametrize("written", ["1" * LONG + "x", "1" * LONG, "0." + "0" * LONG + "1", "-" * LONG])
def test_a_number_without_end_is_none(written: str) -> None:
    assert number_of(written) is None


@pytest.mark.parametrize("written", ["1e308", "-1e308", "1e400", "1e13", "nan", "inf"])
def test_a_number_past_anything_that_is_measured_is_none(written: str) -> None:
    assert number_of(written) is None
    dose = dose_of(num(KVP, "1234567", "kV"))
    assert dose.projection_events[0].kvp is not None
    spoilt = encode(projection_report(run(1, num(KVP, "1234567", "kV")))).replace(b"1234567", written.encode().ljust(7))
    missing = read_object(spoilt).dose.missing
    assert any("KVP" in sentence and "not a number" in sentence for sentence in missing)


@pytest.mark.parametrize("written", ["{" * LONG, "(" * LONG, " " * LONG + "x", "m" * LONG])
def test_a_unit_without_end_is_unknown(written: str) -> None:
    assert factor_to(MGY, written, written) is None


@pytest.mark.parametrize(
    "written", ["20240301101500" + " " * LONG + "x", "1 " * LONG, "2" * LONG, "20240301" + "-" * LONG]
)
def test_a_time_without_end_is_none(written: str) -> None:
    assert (moment_iso(written), date_iso(written), time_iso(written)) == (None, None, None)


def test_a_character_set_of_many_terms_is_malformed() -> None:
    report = ct_report()
    report.SpecificCharacterSet = ["ISO_IR 100"] * 23
    read_object(encode(report))
    report.SpecificCharacterSet = ["ISO_IR 100"] * 24
    with pytest.raises(Malformed, match="Character Set"):
        read_object(encode(report))


def test_more_numbers_than_a_value_can_hold_are_none() -> None:
    assert len(numbers_of("1\\" * 32_767)) == 32_767
    assert numbers_of("1\\" * 32_768) == [None]


@pytest.mark.parametrize("written", ["00000000", "99991231", "00010101", "18491231", "22000101"])
def test_a_year_that_no_object_can_speak_of_is_no_date(written: str) -> None:
    assert date_iso(written) is None
    assert moment_iso(written + "101500") is None


def test_a_unit_whose_code_and_meaning_differ_is_missing() -> None:
    assert factor_to(KV, "V", "kV") is None
    assert factor_to(KV, "kV", "kilovolt") == factor_to(KV, "kV", "kVp") == 1.0
    contradictory = num(KVP, "81", "kV")
    contradictory.MeasuredValueSequence[0].MeasurementUnitsCodeSequence = Sequence([code_item("V", "kV", "UCUM")])
    dose = dose_of(contradictory)
    assert dose.projection_events[0].kvp is None
    assert "the unit 'V' with the meaning 'kV'" in dose.missing[0]


def test_an_event_that_lost_its_name_is_said() -> None:
    nameless = ct_event("2.25.5")
    del nameless.ConceptNameCodeSequence
    report = ct_report([ct_event("2.25.4"), nameless], total="501")
    del report.ContentSequence[2].ContentSequence[0]  # the stated number of events
    dose = read_object(encode(report)).dose
    assert len(dose.ct_events) == 1
    assert dose.missing == ("What content item 1.5 holds is not known: it names no concept.",)


def test_a_mean_of_which_one_value_is_empty_is_said() -> None:
    dose = dose_of(num(KVP, "80", "kV"), num(KVP, None, None))
    assert any("KVP" in sentence and "empty" in sentence for sentence in dose.missing)


@pytest.mark.parametrize("undefined", [False, True])
def test_an_element_of_the_header_that_stands_twice_is_malformed(undefined: bool) -> None:
    data = encode(ct_report(), undefined=undefined)
    weight = b"\x10\x00\x30\x10DS\x02\x0070"
    assert data.count(weight) == 1
    with pytest.raises(Malformed, match=r"twice: \(0010,1030\)"):
        read_object(data.replace(weight, weight + weight))


def test_a_content_item_with_two_names_is_malformed() -> None:
    data = encode(projection_report(run(1)), undefined=True)
    name = data.index(b"\x40\x00\x43\xa0SQ", data.index(b"\x40\x00\x30\xa7SQ"))
    end = data.index(b"\xfe\xff\xdd\xe0", name) + 8
    with pytest.raises(Malformed, match="twice"):
        read_object(data[:end] + data[name:end] + data[end:])


@pytest.mark.parametrize("delimiter", [b"\xfe\xff\x00\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"])
def test_an_item_or_a_delimiter_among_elements_is_malformed(delimiter: bytes) -> None:
    data = encode(projection_report(run(1)), undefined=True)
    for element in (b"\x40\x00\x40\xa0CS", b"\x08\x00\x02\x01SH"):  # of a content item, of a code
        at = data.index(element, data.index(b"\x40\x00\x30\xa7SQ"))
        with pytest.raises(Malformed):
            read_object(data[:at] + delimiter + data[at:])


def test_a_sequence_that_ends_early_loses_no_event_in_silence() -> None:
    data = encode(projection_report(run(1), run(2)), undefined=True)
    second = data.rindex(
        b"\xfe\xff\x00\xe0\xff\xff\xff\xff\x40\x00\x10\xa0CS\x08\x00CONTAINS\x40\x00\x40\xa0CS\x0a\x00CONTAINER"
    )
    with pytest.raises(Malformed):
        read_object(data[:second] + b"\xfe\xff\xdd\xe0\0\0\0\0" + data[second:])


def test_a_container_that_holds_nothing_needs_no_name() -> None:
    empty = container(("1", "x"))
    del empty.ConceptNameCodeSequence
    assert dose_of(empty).missing == ()
