"""Writes a dose report: an X-Ray Radiation Dose SR (PS3.3 section A.35.8), a file of PS3.10, Explicit VR Little Endian.

The header goes through pydicom; the content tree, which is nearly all of it, through `content.py`.
"""

from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, XRayRadiationDoseSRStorage

from doseloop.simulate import codes, tid10001_projection, tid10011_ct
from doseloop.simulate.chance import uid
from doseloop.simulate.codes import Concept
from doseloop.simulate.content import ContentWriter, content
from doseloop.simulate.records import Exam, Report

IMPLEMENTATION_UID = "2.25.154930613094517217302183914027345018123"
PYTHON_ENCODINGS = {"ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}


def sop_instance_uid(report: Report) -> str:
    """SOP Instance UID of a report; the same report always has the same."""
    return uid(report.exam.seed, report.exam.study_uid, "report", report.number)


def encode(report: Report) -> bytes:
    """The report as the bytes of a DICOM file; the same report always gives the same bytes."""
    exam = report.exam
    writer = ContentWriter(exam.scanner.coding, PYTHON_ENCODINGS[exam.scanner.character_set])
    if exam.ct_events:
        template_id = tid10011_ct.TEMPLATE
        items = tid10011_ct.items(exam, exam.ct_events[: report.events], writer)
    else:
        template_id = tid10001_projection.TEMPLATE
        items = tid10001_projection.items(exam, exam.runs[: report.events], writer)
    header = BytesIO()
    dcmwrite(header, _header(report, template_id), enforce_file_format=True)
    # Content Sequence (0040,A730) has the highest tag of all, so that it simply follows the header.
    return header.getvalue() + content(items)


def _header(report: Report, template_id: str) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = report.exam.scanner.character_set
    dataset.file_meta = _file_meta(report)
    _put_patient(dataset, report.exam)
    _put_study(dataset, report.exam)
    _put_equipment(dataset, report.exam)
    _put_document(dataset, report, template_id)
    return dataset


def _file_meta(report: Report) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = XRayRadiationDoseSRStorage
    meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid(report))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "DOSELOOP_SIM"
    return meta


def _put_patient(dataset: Dataset, exam: Exam) -> None:
    patient = exam.patient
    dataset.PatientName = patient.name
    dataset.PatientID = patient.number
    dataset.IssuerOfPatientID = patient.issuer
    dataset.PatientBirthDate = _date(patient.birth_date)
    dataset.PatientSex = patient.sex
    dataset.PatientAge = age_string(patient.birth_date, exam.started_at.date())
    if exam.height_recorded:
        dataset.PatientSize = f"{patient.height_m:.2f}"
    if exam.weight_recorded:
        dataset.PatientWeight = f"{patient.weight_kg:.1f}"


def _put_study(dataset: Dataset, exam: Exam) -> None:
    dataset.StudyInstanceUID = exam.study_uid
    dataset.StudyDate, dataset.StudyTime = _date(exam.started_at), _time(exam.started_at)
    dataset.StudyID = "1"
    dataset.AccessionNumber = exam.accession
    dataset.StudyDescription = exam.description
    dataset.ReferringPhysicianName = ""
    dataset.PerformingPhysicianName = exam.physician
    dataset.OperatorsName = exam.operator
    dataset.RequestedProcedureDescription = exam.description
    dataset.PerformedProcedureStepDescription = exam.protocol
    dataset.ProtocolName = exam.protocol
    dataset.ReferencedPerformedProcedureStepSequence = Sequence()
    dataset.PerformedProcedureCodeSequence = Sequence()


def _put_equipment(dataset: Dataset, exam: Exam) -> None:
    scanner = exam.scanner
    dataset.Manufacturer = scanner.manufacturer
    dataset.ManufacturerModelName = scanner.model
    dataset.InstitutionName = scanner.site
    dataset.InstitutionalDepartmentName = "Radiology" if scanner.modality == "CT" else "Angiography"
    dataset.StationName = scanner.station_name
    dataset.DeviceSerialNumber = scanner.serial
    dataset.SoftwareVersions = scanner.software
    if scanner.timezone:
        dataset.TimezoneOffsetFromUTC = exam.started_at.replace(tzinfo=ZoneInfo(scanner.timezone)).strftime("%z")


def _put_document(dataset: Dataset, report: Report, template_id: str) -> None:
    made_at, series_number = report.made_at, report.exam.scanner.series_number
    dataset.SOPClassUID = XRayRadiationDoseSRStorage
    dataset.SOPInstanceUID = sop_instance_uid(report)
    dataset.Modality = "SR"
    dataset.SeriesInstanceUID = uid(report.exam.seed, report.exam.study_uid, "series", report.number)
    dataset.SeriesNumber = series_number
    dataset.SeriesDescription = "Dose Report"
    dataset.SeriesDate, dataset.SeriesTime = _date(made_at), _time(made_at)
    dataset.InstanceNumber = report.number
    dataset.ContentDate, dataset.ContentTime = _date(made_at), _time(made_at)
    dataset.CompletionFlag = "COMPLETE"
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.ValueType = "CONTAINER"
    dataset.ConceptNameCodeSequence = Sequence([_code(codes.DOSE_REPORT)])
    dataset.ContinuityOfContent = "SEPARATE"
    named = Dataset()
    named.MappingResource, named.TemplateIdentifier = "DCMR", template_id
    dataset.ContentTemplateSequence = Sequence([named])


def _code(concept: Concept) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = concept.code, concept.scheme, concept.meaning
    return item


def age_string(birth_date: date, on: date) -> str:
    """Age String (PS3.5 section 6.2): years, months below two years, days below four weeks."""
    days = (on - birth_date).days
    if days < 28:
        return f"{days:03d}D"
    months = (on.year - birth_date.year) * 12 + on.month - birth_date.month - (on.day < birth_date.day)
    return f"{months:03d}M" if months < 24 else f"{months // 12:03d}Y"


def _date(value: date) -> str:
    return value.strftime("%Y%m%d")


def _time(value: datetime) -> str:
    return value.strftime("%H%M%S.%f")[:10]
