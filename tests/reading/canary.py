"""Reports of a patient whose name, numbers and dates stand in every place that may hold identity, and nowhere else."""

from collections.abc import Iterator

from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
from pydicom import Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.sequence import Sequence

from doseloop.reading.confidentiality import ORDER_NUMBERS, STAFF, action_on
from tests.reading import reports

NAME, NUMBER, BIRTH_DATE = "Kanarienvogel^Zita", "KAN4711", "19310415"
ACCESSION, STAFF_NAME, COMMENT = "ACCKAN99", "Papagei^Otto", "The kakadu moved"
TRACES = ("kanarienvogel", "zita", "kan4711", "19310415", "1931-04-15", "acckan99", "papagei", "kakadu")
"""What must be found nowhere, in lower case."""
PATIENT_TRACES = TRACES[:5]
_TEXTS = {"LO": NAME, "SH": NUMBER, "ST": COMMENT, "LT": COMMENT, "UT": COMMENT, "UC": NAME, "PN": NAME, "SQ": None}


def ct(typed: bool = True) -> Dataset:
    """A CT report full of the patient; unless `typed`, not in what staff typed of themselves and as comments."""
    check = reports.container(
        ("113908", "Dose Check Notification Details"),
        reports.text(("113907", "Reason for Proceeding"), COMMENT),
        reports.person(STAFF_NAME, ("128673", "Notification")),
    )
    event = reports.ct_event("2.25.10", reports.text(("121106", "Comment"), COMMENT), check, *_content(typed))
    return _full(reports.ct_report([event]), typed)


def projection() -> Dataset:
    """An angiography report full of the patient, with dose in a maker's comment."""
    dose = f'<Patient SRData="{NAME}"/><Position SRData="HFS"/><iiDiameter SRData="420"/>'
    event = reports.run(1, reports.text(("121106", "Comment"), dose), *_content(True))
    made = _full(reports.projection_report(event), True)
    made.ContentSequence.insert(0, reports.text(("121106", "Comment"), dose))
    made.Manufacturer = "Siemens"
    return made


def _full(root: Dataset, typed: bool) -> Dataset:
    root.ContentSequence.extend(_content(typed))
    for tag in _identifying():
        _plant(root, tag)
    root.PatientName, root.PatientID, root.PatientBirthDate = NAME, NUMBER, BIRTH_DATE
    root.AccessionNumber = root.StudyID = ACCESSION
    root.OperatorsName, root.PerformingPhysicianName = [STAFF_NAME, f"{STAFF_NAME} und {COMMENT}"], STAFF_NAME
    if typed:
        root.OperatorsName = [STAFF_NAME, f"{STAFF_NAME} und {NAME}"]
    del root.PatientAge
    root.RequestAttributesSequence = Sequence([_request()])
    root.ReferencedRequestSequence = Sequence([_request()])
    _plant_private(root)
    _plant_private(root.ConceptNameCodeSequence[0])
    _plant_private(root.ContentSequence[-1].ConceptNameCodeSequence[0])
    root.add_new(0x60003000, "OW", NAME.encode())
    root.add_new(0x00080007, "LO", NAME)
    return root


def _identifying() -> Iterator[int]:
    """Every element of text of PS3.15 table E.1-1 that no option retains."""
    for number in table.ALL_TAGS:
        tag = number[0] << 16 | number[1]
        if (
            len(number) == 2
            and keyword_for_tag(tag)
            and tag not in (ORDER_NUMBERS | STAFF)
            and action_on(tag) != "keep"
        ):
            yield tag


def _plant(root: Dataset, tag: int) -> None:
    vr = dictionary_VR(tag)
    if vr == "SQ":
        item = Dataset()
        item.PersonName, item.InstitutionName, item.CodeMeaning = NAME, COMMENT, NAME
        root.add_new(tag, vr, Sequence([item]))
    elif vr in _TEXTS:
        root.add_new(tag, vr, _TEXTS[vr])


def _request() -> Dataset:
    request = Dataset()
    request.AccessionNumber = request.RequestedProcedureID = request.ScheduledProcedureStepID = ACCESSION
    request.PlacerOrderNumberImagingServiceRequest = request.FillerOrderNumberImagingServiceRequest = NUMBER
    request.ReferringPhysicianName = request.RequestingPhysician = STAFF_NAME
    request.RequestedProcedureDescription = "CT Thorax"
    _plant_private(request)
    return request


def _plant_private(data_set: Dataset) -> None:
    block = data_set.private_block(0x0029, "CANARY", create=True)
    block.add_new(1, "LO", NAME)
    block.add_new(2, "OB", NUMBER.encode() + b"\0")
    inner = Dataset()
    inner.PatientName = NAME
    block.add_new(3, "SQ", Sequence([inner]))


def _content(typed: bool) -> list[Dataset]:
    """Items of observers, subject and order (TID 1001 to 1006), and of people and texts wherever they stand."""
    names = ("121008", "113870", "121114", "121029", "121036", "121042")
    texts = ["121009", "121017", "113724", "113871", "113873", "121030", "121023", "121142"]
    texts += ["121106", "113907", "121114"] if typed else []
    orders = ("121020", "121021", "121022")
    born, moment = (
        reports.content("DATE", ("121031", "Subject Birth Date")),
        reports.content("DATETIME", ("X1", "Birth")),
    )
    born.Date, moment.DateTime = BIRTH_DATE, BIRTH_DATE + "101500"
    return [
        *(_name(code) for code in names),
        *(reports.text((code, "Text"), f"{COMMENT} {NAME} {STAFF_NAME}") for code in texts),
        *(reports.text((code, "Order"), ACCESSION) for code in orders),
        reports.text(("007", "Performing Physicians Name"), STAFF_NAME),
        born,
        moment,
    ]


def _name(code: str) -> Dataset:
    item = reports.content("PNAME", (code, "A name"))
    item.PersonName = NAME if code in ("121029", "121036") else STAFF_NAME
    return item
