"""Dose reports made by code, by pydicom, in any encoding: what the tests and the measurement of reading stand on."""

from collections.abc import Iterable
from io import BytesIO
from typing import Literal

from pydicom import Dataset, FileMetaDataset, dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from doseloop.model.reading import Code
from doseloop.reading.sr import ContentItem
from doseloop.reading.values import Measured

Encoding = Literal["explicit", "implicit", "big endian", "deflated"]
ENCODINGS: tuple[Encoding, ...] = ("explicit", "implicit", "big endian", "deflated")
_SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}
DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"
ENHANCED_SR = "1.2.840.10008.5.1.4.1.1.88.22"
UNITS = {"mGy.cm": "mGy.cm", "1": "no units"}


def code_item(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    """The data set of a code."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def content(
    value_type: str,
    concept: tuple[str, str],
    *children: Dataset,
    relation: str = "CONTAINS",
    scheme: str = "DCM",
) -> Dataset:
    """A content item without its value."""
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, value_type
    item.ConceptNameCodeSequence = Sequence([code_item(*concept, scheme=scheme)])
    if children:
        item.ContentSequence = Sequence(children)
    return item


def container(concept: tuple[str, str], *children: Dataset) -> Dataset:
    item = content("CONTAINER", concept, *children)
    item.ContinuityOfContent = "SEPARATE"
    return item


def num(concept: tuple[str, str], value: object, unit: str | None, *children: Dataset, scheme: str = "UCUM") -> Dataset:
    """A NUM item; `value` None leaves the Measured Value Sequence empty."""
    item = content("NUM", concept, *children)
    measured = Dataset()
    if value is not None:
        measured.NumericValue = value
        if unit is not None:
            measured.MeasurementUnitsCodeSequence = Sequence([code_item(unit, UNITS.get(unit, unit), scheme)])
    item.MeasuredValueSequence = Sequence([measured] if value is not None else [])
    return item


def coded(concept: tuple[str, str], value: tuple[str, str] | None, *children: Dataset, scheme: str = "DCM") -> Dataset:
    item = content("CODE", concept, *children)
    if value is not None:
        item.ConceptCodeSequence = Sequence([code_item(*value, scheme=scheme)])
    return item


def text(concept: tuple[str, str], value: str) -> Dataset:
    item = content("TEXT", concept)
    item.TextValue = value
    return item


def uid(concept: tuple[str, str], value: str) -> Dataset:
    item = content("UIDREF", concept)
    item.UID = value
    return item


def moment(concept: tuple[str, str], value: str) -> Dataset:
    item = content("DATETIME", concept)
    item.DateTime = value
    return item


def person(name: str, role: tuple[str, str]) -> Dataset:
    item = content("PNAME", ("113870", "Person Name"), coded(("113875", "Person Role in Procedure"), role))
    item.PersonName = name
    return item


def image(sop_instance_uid: str) -> Dataset:
    item = content("IMAGE", ("113795", "Acquired Image"))
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = (
        "1.2.840.10008.5.1.4.1.1.12.1",
        sop_instance_uid,
    )
    item.ReferencedSOPSequence = Sequence([reference])
    return item


def report(template: str, *children: Dataset) -> Dataset:
    """A dose report with a header."""
    root = Dataset()
    root.SOPClassUID, root.SOPInstanceUID = DOSE_SR, "2.25.1"
    root.StudyDate, root.StudyTime = "20240301", "101500"
    root.AccessionNumber, root.Modality = "A1", "SR"
    root.Manufacturer, root.ManufacturerModelName, root.StationName = "Maker", "Model", "ROOM1"
    root.PatientName, root.PatientID, root.PatientBirthDate, root.PatientSex = "Doe^Jo", "77", "19600102", "F"
    root.PatientAge, root.PatientSize, root.PatientWeight = "064Y", "1.7", "70"
    root.StudyInstanceUID, root.SeriesInstanceUID = "2.25.2", "2.25.3"
    root.ValueType = "CONTAINER"
    root.ConceptNameCodeSequence = Sequence([code_item("113701", "X-Ray Radiation Dose Report")])
    root.CompletionFlag = "COMPLETE"
    identifier = Dataset()
    identifier.MappingResource, identifier.TemplateIdentifier = "DCMR", template
    root.ContentTemplateSequence = Sequence([identifier])
    root.ContentSequence = Sequence(children)
    return root


def ct_report(events: Iterable[Dataset] | int = 1, total: object = "250.5") -> Dataset:
    """TID 10011 with one spiral acquisition, or as many as given."""
    made = [ct_event(f"2.25.1{number}") for number in range(events)] if isinstance(events, int) else list(events)
    return report(
        "10011",
        coded(("121058", "Procedure Reported"), ("P5-08000", "Computed Tomography X-Ray"), scheme="SRT"),
        moment(("113809", "Start of X-Ray Irradiation"), "20240301101501"),
        container(
            ("113811", "CT Accumulated Dose Data"),
            num(("113812", "Total Number of Irradiation Events"), len(made), "{events}"),
            num(("113813", "CT Dose Length Product Total"), total, "mGy.cm"),
        ),
        *made,
    )


def ct_event(event_uid: str = "2.25.10", *more: Dataset) -> Dataset:
    """TID 10013 with its source and dose."""
    source = container(
        ("113831", "CT X-Ray Source Parameters"),
        text(("113832", "Identification of the X-Ray Source"), "A"),
        num(("113733", "KVP"), "120", "kV"),
        num(("113833", "Maximum X-Ray Tube Current"), "260", "mA"),
        num(("113734", "X-Ray Tube Current"), "180", "mA"),
        num(("113834", "Exposure Time per Rotation"), "0.5", "s"),
    )
    return container(
        ("113819", "CT Acquisition"),
        text(("125203", "Acquisition Protocol"), "Thorax"),
        coded(("123014", "Target Region"), ("T-D3000", "Chest"), scheme="SRT"),
        coded(("113820", "CT Acquisition Type"), ("P5-08001", "Spiral Acquisition"), scheme="SRT"),
        uid(("113769", "Irradiation Event UID"), event_uid),
        container(
            ("113822", "CT Acquisition Parameters"),
            num(("113824", "Exposure Time"), "5.25", "s"),
            num(("113825", "Scanning Length"), "350", "mm"),
            num(("113826", "Nominal Single Collimation Width"), "0.6", "mm"),
            num(("113827", "Nominal Total Collimation Width"), "38.4", "mm"),
            num(("113828", "Pitch Factor"), "0.9", "{ratio}"),
            source,
        ),
        container(
            ("113829", "CT Dose"),
            num(("113830", "Mean CTDIvol"), "7.25", "mGy"),
            coded(("113835", "CTDIw Phantom Type"), ("113691", "IEC Body Dosimetry Phantom")),
            num(("113838", "DLP"), "250.5", "mGy.cm"),
        ),
        *more,
    )


def projection_report(*events: Dataset, procedure: tuple[str, str] = ("113704", "Projection X-Ray")) -> Dataset:
    """TID 10001 of a single plane with the given events."""
    return report("10001", coded(("121058", "Procedure Reported"), procedure), plane_total(), *events)


def plane_total(plane: tuple[str, str] = ("113622", "Single Plane"), dap: object = "0.00025") -> Dataset:
    return container(
        ("113702", "Accumulated X-Ray Dose Data"),
        coded(("113764", "Acquisition Plane"), plane),
        num(("113722", "Dose Area Product Total"), dap, "Gy.m2"),
        num(("113725", "Dose (RP) Total"), "0.012", "Gy"),
        num(("113730", "Total Fluoro Time"), "0", "s"),
    )


def run(number: int = 1, *more: Dataset, kind: tuple[str, str] = ("P5-06000", "Fluoroscopy")) -> Dataset:
    """TID 10003: one run of about 65 items with `more`."""
    return container(
        ("113706", "Irradiation Event X-Ray Data"),
        coded(("113764", "Acquisition Plane"), ("113622", "Single Plane")),
        uid(("113769", "Irradiation Event UID"), f"2.25.20{number}"),
        moment(("111526", "DateTime Started"), f"2024030110{number % 60:02}01.250"),
        coded(("113721", "Irradiation Event Type"), kind, scheme="SRT"),
        text(("125203", "Acquisition Protocol"), "Cardiac 15"),
        num(("122130", "Dose Area Product"), f"{1.5e-06 * number:.6g}", "Gy.m2"),
        num(("113738", "Dose (RP)"), f"{0.00025 * number:.6g}", "Gy"),
        *more,
    )


def angiography(runs: int = 108) -> Dataset:
    """A long angiography report: about 73 items a run, as the reports of angiography systems have."""
    return projection_report(*(run(number, *geometry(number)) for number in range(1, runs + 1)))


def geometry(number: int) -> list[Dataset]:
    angles = [("112011", "Positioner Primary Angle"), ("112012", "Positioner Secondary Angle")]
    lengths = [
        *(("113751", "Table Longitudinal Position"), ("113752", "Table Lateral Position")),
        *(("113753", "Table Height Position"), ("113750", "Distance Source to Detector")),
        *(("113748", "Distance Source to Isocenter"), ("113788", "Collimated Field Height")),
        *(("113789", "Collimated Field Width"), ("113766", "Focal Spot Size")),
    ]
    private = [(f"{index:03}", f"Private Quantity {index}") for index in range(24)]
    filters = [
        container(
            ("113771", "X-Ray Filters"),
            coded(("113772", "X-Ray Filter Type"), ("113653", "Flat filter")),
            coded(("113757", "X-Ray Filter Material"), ("C-127F9", "Copper or Copper compound"), scheme="SRT"),
            num(("113758", "X-Ray Filter Thickness Minimum"), "0.4", "mm"),
            num(("113773", "X-Ray Filter Thickness Maximum"), "0.4", "mm"),
        )
        for _ in range(2)
    ]
    return [
        *(num(angle, f"{number % 37 - 12.5 + index}", "deg") for index, angle in enumerate(angles)),
        *(num(length, f"{100 + 7 * index + number % 11}", "mm") for index, length in enumerate(lengths)),
        num(("113733", "KVP"), f"{70 + number % 30}", "kV"),
        num(("113734", "X-Ray Tube Current"), f"{100 + number}", "mA"),
        num(("113768", "Number of Pulses"), f"{number * 3}", "1"),
        num(("113793", "Pulse Width"), "4.5", "ms"),
        coded(
            ("113743", "Patient Orientation"),
            ("F-10450", "recumbent"),
            coded(("113744", "Patient Orientation Modifier"), ("F-10340", "supine"), scheme="SRT"),
        ),
        *filters,
        *(num(name, f"{number + index}.5", "mm") for index, name in enumerate(private)),
        *(image(f"2.25.3{number}{index}") for index in range(3)),
    ]


def encode(data_set: Dataset, encoding: Encoding = "explicit", *, undefined: bool = False, bare: bool = False) -> bytes:
    """The report as bytes. `undefined`: sequences and items of undefined length; `bare`: without file meta information."""
    _set_lengths(data_set, undefined)
    syntax = _SYNTAXES[encoding]
    out = BytesIO()
    if bare:
        dcmwrite(out, data_set, implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)
        return out.getvalue()
    data_set.file_meta = FileMetaDataset()
    data_set.file_meta.MediaStorageSOPClassUID = data_set.get("SOPClassUID", DOSE_SR)
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.get("SOPInstanceUID", "2.25.1")
    data_set.file_meta.TransferSyntaxUID = syntax
    dcmwrite(out, data_set, enforce_file_format=True)
    return out.getvalue()


def _set_lengths(data_set: Dataset, undefined: bool) -> None:
    for element in data_set:
        if element.VR == "SQ":
            element.value.is_undefined_length = undefined
            element.is_undefined_length = undefined
            for item in element.value:
                item.is_undefined_length_sequence_item = undefined
                _set_lengths(item, undefined)


def as_pydicom_reads(data_set: Dataset, place: str = "1") -> ContentItem:
    """The content tree of a data set that pydicom read: the truth that the own reader is held against."""
    texts = ("TextValue", "UID", "DateTime", "Date", "Time", "PersonName")
    found = next((str(data_set[name].value or "") for name in texts if name in data_set), None)
    return ContentItem(
        place,
        data_set.get("RelationshipType"),
        data_set.get("ValueType"),
        _code(data_set.get("ConceptNameCodeSequence")),
        found,
        _code(data_set.get("ConceptCodeSequence")),
        tuple(_measured(item) for item in data_set.get("MeasuredValueSequence") or ()),
        _code(data_set.get("NumericValueQualifierCodeSequence")),
        tuple(str(item.ReferencedSOPInstanceUID) for item in data_set.get("ReferencedSOPSequence") or ()),
        tuple(
            as_pydicom_reads(item, f"{place}.{number}")
            for number, item in enumerate(data_set.get("ContentSequence") or (), start=1)
        ),
    )


def _measured(item: Dataset) -> Measured:
    raw = item.get("NumericValue")
    numbers = raw if isinstance(raw, list) or hasattr(raw, "append") else [raw]
    written = "\\".join(
        getattr(number, "original_string", str(number)).strip() for number in numbers if number is not None
    )
    return Measured(written, _code(item.get("MeasurementUnitsCodeSequence")))


def _code(items: Sequence | None) -> Code | None:
    if not items:
        return None
    parts = [str(items[0].get(name) or "") for name in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")]
    return Code(*parts) if parts[0] or parts[2] else None
