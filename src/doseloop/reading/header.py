"""The header of an object: the few elements outside the content tree that a reading of dose needs."""

from dataclasses import dataclass

from pydicom.config import IGNORE
from pydicom.uid import UID

from doseloop.model.dose_object import Equipment, PatientAtStudy, People, Requesters, StudyHeader
from doseloop.model.errors import Malformed, TooLarge
from doseloop.model.precedence import first
from doseloop.model.reading import Code, Remark
from doseloop.reading.elements import IMPLICIT_LITTLE, UNDEFINED, DataSet, Layout, Walk, layout_of, named, past_end
from doseloop.reading.encoding import DEFLATED_LITTLE, Encoded
from doseloop.reading.limits import ReadLimits
from doseloop.reading.moments import date_iso, time_iso, zone
from doseloop.reading.patient import patient_at_study
from doseloop.reading.private import PRIVATE_TAGS
from doseloop.reading.sr import ContentItem, code_of, reader_of, root_item
from doseloop.reading.tags import TAGS, Tags
from doseloop.reading.text import LONGEST_DECLARATION, Decode, decoder
from doseloop.reading.values import CodeMemory

SPECIFIC_CHARACTER_SET = 0x00080005
CONTENT_SEQUENCE = 0x0040A730
PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
STOPS = PIXEL_TAGS | {CONTENT_SEQUENCE}
SR_CLASSES = "1.2.840.10008.5.1.4.1.1.88."

_CODES = frozenset((0x00080100, 0x00080102, 0x00080104, 0x00080119, 0x00080120))
_PRIVATE = frozenset(tag for tags in PRIVATE_TAGS.values() for tag in tags)
_SEQUENCES = frozenset((0x00081032, 0x00321064, 0x00400275, 0x0040A372, 0x0040A504, 0x0040A043))
_TEXTS = frozenset(
    (
        *(0x00080005, 0x00080016, 0x00080018, 0x00080020, 0x00080023, 0x00080030, 0x00080033, 0x00080050, 0x00080060),
        *(0x00080070, 0x00080080, 0x00080201, 0x00081010, 0x00081030, 0x0008103E, 0x00081040, 0x00081050, 0x00081070),
        *(0x00081090, 0x00100010, 0x00100020, 0x00100021, 0x00100030, 0x00100040, 0x00101010, 0x00101020, 0x00101030),
        *(0x00181000, 0x00181020, 0x00181030, 0x0020000D, 0x0020000E, 0x00321060, 0x00400254, 0x0040A040),
        *(0x0040A491, 0x0040A493, 0x0040DB00, 0x00080090, 0x00321032, 0x00081060, 0x00200010, 0x00400244, 0x00120062),
    )
)
_HOW = frozenset((0x00080070, 0x00081090, 0x00181000, 0x00181020)) | frozenset(TAGS.values())
"""Equipment, and all that is read of an image."""
WANTED = _CODES | _SEQUENCES | _TEXTS | frozenset(TAGS.values()) | _PRIVATE


@dataclass(frozen=True, slots=True)
class Header:
    """What stands outside the content tree, still as bytes, and how its text is decoded."""

    data_set: DataSet
    decode: Decode
    meta: dict[int, bytes]
    big_endian: bool = False
    length: int | None = None
    """Bytes of the object before its pixels or its end, None where it was deflated."""

    @property
    def tags(self) -> Tags:
        """The elements of the object by keyword, as readings."""
        return Tags(self.data_set, self.decode, self.big_endian)

    def text(self, tag: int) -> str | None:
        """The text of an element, None where it is absent or empty."""
        raw = self.data_set.get(tag)
        return (self.decode(raw) or None) if isinstance(raw, bytes) else None

    def texts(self, tag: int) -> tuple[str, ...]:
        """The values of an element of several."""
        return tuple(part for part in map(str.strip, (self.text(tag) or "").split("\\")) if part)

    def codes(self, tag: int) -> tuple[Code, ...]:
        """The codes of a code sequence."""
        return _codes(self.data_set, tag, self.decode)

    def inner(self, sequence: int, tag: int) -> str | None:
        """The first text of an element inside the items of a sequence."""
        items = self.data_set.get(sequence, b"")
        raws = (item.get(tag) for item in items if isinstance(item, dict))
        return next((text for raw in raws if isinstance(raw, bytes) and (text := self.decode(raw))), None)

    def empty_elements(self) -> tuple[Remark, ...]:
        """A remark for each element that is there without a value, of those that say how and by what, not who."""
        found = (tag for tag, value in self.data_set.items() if not value and tag in _HOW)
        return tuple(Remark("empty", named(tag), named(tag)) for tag in found)

    @property
    def sop_class_uid(self) -> str:
        """SOP Class UID (0008,0016), else that of the file meta information; empty where neither is there."""
        return self.text(0x00080016) or self.decode(self.meta.get(0x00020002, b""))

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID (0008,0018), else that of the file meta information; empty where neither is there."""
        return self.text(0x00080018) or self.decode(self.meta.get(0x00020003, b""))

    @property
    def sop_class_name(self) -> str:
        """The name of the SOP class where it is a known one."""
        return str(UID(self.sop_class_uid, validation_mode=IGNORE).name) or "unknown SOP class"

    @property
    def is_report(self) -> bool:
        """Whether the object says that it is a structured report."""
        return self.sop_class_uid.startswith(SR_CLASSES) or self.text(0x00080060) == "SR"


OF_THE_TREE = frozenset((SPECIFIC_CHARACTER_SET, 0x00080016, 0x00080060, 0x0040A040, 0x0040A043)) | _CODES
"""What the content tree needs of the header: character set, SOP class, modality, and value type and name of the root."""


def _codes(data_set: DataSet, tag: int, decode: Decode) -> tuple[Code, ...]:
    items = data_set.get(tag, b"")
    codes = (code_of(item, decode) for item in items if isinstance(item, dict))
    return tuple(code for code in codes if code is not None)


def read_data_set(
    encoded: Encoded, limits: ReadLimits, memory: CodeMemory, wanted: frozenset[int] = WANTED
) -> tuple[Header, tuple[ContentItem, ...] | None]:
    """The header's `wanted` elements and, where there is one, the children of the content tree's root. Stops before pixels.

    Raises `Truncated`, `Malformed`, `TooDeep`, `TooLarge`.
    """
    layout = layout_of(encoded)
    data, end = encoded.data, len(encoded.data)
    header, pos = Walk(data, layout, limits, wanted, STOPS).data_set(encoded.start, end, True, 1)
    decode = _decoder(header)
    children: tuple[ContentItem, ...] | None = None
    if data[pos : pos + 4] == layout.word.pack(layout.native(CONTENT_SEQUENCE)):
        if end - encoded.start > limits.report_bytes:
            raise TooLarge(f"a report of {end - encoded.start} bytes")
        children, pos = _content(data, layout, limits, decode, memory, pos)
        if any(data[pos:]):  # some archives pad with zeros
            Walk(data, layout, limits, frozenset(), PIXEL_TAGS).data_set(pos, end, True, 1)
    length = None if encoded.transfer_syntax == DEFLATED_LITTLE else pos
    return Header(header, decode, encoded.meta, encoded.big_endian, length), children


def _content(
    data: bytes, layout: Layout, limits: ReadLimits, decode: Decode, memory: CodeMemory, pos: int
) -> tuple[tuple[ContentItem, ...], int]:
    """The items of the Content Sequence whose header stands at `pos`; and where it ended."""
    vr, length, start = layout.header(data, pos)
    stop = len(data) if length == UNDEFINED else start + length
    if stop > len(data):
        raise past_end(data, layout, layout.native(CONTENT_SEQUENCE), stop, len(data))
    inside = IMPLICIT_LITTLE if vr == b"UN" else layout
    return reader_of(inside, limits, memory)(data, decode, start, stop, closed=length != UNDEFINED)


def _decoder(found: DataSet) -> Decode:
    declared = found.get(SPECIFIC_CHARACTER_SET, b"")
    if len(declared) > LONGEST_DECLARATION:
        raise Malformed(f"a Specific Character Set (0008,0005) of {len(declared)} bytes")
    return decoder(declared if isinstance(declared, bytes) else b"")


def report_root(header: Header, children: tuple[ContentItem, ...] | None) -> ContentItem:
    """The content tree. Raises `Truncated` for a report that lost it."""
    return root_item(header.data_set, children, header.decode)


def study_header(header: Header) -> StudyHeader:
    """The study as the object names it. Raises `Malformed` without a Study Instance UID, which nothing can be filed by."""
    study_uid = header.text(0x0020000D)
    if study_uid is None:
        raise Malformed("no Study Instance UID (0020,000d)")
    return StudyHeader(
        study_uid=study_uid,
        date=date_iso(header.text(0x00080020)),
        time=time_iso(header.text(0x00080030)),
        timezone_offset=zone(header.text(0x00080201)),
        accession_number=header.text(0x00080050),
        description=header.text(0x00081030),
        protocol_name=header.text(0x00181030),
        requested_procedure=first(
            "requested procedure",
            {"header": header.text(0x00321060), "request attributes": header.inner(0x00400275, 0x00321060)},
        ),
        performed_procedure=header.text(0x00400254),
        study_id=header.text(0x00200010),
        performed_on=date_iso(header.text(0x00400244)),
        procedure_codes=header.codes(0x00081032) + header.codes(0x00321064) + _request_codes(header),
    )


def _request_codes(header: Header) -> tuple[Code, ...]:
    requests = header.data_set.get(0x00400275, b"")
    known = set(header.codes(0x00321064))
    codes = (code for item in requests if isinstance(item, dict) for code in _codes(item, 0x00321064, header.decode))
    return tuple(code for code in codes if code not in known)


def equipment(header: Header, observer: Equipment) -> Equipment:
    """The scanner as the header names it, else as the report's device observer does (`observer`)."""
    return Equipment(
        manufacturer=_either(header.text(0x00080070), observer.manufacturer),
        model=_either(header.text(0x00081090), observer.model),
        station_name=header.text(0x00081010),
        serial_number=_either(header.text(0x00181000), observer.serial_number),
        software_versions=", ".join(header.texts(0x00181020)) or None,
        institution=header.text(0x00080080),
        department=header.text(0x00081040),
        observer_uid=observer.observer_uid,
        observer_name=observer.observer_name,
    )


def _either(of_header: str | None, of_observer: str | None) -> str | None:
    return first("equipment", {"header": of_header, "device observer": of_observer})


def people(header: Header, operators: tuple[str, ...], physicians: tuple[str, ...]) -> People:
    """Staff of the header, then those of the content tree, each name once."""
    return People(
        operators=tuple(dict.fromkeys((*header.texts(0x00081070), *operators))),
        physicians=tuple(dict.fromkeys((*header.texts(0x00081050), *physicians))),
    )


def requesters(header: Header) -> Requesters:
    """Who asked for the study and who reports it."""
    return Requesters(*map(header.texts, (0x00080090, 0x00321032, 0x00081060)))


def patient(header: Header) -> PatientAtStudy:
    """The patient's size and age at the study."""
    return patient_at_study(
        age=header.text(0x00101010),
        birth_date=header.text(0x00100030),
        study_date=header.text(0x00080020),
        sex=header.text(0x00100040),
        size=header.text(0x00101020),
        weight=header.text(0x00101030),
    )
