"""What one DICOM object says about dose: the record that a reader process hands back.

Identity stands apart (`Identity`), since it goes to one table of the record and nowhere else.
"""

from dataclasses import dataclass
from typing import Literal

from doseloop.model.ct import CtEvent
from doseloop.model.ct_series import MeasuredImage
from doseloop.model.image import ImageHeader
from doseloop.model.mr import MrSeries
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Reading, Remark, Unmeasured
from doseloop.model.tracer import Administration, PatientState

Modality = Literal["CT", "RF", "DX", "MG", "NM", "PT", "PX", "MR"]
ObjectKind = Literal[
    "ct report",
    "projection report",
    "tracer report",
    "dose summary",
    "dose screen",
    "radiograph",
    "mammogram",
    "dental image",
    "nuclear medicine image",
    "pet image",
    "mr image",
    "ct image",
]
"""`dose summary`: totals alone, in a report of a maker's own. `dose screen`: a secondary capture with dose in its header."""
IMAGE_KINDS: frozenset[ObjectKind] = frozenset(
    (
        "dose screen",
        "radiograph",
        "mammogram",
        "dental image",
        "nuclear medicine image",
        "pet image",
        "mr image",
        "ct image",
    )
)
"""Kinds of which the header alone is kept, since the pixels are not needed once it was read."""
SLICE_KINDS: frozenset[ObjectKind] = frozenset(("ct image", "mr image", "pet image", "nuclear medicine image"))
"""Kinds of which a series has many images that tell the same."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the object says the patient is (PS3.3 section C.7.1.1). Never leaves the identity table."""

    number: str | None = None
    """Patient ID (0010,0020)."""
    issuer: str | None = None
    """Issuer of Patient ID (0010,0021)."""
    name: str | None = None
    """Patient's Name (0010,0010) as written, all representations."""
    birth_date: str | None = None
    """Patient's Birth Date (0010,0030), ISO, None where empty or not a date."""


@dataclass(frozen=True, slots=True)
class PatientAtStudy:
    """The patient's size and age at the study (PS3.3 section C.7.2.2)."""

    age_years: float | None = None
    """Patient's Age (0010,1010) where it is sound, else from a plausible birth date; days are n/365.25."""
    completed_years: float | None = None
    """From a plausible birth date, exact at birthdays: completed years, below two years completed months as n/12."""
    age_unit: str | None = None
    """What Patient's Age counts: year, month, week or day."""
    sex: str | None = None
    """M, F or O (0010,0040)."""
    height_m: Reading[float] | None = None
    """Patient's Size (0010,1020), m; 0 means not recorded."""
    weight_kg: Reading[float] | None = None
    """Patient's Weight (0010,1030), kg; 0 means not recorded."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The scanner as the object names it (PS3.3 section C.7.5.1; device observer of TID 1004)."""

    manufacturer: str | None = None
    """Manufacturer (0008,0070), else Device Observer Manufacturer (121014)."""
    model: str | None = None
    """Manufacturer's Model Name (0008,1090), else Device Observer Model Name (121015)."""
    station_name: str | None = None
    """Station Name (0008,1010), header only."""
    serial_number: str | None = None
    """Device Serial Number (0018,1000), else Device Observer Serial Number (121016)."""
    software_versions: str | None = None
    """Software Versions (0018,1020), joined by a comma."""
    institution: str | None = None
    """Institution Name (0008,0080)."""
    department: str | None = None
    """Institutional Department Name (0008,1040)."""
    observer_uid: str | None = None
    """Device Observer UID (121012)."""
    observer_name: str | None = None
    """Device Observer Name (121013)."""


@dataclass(frozen=True, slots=True)
class StudyHeader:
    """The study as the object names it (PS3.3 sections C.7.2.1, C.7.3.1)."""

    study_uid: str
    """Study Instance UID (0020,000D)."""
    date: str | None = None
    """Study Date (0008,0020), ISO."""
    time: str | None = None
    """Study Time (0008,0030), ISO, local."""
    timezone_offset: str | None = None
    """Timezone Offset From UTC (0008,0201), `+0100`, None where absent or illegal."""
    accession_number: str | None = None
    """Accession Number (0008,0050)."""
    description: str | None = None
    """Study Description (0008,1030)."""
    protocol_name: str | None = None
    """Protocol Name (0018,1030)."""
    requested_procedure: str | None = None
    """Requested Procedure Description (0032,1060)."""
    performed_procedure: str | None = None
    """Performed Procedure Step Description (0040,0254)."""
    study_id: str | None = None
    """Study ID (0020,0010)."""
    performed_on: str | None = None
    """Performed Procedure Step Start Date (0040,0244), ISO."""
    procedure_codes: tuple[Code, ...] = ()
    """Procedure Code Sequence (0008,1032), then Requested Procedure Code Sequence (0032,1064)."""


@dataclass(frozen=True, slots=True)
class People:
    """Staff as typed: names are not yet persons."""

    operators: tuple[str, ...] = ()
    """Operators' Name (0008,1070) and operators in the content tree."""
    physicians: tuple[str, ...] = ()
    """Performing Physician's Name (0008,1050)."""


@dataclass(frozen=True, slots=True)
class Requesters:
    """Who asked for the study and who reports it, as typed. Not kept: no dose depends on them."""

    referring: tuple[str, ...] = ()
    """Referring Physician's Name (0008,0090)."""
    requesting: tuple[str, ...] = ()
    """Requesting Physician (0032,1032)."""
    reading: tuple[str, ...] = ()
    """Name of Physician(s) Reading Study (0008,1060)."""


@dataclass(frozen=True, slots=True)
class CtTotals:
    """CT Accumulated Dose Data (113811, TID 10012)."""

    dlp_mgy_cm: Reading[float] | None = None
    """CT Dose Length Product Total (113813), mGy·cm."""
    phantom_cm: int | None = None
    """Phantom of that total where the report gives one."""
    phantom: Reading[Code] | None = None
    """CTDIw Phantom Type (113835) of that total, CID 4052."""
    events: Reading[float] | None = None
    """Total Number of Irradiation Events (113812)."""


@dataclass(frozen=True, slots=True)
class DoseObject:
    """One object that carries dose, without who the patient is."""

    kind: ObjectKind
    modality: Modality
    sop_class_uid: str
    sop_instance_uid: str
    series_uid: str | None
    study: StudyHeader
    patient: PatientAtStudy
    equipment: Equipment
    people: People
    template: str | None = None
    """Template Identifier (0040,DB00) as written."""
    content_at: str | None = None
    """Content Date and Time (0008,0023), (0008,0033), local, ISO."""
    completion: str | None = None
    """Completion Flag (0040,A491): COMPLETE or PARTIAL."""
    ct_totals: CtTotals | None = None
    ct_events: tuple[CtEvent, ...] = ()
    plane_totals: tuple[PlaneTotals, ...] = ()
    projection_events: tuple[ProjectionEvent, ...] = ()
    missing: tuple[str, ...] = ()
    """What could not be read, one sentence each; not empty makes the object `partly read`."""
    started_at: str | None = None
    """Start of X-Ray Irradiation (113809), local, ISO."""
    ended_at: str | None = None
    """End of X-Ray Irradiation (113810), local, ISO."""
    procedure_reported: Code | None = None
    """Procedure Reported (121058)."""
    intent: Code | None = None
    """Has Intent (G-C0E8) of the procedure reported."""
    scope_study_uid: str | None = None
    """Study Instance UID (110180) below Scope of Accumulation (113705); may differ from the header's."""
    dose_source: Code | None = None
    """Source of Dose Information (113854)."""
    series_description: str | None = None
    """Series Description (0008,103E)."""
    quirks: tuple[str, ...] = ()
    """Ids of the makers' quirks (`reading/vendors`) that applied."""
    administrations: tuple[Administration, ...] = ()
    patient_state: PatientState | None = None
    mr_series: tuple[MrSeries, ...] = ()
    image: ImageHeader | None = None
    """The image itself where the object is one; its event holds the same record."""
    device_type: Code | None = None
    """Acquisition Device Type (122142), CID 10032; what the device calls itself."""
    unmeasured: tuple[Unmeasured, ...] = ()
    """Measurements that the object names and leaves empty with a reason."""
    verified: bool | None = None
    """Verification Flag (0040,A493)."""
    comment_on_dose: str | None = None
    """Comments on Radiation Dose (0040,0310)."""
    identity_removed: bool | None = None
    """Patient Identity Removed (0012,0062)."""
    remarks: tuple[Remark, ...] = ()
    """What was noticed at single items: each sentence of `missing`, and items that are empty, misnamed or repaired."""
    test_marks: tuple[Literal["name", "number"], ...] = ()
    """Where the patient is named as a phantom or a test is, found while identity is known; nothing of the name is in it."""

    @property
    def is_slice(self) -> bool:
        """Whether the object is one of the many images of a series that tell the same: CT, MR, PET and NM."""
        return self.kind in SLICE_KINDS


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a reader process hands back for one object that carries dose."""

    identity: Identity
    dose: DoseObject
    requesters: Requesters = Requesters()
    header_bytes: int | None = None
    """Of an image: how many bytes of the file come before the pixels, which are all that is kept; None to keep it whole."""
    measured: MeasuredImage | None = None
    """Of an axial CT image that came with its pixels: what was measured in them. Not part of `dose`, so that neither copies nor
    digests of what the object says depend on it."""


@dataclass(frozen=True, slots=True)
class Deidentified:
    """What a reader process hands back in place of a `ReadResult` where the installation is pseudonymous."""

    result: ReadResult
    """What `content` says: pseudonyms in place of identity, order numbers and names of staff."""
    content: bytes
    """The object without identity, a DICOM file (PS3.10)."""
