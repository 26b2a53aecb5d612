"""A de-identified object says the same about dose, and nothing about who the patient is."""

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread

from doseloop.harmonise.age_bands import age_band
from doseloop.model.dose_object import ReadResult
from doseloop.model.errors import DoseloopError, NotDose, Truncated
from doseloop.model.pseudonym import ISSUER, order_number, staff_name
from doseloop.reading.deidentify import deidentify
from doseloop.reading.object import read_object
from doseloop.reading.patient import age_years, written_age
from doseloop.simulate.day import objects
from tests.reading import canary, reports
from tests.reading.reports import ENCODINGS, Encoding
from tests.shared import shared

KEY = b"k" * 32
TYPED = ("alert_reason", "alert_person", "notification_reason", "notification_person")
REPORTS = {"ct": canary.ct, "projection": canary.projection}


def traces(content: bytes) -> list[str]:
    """What is left of the canary, in any of the encodings of these tests."""
    return [trace for trace in canary.TRACES if trace.encode() in content.lower()]


def about_dose(result: ReadResult) -> tuple[object, ...]:
    """Everything that is not identity, an order, staff, free text of theirs, or an age finer than its group."""
    dose = result.dose
    events = [replace(event, comment=None, dose_check=None, maker_items=()) for event in dose.ct_events]
    checks = [event.dose_check for event in dose.ct_events if event.dose_check]
    return (
        (dose.kind, dose.modality, dose.sop_instance_uid, dose.ct_totals, dose.missing, dose.quirks),
        (dose.equipment, dose.study.study_uid, dose.study.date, dose.study.time, dose.study.description),
        (dose.study.procedure_codes, dose.study.requested_procedure, dose.study.protocol_name, dose.started_at),
        (dose.patient.sex, dose.patient.height_m, dose.patient.weight_kg, age_band(dose.patient.age_years)),
        (events, [replace(check, **dict.fromkeys(TYPED)) for check in checks]),
        [replace(event, comment=None, maker_items=()) for event in dose.projection_events],
        [replace(plane, maker_items=(), calibrations=()) for plane in dose.plane_totals],
        [replace(one, administered_by=None) for one in dose.administrations],
        (dose.mr_series, dose.image, dose.unmeasured, dose.patient_state),
    )


def elements(data_set: Dataset) -> list[int]:
    below = [item for element in data_set if element.VR == "SQ" for item in element.value]
    return [*map(int, data_set.keys()), *(tag for item in below for tag in elements(item))]


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", REPORTS)
def test_nothing_of_the_patient_is_left_in_any_encoding(kind: str, encoding: Encoding, undefined: bool) -> None:
    data = reports.encode(REPORTS[kind](), encoding, undefined=undefined)
    if encoding != "deflated":
        assert traces(data) == [trace for trace in canary.TRACES if trace != "1931-04-15"]

    clean = deidentify(data, KEY)

    assert traces(clean.content) == []
    assert about_dose(clean.result) == about_dose(read_object(data))
    assert clean.result == read_object(clean.content)
    assert not [tag for tag in elements(dcmread(BytesIO(clean.content))) if tag >> 16 & 1]


def test_a_bare_data_set_becomes_a_file_without_identity() -> None:
    data = reports.encode(canary.ct(), bare=True)
    clean = deidentify(data, KEY)
    assert traces(clean.content) == []
    assert about_dose(clean.result) == about_dose(read_object(data))


def test_what_stands_before_and_after_the_data_set_goes() -> None:
    data = reports.encode(canary.ct())
    planted = canary.NAME.encode().ljust(128, b"\0") + data[128:]
    assert traces(deidentify(planted, KEY).content) == []


def test_the_object_says_that_it_is_de_identified_and_how() -> None:
    clean = dcmread(BytesIO(deidentify(reports.encode(canary.ct()), KEY).content))
    assert clean.PatientIdentityRemoved == "YES"
    assert {"113100", "113104"} <= {item.CodeValue for item in clean.DeidentificationMethodCodeSequence}
    assert clean.IssuerOfPatientID == ISSUER
    assert clean.PatientName == ""


def test_orders_and_staff_meet_under_their_pseudonyms() -> None:
    result = deidentify(reports.encode(canary.ct()), KEY).result
    clean = dcmread(BytesIO(deidentify(reports.encode(canary.projection()), KEY).content))
    assert result.dose.study.accession_number == order_number(canary.ACCESSION, KEY) == clean.AccessionNumber
    assert clean.ReferencedRequestSequence[0].AccessionNumber == clean.AccessionNumber
    assert staff_name(canary.STAFF_NAME, KEY, one_person=True) in result.dose.people.operators
    assert [name[:6] for name in result.dose.people.operators] == ["person", "staff-"]


def test_dose_in_a_makers_comment_stays_and_the_rest_of_the_comment_goes() -> None:
    (event,) = deidentify(reports.encode(canary.projection()), KEY).result.dose.projection_events
    assert event.patient_position is not None
    assert event.patient_position.value == "HFS"
    assert event.comment is not None
    assert event.comment.value == '<Position SRData="HFS" /> <iiDiameter SRData="420" />'


def test_an_age_that_only_the_birth_date_told_stays_in_completed_years() -> None:
    original = read_object(reports.encode(canary.ct())).dose.patient.age_years
    assert original == pytest.approx(92.88, abs=0.01)
    assert deidentify(reports.encode(canary.ct()), KEY).result.dose.patient.age_years == 92.0


@given(years=st.floats(0, 125))
def test_a_written_age_stays_in_its_group_and_is_never_finer_than_a_week(years: float) -> None:
    written = written_age(None, years)
    assert written is not None
    assert written[-1] in "YMW"
    again = age_years(written, None, None)
    assert again is not None
    assert age_band(again) == age_band(years)
    assert 0 <= years - again + 1e-6 < (1 if years >= 2 else 1 / 12 + 1e-6)


@pytest.mark.parametrize("content", objects(40, seed=11))
def test_a_simulated_report_says_the_same_about_dose(content: bytes) -> None:
    clean, original = deidentify(content, KEY), read_object(content)
    assert about_dose(clean.result) == about_dose(original)
    assert (original.identity.name or "?").split("^")[0].encode() not in clean.content


def test_every_real_report_says_the_same_about_dose() -> None:
    changed, accepted = [], 0
    for path in sorted(shared("corpus/open").glob("*.dcm")):
        try:
            original = read_object(path.read_bytes())
        except DoseloopError:
            continue
        accepted += 1
        if about_dose(deidentify(path.read_bytes(), KEY).result) != about_dose(original):
            changed.append(path.name)
    assert changed == []
    assert accepted > 20


def test_an_object_without_dose_or_cut_short_is_refused_for_what_it_is() -> None:
    whole = reports.encode(canary.ct())
    with pytest.raises(Truncated):
        deidentify(whole[: len(whole) // 2], KEY)
    letter = canary.ct()
    del letter.ContentSequence[1:]
    with pytest.raises(NotDose):
        deidentify(reports.encode(letter), KEY)
