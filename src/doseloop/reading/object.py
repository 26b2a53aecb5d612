"""One object: bytes to what it says about dose."""

from collections import Counter
from dataclasses import replace
from typing import Literal

from doseloop.model.dose_object import DoseObject, Identity, ReadResult
from doseloop.model.errors import Malformed, NotDose, NotReadYet, TooLarge
from doseloop.model.reading import Remark
from doseloop.reading import dose_screen, tid10001_projection, tid10011_ct
from doseloop.reading.concept_names import concept_of
from doseloop.reading.encoding import find_data_set
from doseloop.reading.header import OF_THE_TREE, WANTED, Header, read_data_set, report_root, requesters
from doseloop.reading.header_tree import header_tree
from doseloop.reading.kinds import image_kind, report_kind
from doseloop.reading.limits import DEFAULT_LIMITS, ReadLimits
from doseloop.reading.patient import identity
from doseloop.reading.sr import ContentItem
from doseloop.reading.values import CodeMemory
from doseloop.reading.vendors import amended_image
from doseloop.reference.test_words import names_a_test

_REMARKS_OF_ONE, _MOST_REMARKS = 5, 5000
_EVENTS = frozenset((tid10011_ct.ACQUISITION, tid10001_projection.EVENT))
_OTHER_DOSE_REPORTS = {
    "113704": "Projection X-Ray",
    "113500": "Radiopharmaceutical Radiation Dose Report",
    "113701": "X-Ray Radiation Dose Report",
    "113811": "CT Accumulated Dose Data",
    "128406": "Enhanced X-Ray Radiation Dose Report",
    "121370": "Patient Radiation Dose Report",
}
"""Names of dose reports: one whose content is of no kind that is read is kept for a version that reads it."""
_OTHER_DOSE_CLASSES = frozenset(f"1.2.840.10008.5.1.4.1.1.88.{end}" for end in ("67", "68", "73", "74", "75", "76"))


def read_content_tree(
    data: bytes, limits: ReadLimits = DEFAULT_LIMITS, memory: CodeMemory | None = None
) -> ContentItem:
    """The content tree of a structured report, whatever its template; of an image the elements that are read, as a tree.

    Raises an `ObjectError` (`NotDicom`, `Truncated`, `Malformed`, ...).
    """
    found = find_data_set(data, limits)
    header, children = read_data_set(found, limits, memory or CodeMemory(), OF_THE_TREE)
    if children is not None or header.is_report:
        return report_root(header, children)
    return header_tree(read_data_set(found, limits, memory or CodeMemory(), WANTED)[0])


def read_object(data: bytes, limits: ReadLimits = DEFAULT_LIMITS, memory: CodeMemory | None = None) -> ReadResult:
    """What one object says about dose, by its kind (`kinds`). `memory` keeps codes from one object to the next and changes
    speed alone. Of an image the header is enough (`head`).

    Raises `NotDose` for a sound object without dose, `NotReadYet` for a dose report of another kind, else an `ObjectError`
    (`NotDicom`, `Truncated`, `Malformed`, ...).
    """
    header, children = read_data_set(find_data_set(data, limits), limits, memory or CodeMemory())
    is_report = children is not None or header.is_report
    dose = _report(header, report_root(header, children), limits) if is_report else _image(header)
    who = _identity(header)
    told = replace(
        dose, missing=_said(dose, limits.sentences), remarks=_noticed(dose.remarks), test_marks=_test_marks(who)
    )
    return ReadResult(who, told, requesters(header), None if is_report else header.length)


def _test_marks(who: Identity) -> tuple[Literal["name", "number"], ...]:
    """Where the patient is named as phantoms and tests are."""
    named: tuple[tuple[Literal["name", "number"], str | None], ...] = (("name", who.name), ("number", who.number))
    return tuple(where for where, text in named if text and names_a_test(text))


def _noticed(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Each remark once: every repair, since pages mark what was repaired, and of the rest a few of a kind at one concept."""
    counted: Counter[tuple[str, str]] = Counter()
    kept: list[Remark] = []
    for remark in dict.fromkeys(remarks):
        counted[remark.kind, remark.concept] += 1
        if remark.kind == "repaired" or counted[remark.kind, remark.concept] <= _REMARKS_OF_ONE:
            kept.append(remark)
    return tuple(kept[:_MOST_REMARKS])


def _said(dose: DoseObject, most: int) -> tuple[str, ...]:
    """Each sentence once, those on the object before those on its items, and no more than a person would read."""
    of_items = (remark.sentence for remark in dose.remarks if remark.sentence)
    once = tuple(dict.fromkeys((*dose.missing, *of_items)))
    return once if len(once) <= most else (*once[:most], f"{len(once) - most} further values cannot be read.")


def _report(header: Header, root: ContentItem, limits: ReadLimits) -> DoseObject:
    if sum(concept_of(child.concept) in _EVENTS for child in root.children) > limits.events:
        raise TooLarge(f"a report of more than {limits.events} irradiation events")
    kind = report_kind(root)
    if kind is not None:
        return kind.read(header, root)
    name = (root.concept.meaning or root.concept.value) if root.concept else "a report without a name"
    if header.sop_class_uid in _OTHER_DOSE_CLASSES or concept_of(root.concept) in _OTHER_DOSE_REPORTS:
        raise NotReadYet(f"{name} ({header.sop_class_name}) holds no dose of a kind that is read")
    raise NotDose(f"{name} ({header.sop_class_name}) holds no dose of CT, projection X-ray or a radiopharmaceutical")


def _image(header: Header) -> DoseObject:
    if dose_screen.is_dose_screen(header):
        return dose_screen.dose_screen(header)
    if not header.sop_class_uid:
        raise Malformed("no SOP Class UID (0008,0016)")
    kind = image_kind(header)
    if kind is None:
        raise NotDose(f"{header.sop_class_name}: objects of this class carry no dose that is read")
    return amended_image(kind.read(header), header.tags)


def _identity(header: Header) -> Identity:
    return identity(*map(header.text, (0x00100020, 0x00100021, 0x00100010, 0x00100030)))
