"""A data set without identity: elements by `confidentiality`, content items by their concept (PS3.16).

Content items keep their number and order, so that every place of a reading holds; what is taken out of one is replaced.
Text in the content tree stays only under concepts that hold no free text, whatever its value type says.
"""

from dataclasses import dataclass, field
from io import BytesIO

from pydicom import Dataset
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID

from doseloop.model.dose_object import Identity
from doseloop.model.pseudonym import order_number, staff_name
from doseloop.model.reading import Code
from doseloop.reading.concept_names import concept_of
from doseloop.reading.concepts import MEANINGS
from doseloop.reading.confidentiality import ORDER_NUMBERS, STAFF, action_on, vr_of
from doseloop.reading.encoding import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoded
from doseloop.reading.patient import written_age
from doseloop.reading.private import is_kept
from doseloop.reading.text import Decode, decoder
from doseloop.reading.vendors import dose_in_comment
from doseloop.reference.staff_names import is_one_person

REMOVED = "REMOVED"
_CHARACTER_SET, _NAME = 0x00080005, 0x0040A043
_PATIENT_ID, _ISSUER, _AGE = 0x00100020, 0x00100021, 0x00101010
_TEXT, _PERSON = 0x0040A160, 0x0040A123
_MOMENTS = frozenset((0x0040A120, 0x0040A121, 0x0040A122))
_STAFF_CONCEPTS = frozenset(("113870", "113871", "121008", "121114"))
"""Person Name, Person ID (TID 1020), Person Observer Name (TID 1003), Performing Physician."""
_ORDER_CONCEPTS = frozenset(("121020", "121021", "121022"))
"""Placer Number, Filler Number, Accession Number (TID 1005)."""
_SUBJECT_ID, _SUBJECT_BIRTH_DATE, _COMMENT, _REASON = "121030", "121031", "121106", "113907"
_ABOUT_PEOPLE = frozenset(("113516", "113724", "113552"))
"""Prescription Identifier, Calibration Responsible Party, Recent Physical Activity."""
_KEPT_TEXT = (frozenset(MEANINGS) | {"110119", "113720", "113877", "113878", "113879", "113880", "121126"}) - {
    *(_COMMENT, _REASON),
    *_STAFF_CONCEPTS,
    *_ABOUT_PEOPLE,
}
"""Terms, and names of protocols and equipment: the concepts that are read, and the participating device (TID 1021)."""
_METHOD = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113104", "Clean Structured Content Option"),
    ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
    ("113109", "Retain Device Identity Option"),
    ("113110", "Retain UIDs Option"),
    ("113112", "Retain Institution Identity Option"),
)
"""CID 7050."""
_MEMORY_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Replacements:
    """What takes the place of what is taken out."""

    patient: Identity
    """The patient's pseudonym."""
    completed_years: float | None
    """Age at the study that the birth date told."""
    age_years: float | None
    """Age at the study as it was read."""
    key: bytes = field(repr=False)


def without_identity(encoded: Encoded, replacements: Replacements) -> bytes:
    """The object as a DICOM file without identity, in the encoding that it had (deflated: inflated).

    Raises what pydicom raises where an element cannot be made out.
    """
    stream = BytesIO(encoded.data[encoded.start :])
    data_set = read_dataset(stream, not encoded.explicit, not encoded.big_endian)
    cleaner = _Cleaner(replacements, _decoder(data_set))
    cleaner.clean(data_set)
    _name_patient(data_set, replacements, cleaner.text(data_set, _AGE))
    _say_how(data_set)
    return _written(data_set, encoded)


def _decoder(data_set: Dataset) -> Decode:
    return decoder(_raw(data_set, _CHARACTER_SET))


def _raw(data_set: Dataset, tag: int) -> bytes:
    """The bytes of an element, empty where it is absent or no text."""
    element = data_set.get_item(tag) if tag in data_set else None
    return element.value if isinstance(element, RawDataElement) and isinstance(element.value, bytes) else b""


def _name_patient(data_set: Dataset, replacements: Replacements, age: str) -> None:
    _put(data_set, _PATIENT_ID, replacements.patient.number)
    _put(data_set, _ISSUER, replacements.patient.issuer)
    _put(data_set, _AGE, written_age(age, replacements.completed_years, replacements.age_years))


def _say_how(data_set: Dataset) -> None:
    """Patient Identity Removed and by what method (PS3.15 section E.1.1)."""
    data_set.PatientIdentityRemoved = "YES"
    data_set.LongitudinalTemporalInformationModified = "UNMODIFIED"
    data_set.DeidentificationMethod = "Doseloop, descriptions retained"
    data_set.DeidentificationMethodCodeSequence = Sequence([_code_item(*one) for one in _METHOD])


def _code_item(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _put(data_set: Dataset, tag: int, value: str | list[str] | None) -> None:
    """Write an element of text anew."""
    data_set[tag] = DataElement(tag, vr_of(tag) or "UN", value)


def _written(data_set: Dataset, encoded: Encoded) -> bytes:
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0
    meta.FileMetaInformationVersion = b"\x00\x01"
    for tag in (0x00020002, 0x00020003):
        meta[tag] = DataElement(tag, "UI", encoded.meta.get(tag, b"").rstrip(b"\0 ").decode("ascii", "replace"))
    meta.TransferSyntaxUID = UID(_syntax(encoded))
    out = DicomBytesIO()
    out.write(bytes(128) + b"DICM")
    write_file_meta_info(out, meta, enforce_standard=False)
    out.is_implicit_VR, out.is_little_endian = not encoded.explicit, not encoded.big_endian
    write_dataset(out, data_set)
    return out.getvalue()


def _syntax(encoded: Encoded) -> str:
    if not encoded.explicit:
        return IMPLICIT_LITTLE
    return EXPLICIT_BIG if encoded.big_endian else EXPLICIT_LITTLE


class _Cleaner:
    """Cleans the data sets of one object. What stands in it unchanged is never decoded nor written anew."""

    def __init__(self, replacements: Replacements, decode: Decode) -> None:
        self._replacements = replacements
        self._decode = decode
        self._clean_as_it_is: set[bytes] = set()
        """Sequences in which nothing has to change: codes come over and over."""
        self._concepts: dict[bytes, tuple[str, str]] = {}

    def text(self, data_set: Dataset, tag: int) -> str:
        """The text of an element, empty where it is absent."""
        return self._decode(_raw(data_set, tag))

    def clean(self, data_set: Dataset) -> bool:
        """Clean a data set and all below it; whether anything changed."""
        changed = [self._clean_element(data_set, tag) for tag in list(data_set.keys())]
        return any(changed)

    def _clean_element(self, data_set: Dataset, tag: BaseTag) -> bool:
        action = action_on(tag)
        if tag in ORDER_NUMBERS:
            _put(data_set, tag, order_number(self.text(data_set, tag), self._replacements.key))
        elif tag in STAFF:
            names = filter(None, map(str.strip, self.text(data_set, tag).split("\\")))
            key = self._replacements.key
            _put(data_set, tag, [staff_name(name, key, one_person=is_one_person(name)) for name in names])
        elif tag.is_private and is_kept(self._creator(data_set, tag), tag):
            return False
        elif action == "remove" or tag.element == 0:
            del data_set[tag]
        elif tag in (_TEXT, _PERSON) or tag in _MOMENTS:
            return self._clean_value(data_set, tag)
        elif vr_of(tag) == "SQ" or data_set.get_item(tag).VR == "SQ":
            return self._clean_sequence(data_set, tag)
        elif action == "keep":
            return False
        else:
            dummy = action == "dummy" and vr_of(tag) in ("LO", "SH", "ST", "LT", "UT", "UC", "CS")
            _put(data_set, tag, REMOVED if dummy else None)
        return True

    def _creator(self, data_set: Dataset, tag: BaseTag) -> str:
        """Who reserved the block of a private element; of the reserving element its own value."""
        block = tag.element if tag.element <= 0xFF else tag.element >> 8
        return self.text(data_set, tag.group << 16 | block)

    def _clean_sequence(self, data_set: Dataset, tag: BaseTag) -> bool:
        element = data_set.get_item(tag)
        raw = element.value if isinstance(element, RawDataElement) else None
        if isinstance(raw, bytes) and raw in self._clean_as_it_is:
            return False
        if isinstance(element, RawDataElement):
            element = convert_raw_data_element(element, ds=data_set)
        if element.VR != "SQ":
            raise ValueError("a sequence that is not written as one")
        changed = [self.clean(item) for item in element.value]
        if any(changed):
            data_set[tag] = element
            return True
        if isinstance(raw, bytes) and len(raw) <= _MEMORY_BYTES:
            self._clean_as_it_is.add(raw)
        return False

    def _clean_value(self, data_set: Dataset, tag: BaseTag) -> bool:
        """The value of a content item, by the concept that names it."""
        concept, meaning = self._concept(data_set)
        if tag in _MOMENTS:
            if concept != _SUBJECT_BIRTH_DATE and "birth" not in meaning.casefold():
                return False
            _put(data_set, tag, None)
            return True
        written = self.text(data_set, tag)
        kept = self._kept(concept, written, is_name=tag == _PERSON)
        if kept == written and isinstance(data_set.get_item(tag), RawDataElement):
            return False
        _put(data_set, tag, kept)
        return True

    def _kept(self, concept: str, written: str, is_name: bool) -> str:
        key = self._replacements.key
        if not written:
            return ""
        if concept in _STAFF_CONCEPTS:
            return staff_name(written, key, one_person=is_one_person(written))
        if concept in _ORDER_CONCEPTS:
            return order_number(written, key)
        if concept == _SUBJECT_ID:
            return self._replacements.patient.number or REMOVED
        if concept == _COMMENT:
            return dose_in_comment(written) or REMOVED
        return written if concept in _KEPT_TEXT and not is_name else REMOVED

    def _concept(self, data_set: Dataset) -> tuple[str, str]:
        """Code and meaning of the concept name of a content item, empty where it has none."""
        raw = _raw(data_set, _NAME)
        known = self._concepts.get(raw) if raw else None
        if known is None:
            items = data_set[_NAME].value if _NAME in data_set else ()
            concept = next((self._code(item) for item in items or ()), None)
            known = self._concepts[raw] = concept_of(concept), concept.meaning if concept else ""
        return known

    def _code(self, item: Dataset) -> Code:
        value = next((text for tag in (0x00080100, 0x00080119, 0x00080120) if (text := self.text(item, tag))), "")
        return Code(value, self.text(item, 0x00080102), self.text(item, 0x00080104))
