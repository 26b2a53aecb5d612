"""Content items of a structured report as bytes (PS3.3 section C.17.3), Explicit VR Little Endian (PS3.5 section 7).

pydicom takes 130 to 250 ms to write one angiography report that it already holds; joining encoded items takes 5. A test
reads reports with pydicom and writes them again: the bytes are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from struct import pack

from doseloop.simulate.codes import Concept

LONG_VRS = frozenset({"SQ", "UT", "OB", "UN"})
PADDING = {"UI": b"\0"}

Coding = str
"""`SCT` or `SRT`: the SNOMED nomenclature that a maker writes."""


def element(group: int, number: int, vr: str, value: bytes) -> bytes:
    """One data element, padded to even length (PS3.5 sections 6.2 and 7.1.2)."""
    if len(value) % 2:
        value += PADDING.get(vr, b" ")
    head = pack("<HH2s", group, number, vr.encode())
    length = pack("<HI", 0, len(value)) if vr in LONG_VRS else pack("<H", len(value))
    return head + length + value


def sequence(group: int, number: int, items: Iterable[bytes]) -> bytes:
    """One sequence of items, all of defined length."""
    return element(group, number, "SQ", b"".join(pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items))


def decimal_string(value: float) -> str:
    """A Decimal String (PS3.5 section 6.2, at most 16 characters) of ten significant digits."""
    return str(value) if isinstance(value, int) else f"{value:.10g}"


@cache
def code_item(concept: Concept, coding: Coding) -> bytes:
    """The attributes of a coded entry (PS3.3 section 8.8); SNOMED codes in the nomenclature asked for."""
    code, scheme = (concept.srt, "SRT") if coding == "SRT" and concept.srt else (concept.code, concept.scheme)
    return (
        element(0x0008, 0x0100, "SH", code.encode())
        + element(0x0008, 0x0102, "SH", scheme.encode())
        + element(0x0008, 0x0104, "LO", concept.meaning.encode())
    )


@cache
def _head(relation: str, value_type: str, concept: Concept, coding: Coding) -> bytes:
    return (
        element(0x0040, 0xA010, "CS", relation.encode())
        + element(0x0040, 0xA040, "CS", value_type.encode())
        + sequence(0x0040, 0xA043, [code_item(concept, coding)])
    )


@cache
def _unit(unit: Concept) -> bytes:
    return sequence(0x0040, 0x08EA, [code_item(unit, "SCT")])


def template(identifier: str) -> bytes:
    """Content Template Sequence (PS3.3 section C.18.8) for a template of the DICOM Content Mapping Resource."""
    named = element(0x0008, 0x0105, "CS", b"DCMR") + element(0x0040, 0xDB00, "CS", identifier.encode())
    return sequence(0x0040, 0xA504, [named])


def content(children: Iterable[bytes]) -> bytes:
    """Content Sequence (0040,A730), or nothing where there are no children."""
    items = list(children)
    return sequence(0x0040, 0xA730, items) if items else b""


@dataclass(frozen=True, slots=True)
class ContentWriter:
    """Writes content items in one character set and one SNOMED nomenclature."""

    coding: Coding
    encoding: str
    """Python's name of the Specific Character Set of the object."""

    def container(self, concept: Concept, children: Iterable[bytes], template_id: str | None = None) -> bytes:
        """A CONTAINER with its children."""
        head = _head("CONTAINS", "CONTAINER", concept, self.coding) + element(0x0040, 0xA050, "CS", b"SEPARATE")
        return head + (template(template_id) if template_id else b"") + content(children)

    def num(self, concept: Concept, value: float, unit: Concept) -> bytes:
        """A NUM with its UCUM unit."""
        measured = _unit(unit) + element(0x0040, 0xA30A, "DS", decimal_string(value).encode())
        return _head("CONTAINS", "NUM", concept, self.coding) + sequence(0x0040, 0xA300, [measured])

    def code(
        self, concept: Concept, value: Concept, relation: str = "CONTAINS", children: Iterable[bytes] = ()
    ) -> bytes:
        """A CODE with what hangs on it."""
        coded = sequence(0x0040, 0xA168, [code_item(value, self.coding)])
        return _head(relation, "CODE", concept, self.coding) + coded + content(children)

    def text(self, concept: Concept, value: str, relation: str = "CONTAINS") -> bytes:
        """A TEXT."""
        written = element(0x0040, 0xA160, "UT", value.encode(self.encoding))
        return _head(relation, "TEXT", concept, self.coding) + written

    def uid(self, concept: Concept, value: str, relation: str = "CONTAINS") -> bytes:
        """A UIDREF."""
        return _head(relation, "UIDREF", concept, self.coding) + element(0x0040, 0xA124, "UI", value.encode())

    def moment(self, concept: Concept, value: datetime, relation: str = "CONTAINS") -> bytes:
        """A DATETIME of the local wall clock."""
        written = value.strftime("%Y%m%d%H%M%S.%f")[:18].encode()
        return _head(relation, "DATETIME", concept, self.coding) + element(0x0040, 0xA120, "DT", written)

    def person(self, concept: Concept, value: str, children: Iterable[bytes] = ()) -> bytes:
        """A PNAME with what hangs on it."""
        written = element(0x0040, 0xA123, "PN", value.encode(self.encoding))
        return _head("CONTAINS", "PNAME", concept, self.coding) + written + content(children)
