"""What every object says of itself: study, patient, equipment, staff and the image (PS3.3 section C.7)."""

from random import Random
from typing import Any

from tests.reading.generator.content import Content, Told
from tests.reading.generator.numbers import number, written
from tests.reading.generator.scripts import Script, text
from tests.reading.generator.writing import Element, of

_AGES = (("064Y", 64.0), ("37Y", 37.0), ("006M", 0.5), ("000D", 0.0), ("", None), ("-1Y", None))
_AGE_UNITS = {64.0: "year", 37.0: "year", 0.5: "month", 0.0: "day"}
_SEXES = (("F", "F"), ("M", "M"), ("O", "O"), ("", None), ("U", None))
_DATES = (("20260303", "2026-03-03"), ("2026.03.03", "2026-03-03"), ("", None))
_TIMES = (
    ("101500", "10:15:00"),
    ("1015", "10:15:00"),
    ("101500.25", "10:15:00.250000"),
    ("10:15:00", "10:15:00"),
    ("", None),
)
_ZONES = (("+0100", "+0100"), ("", None), ("UTC-04:00", None))


def header(content: Content, sop_class: str, modality: str) -> tuple[list[Element], Told]:
    """The elements, and the fields of the reading outside its doses."""
    chance, script = content.chance, content.script
    instance, study_uid, series = content.new_uid(), content.new_uid(), content.new_uid()
    made = [
        of("SOPClassUID", sop_class),
        of("SOPInstanceUID", instance),
        of("StudyInstanceUID", study_uid),
        of("SeriesInstanceUID", series),
        of("Modality", modality),
        of("PatientBirthDate", chance.choice(("", "0", "18991230"))),
        of("PatientID", "P1"),
        of("PatientName", f"Doe^{text(chance, script)}"),
        *([of("SpecificCharacterSet", script.declared)] if script.declared else []),
    ]
    told: Told = {
        "sop_class_uid": sop_class,
        "sop_instance_uid": instance,
        "series_uid": series,
        "study": {"study_uid": study_uid},
        "patient": {},
        "equipment": {},
        "people": {},
    }
    _choose(chance, made, told["study"], "date", "StudyDate", _DATES)
    _choose(chance, made, told["study"], "time", "StudyTime", _TIMES)
    _choose(chance, made, told["study"], "timezone_offset", "TimezoneOffsetFromUTC", _ZONES)
    _choose(chance, made, told["patient"], "age_years", "PatientAge", _AGES)
    if told["patient"].get("age_years") is not None:
        told["patient"]["age_unit"] = _AGE_UNITS[told["patient"]["age_years"]]
    _choose(chance, made, told["patient"], "sex", "PatientSex", _SEXES)
    _size(chance, made, told["patient"], "height_m", "PatientSize")
    _size(chance, made, told["patient"], "weight_kg", "PatientWeight")
    _texts(chance, script, made, told)
    return made, told


_STUDY = (
    ("description", "StudyDescription"),
    ("accession_number", "AccessionNumber"),
    ("requested_procedure", "RequestedProcedureDescription"),
    ("performed_procedure", "PerformedProcedureStepDescription"),
    ("study_id", "StudyID"),
)
_EQUIPMENT = (
    ("model", "ManufacturerModelName"),
    ("station_name", "StationName"),
    ("serial_number", "DeviceSerialNumber"),
    ("institution", "InstitutionName"),
    ("department", "InstitutionalDepartmentName"),
)


def _texts(chance: Random, script: Script, made: list[Element], told: Told) -> None:
    for group, table in (("study", _STUDY), ("equipment", _EQUIPMENT)):
        for name, keyword in table:
            if chance.random() < 0.6:
                value = text(chance, script) if chance.random() < 0.9 else ""
                made.append(of(keyword, value))
                told[group] |= {name: value} if value else {}
    if chance.random() < 0.3:
        made.append(of("OperatorsName", "Ray^Ann\\Lee^Bo"))
        told["people"]["operators"] = ["Ray^Ann", "Lee^Bo"]
    if chance.random() < 0.3:
        made.append(of("SoftwareVersions", "VB20\\1.2"))
        told["equipment"]["software_versions"] = "VB20, 1.2"
    if chance.random() < 0.5:
        made.append(of("Manufacturer", "Maker"))
        told["equipment"]["manufacturer"] = "Maker"


def _choose(
    chance: Random, made: list[Element], told: Told, name: str, keyword: str, ways: tuple[tuple[str, Any], ...]
) -> None:
    if chance.random() < 0.7:
        value, read = chance.choice(ways)
        made.append(of(keyword, value))
        if read is not None:
            told[name] = read


def _size(chance: Random, made: list[Element], told: Told, name: str, keyword: str) -> None:
    if chance.random() < 0.5:
        value = number(chance, zero=True)
        made.append(of(keyword, written(chance, value)))
        if value:
            told[name] = value
