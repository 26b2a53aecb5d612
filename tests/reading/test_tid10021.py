"""Radiopharmaceutical Radiation Dose SR, made by code."""

from typing import Any

from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Reading
from doseloop.reading.object import read_object
from tests.reading import reports
from tests.reading.reports import code_item, coded, container, moment, num, uid

RADIOPHARMACEUTICAL_SR = "1.2.840.10008.5.1.4.1.1.88.68"


def value(reading: Reading[Any] | None) -> Any:
    return reading.value if reading else None


def agent(codes: str = "SCT") -> Dataset:
    names = {"SCT": ("349358000", "89457008", "304283002"), "SRT": ("F-61FDB", "C-10072", "R-42806")}[codes]
    return coded(
        (names[0], "Radiopharmaceutical agent"), ("35321007", "Fluorodeoxyglucose F^18^"),
        coded((names[1], "Radionuclide"), ("77004003", "^18^Fluorine")),
        num((names[2], "Radionuclide Half Life"), 6586.2, "s"),
    )  # fmt: skip


def administration(*items: Dataset) -> Dataset:
    return container(("113502", "Radiopharmaceutical Administration"), *items)


def read(*items: Dataset) -> DoseObject:
    made = reports.report("10021", *items)
    made.SOPClassUID = RADIOPHARMACEUTICAL_SR
    made.ConceptNameCodeSequence = Sequence([code_item("113500", "Radiopharmaceutical Radiation Dose Report")])
    return read_object(reports.encode(made)).dose


def test_an_administration_is_read_with_either_set_of_codes() -> None:
    for codes in ("SCT", "SRT"):
        (given,) = read(
            administration(agent(codes), num(("113507", "Administered activity"), 0.25, "GBq"))
        ).administrations
        assert value(given.activity_mbq) == 250
        assert value(given.half_life_s) == 6586.2
        assert value(given.radionuclide).meaning == "^18^Fluorine"


def test_what_was_measured_before_and_after_and_what_went_beside_is_read() -> None:
    measured = moment(("121135", "Observation DateTime"), "202603030850")
    left = coded(("272741003", "Laterality"), ("7771000", "Left"))
    vein = coded(("272737002", "Site of"), ("50094009", "Cephalic vein"), left)
    (given,) = read(
        administration(
            agent(),
            uid(("113503", "Radiopharmaceutical Administration Event UID"), "2.25.4"),
            moment(("123003", "Radiopharmaceutical Start DateTime"), "20260303090000"),
            num(("113508", "Pre-Administration Measured Activity"), 262, "MBq", measured),
            num(("113509", "Post-Administration Measured Activity"), 12, "MBq"),
            num(("113506", "Estimated Extravasation Activity"), 3, "MBq"),
            coded(("113505", "Intravenous Extravasation Symptoms"), ("22253000", "Pain")),
            coded(("410675002", "Route of administration"), ("47625008", "Intravenous route"), vein),
        )
    ).administrations
    assert (value(given.event_uid), value(given.started_at)) == ("2.25.4", "2026-03-03T09:00:00")
    assert (value(given.pre_activity_mbq), value(given.pre_measured_at)) == (262, "2026-03-03T08:50:00")
    assert (value(given.post_activity_mbq), value(given.extravasation_activity_mbq)) == (12, 3)
    assert [symptom.meaning for symptom in given.extravasation_symptoms] == ["Pain"]
    assert (value(given.route).meaning, value(given.site).meaning, given.laterality) == (
        "Intravenous route",
        "Cephalic vein",
        "L",
    )


def test_organ_doses_stay_apart_and_an_effective_dose_keeps_its_authority() -> None:
    organs = [
        container(
            ("113517", "Organ Dose Information"),
            coded(("363698007", "Finding Site"), code),
            num(("113518", "Organ Dose"), dose, "mGy"),
        )
        for code, dose in ((("12738006", "Brain"), 9.5), (("89837001", "Bladder"), 33))
    ]
    authority = reports.text(("121406", "Reference Authority"), "ICRP Publication 128")
    (given,) = read(
        administration(agent(), *organs, num(("113839", "Effective Dose"), 4750, "uSv", authority))
    ).administrations
    assert [(value(one.organ).meaning, value(one.dose_mgy)) for one in given.organ_doses] == [
        ("Brain", 9.5),
        ("Bladder", 33),
    ]
    assert (value(given.effective_dose_msv), given.effective_dose_authority) == (4.75, "ICRP Publication 128")


def test_the_patients_state_is_read() -> None:
    state = container(
        ("121118", "Patient Characteristics"),
        num(("121033", "Subject Age"), 63, "a"),
        num(("8302-2", "Patient Height"), 178, "cm"),
        num(("14749-6", "Glucose"), 90, "mg/dl"),
        num(("113550", "Fasting Duration"), 360, "min"),
        coded(("109054", "Patient State"), ("113563", "Severely Jaundiced")),
    )
    found = read(administration(agent()), state).patient_state
    assert found is not None
    assert (value(found.age_years), value(found.height_m)) == (63, 1.78)
    assert 4.9 < value(found.glucose_mmol_l) < 5.1
    assert value(found.fasting_h) == 6
    assert [one.meaning for one in found.states] == ["Severely Jaundiced"]


def test_the_procedure_tells_pet_from_nuclear_medicine() -> None:
    pet = coded(("G-C2D0", "Associated Procedure"), ("P5-0A00A", "PET study for localization of tumor"))
    assert read(pet, administration(agent())).modality == "PT"
    assert read(administration(agent())).modality == "NM"


def test_an_unknown_unit_of_activity_is_missing_and_never_guessed() -> None:
    dose = read(administration(agent(), num(("113507", "Administered activity"), 250, "mbq")))
    assert dose.administrations[0].activity_mbq is None
    assert "has the unit 'mbq'" in dose.missing[0]
