"""The kinds of objects that are read, each once: what it is called, how it is known, and who reads it.

A report is known by its content, whatever its SOP class; an image by its SOP class, and by its modality where a class holds
images of several kinds or is that of none. The first kind that an object is of reads it. A new kind of object is a new entry
here and a file beside this one. Still to come, each with its place: Enhanced X-Ray Radiation Dose SR (TID 10040) and Patient
Radiation Dose SR (TID 10030) as `tid10040_*.py` and `tid10030_*.py`, performed procedure steps, and dose screens that are read
from their pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass

from doseloop.model.dose_object import DoseObject, ObjectKind
from doseloop.reading import (
    ct_image,
    ct_report,
    dental,
    mammography,
    mr,
    nuclear_medicine,
    pet,
    projection_report,
    radiography,
    tracer_report,
)
from doseloop.reading.header import Header
from doseloop.reading.sr import ContentItem
from doseloop.reading.vendors import siemens

STORAGE = "1.2.840.10008.5.1.4.1.1."
_BREAST = ("1.2", "1.2.1", "13.1.3", "13.1.4", "13.1.5")
"""Digital mammography, breast tomosynthesis and its projections."""


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of structured report."""

    name: ObjectKind
    what: str
    """The template and what is read, for people."""
    is_it: Callable[[ContentItem], bool]
    """Whether a report with this content tree is one."""
    read: Callable[[Header, ContentItem], DoseObject]


@dataclass(frozen=True, slots=True)
class ImageKind:
    """A kind of image."""

    name: ObjectKind
    what: str
    modalities: tuple[str, ...]
    """Values of Modality (0008,0060)."""
    classes: tuple[str, ...]
    """Ends of SOP Class UIDs below the storage root, for images whose modality is none of any kind."""
    read: Callable[[Header], DoseObject]
    may_be: tuple[ObjectKind, ...] = ()
    """Kinds that images of these classes are where their modality says so."""


REPORTS = (
    ReportKind("ct report", "CT Radiation Dose, TID 10011", ct_report.is_it, ct_report.read),
    ReportKind(
        "projection report",
        "Projection X-Ray Radiation Dose, TID 10001",
        projection_report.is_it,
        projection_report.read,
    ),
    ReportKind(
        "tracer report", "Radiopharmaceutical Radiation Dose, TID 10021", tracer_report.is_it, tracer_report.read
    ),
    ReportKind(
        "dose summary", "Radiation Summary Report of Siemens: totals alone", siemens.is_summary, siemens.read_summary
    ),
)
IMAGES = (
    ImageKind("mammogram", "Mammogram or tomosynthesis", ("MG",), _BREAST, mammography.mammogram),
    ImageKind("dental image", "Panoramic or intra-oral image", ("PX", "IO"), ("1.3", "1.3.1"), dental.dental_image),
    ImageKind(
        "radiograph", "Radiograph", ("DX", "CR", "DR", "RG"), ("1", "1.1", "1.1.1"), radiography.radiograph,
        ("mammogram", "dental image"),
    ),
    ImageKind("pet image", "PET image", ("PT",), ("128", "130"), pet.pet_image),
    ImageKind("nuclear medicine image", "Planar, whole body or SPECT image", ("NM",), ("20",), nuclear_medicine.nm_image),
    ImageKind("mr image", "MR image", ("MR",), ("4", "4.1", "4.3", "4.4"), mr.mr_image),
    ImageKind("ct image", "CT image", ("CT",), ("2", "2.1", "2.2"), ct_image.ct_image, ("mammogram", "radiograph", "dental image")),
)  # fmt: skip
NOT_READ = (
    (
        "Enhanced X-Ray Radiation Dose SR (TID 10040)",
        "kept and marked `not dose` with the code `not-read-yet`, for a version that reads it",
    ),
    ("Patient Radiation Dose SR (TID 10030)", "likewise"),
    ("Any other report of a dose class or name whose content is of no kind above", "likewise"),
    ("Dose screens of makers other than Philips, whose figures stand in pixels alone", "`not dose`"),
    ("X-ray angiography and fluoroscopy images (XA, RF)", "`not dose`: their reports carry the dose"),
    ("Modality performed procedure steps", "not received"),
    ("Compressed or deflated data sets over the network", "not offered; a deflated file is read by `doseloop ingest`"),
)
"""What a reader could expect and does not find, and what becomes of it, for people."""
SECONDARY_CAPTURES = ("7", "7.1", "7.2", "7.3", "7.4")


def report_kind(root: ContentItem) -> ReportKind | None:
    """The kind of a report, None where it holds no dose that is read."""
    return next((kind for kind in REPORTS if kind.is_it(root)), None)


def image_kind(header: Header) -> ImageKind | None:
    """The kind of an image, None where none of that kind carries dose.

    A class that holds one kind holds it whatever modality is written: the units of its elements are the class's. A secondary
    capture is none, except that tomosynthesis may come as one: it then says MG and holds its exposure.
    """
    modality = (header.text(0x00080060) or "").strip().upper()
    ends = header.sop_class_uid.removeprefix(STORAGE)
    if not header.sop_class_uid.startswith(STORAGE) or (ends in SECONDARY_CAPTURES and modality != "MG"):
        return None
    by_modality = next((kind for kind in IMAGES if modality in kind.modalities), None)
    by_class = next((kind for kind in IMAGES if ends in kind.classes), None)
    if by_class is None and ends not in SECONDARY_CAPTURES:
        return None
    if by_class and by_modality and by_modality.name not in by_class.may_be:
        return by_class
    return by_modality or by_class
