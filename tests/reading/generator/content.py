"""Content items of structured reports (PS3.3 section C.17.3) from tables of fields: each is there or not, in the ways that makers
write it, and what the reading must give back stands beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from tests.reading.generator.numbers import Units, number, written
from tests.reading.generator.scripts import Script, text
from tests.reading.generator.writing import Element, Elements, of

CodeTriple = tuple[str, str, str]
"""Value, scheme and meaning."""
Told = dict[str, Any]
"""What the reading must give back, by field."""
Kind = Literal["number", "text", "code", "moment", "uid"]


@dataclass(frozen=True, slots=True)
class Field:
    """A concept, the field that it is read into, and what it can hold."""

    name: str
    codes: tuple[str, ...]
    """Codes of the concept: of SNOMED CT and of SRT where both are used."""
    meaning: str
    kind: Kind = "text"
    units: Units | None = None
    choices: tuple[CodeTriple, ...] = ()
    zero: bool = False
    """Whether a recorded 0 is a value, and not "not recorded"."""
    signed: bool = False
    pulses: Literal["", "mean", "sum"] = ""
    """What several numbers come to."""


def num(name: str, codes: str, meaning: str, units: Units, **more: Any) -> Field:
    """A field of a number; a recorded zero is a value unless `zero=False`."""
    return Field(name, tuple(codes.split()), meaning, "number", units, **{"zero": True, **more})


def words(name: str, codes: str, meaning: str) -> Field:
    return Field(name, tuple(codes.split()), meaning)


def coded(name: str, codes: str, meaning: str, *choices: CodeTriple) -> Field:
    return Field(name, tuple(codes.split()), meaning, "code", choices=choices)


def moment(name: str, codes: str, meaning: str) -> Field:
    return Field(name, tuple(codes.split()), meaning, "moment")


def uid(name: str, codes: str, meaning: str) -> Field:
    return Field(name, tuple(codes.split()), meaning, "uid")


def code_item(code: CodeTriple) -> Elements:
    """A code (PS3.3 section 8.8); one of more than 16 characters stands in Long Code Value."""
    value, scheme, meaning = code
    where = "CodeValue" if len(value) <= 16 else "LongCodeValue"
    found = [of("CodeMeaning", meaning)] if meaning else []
    return [*([of(where, value), of("CodingSchemeDesignator", scheme)] if value else []), *found]


class Content:
    """Makes the content items of one report."""

    def __init__(self, chance: Random, script: Script) -> None:
        self.chance, self.script = chance, script
        self._uids = 0

    def item(self, value_type: str, concept: CodeTriple, *value: Element, below: Sequence[Elements] = ()) -> Elements:
        """A content item; makers leave the relationship out."""
        made = [of("ValueType", value_type), of("ConceptNameCodeSequence", [code_item(concept)]), *value]
        if self.chance.random() < 0.9:
            made.append(of("RelationshipType", "CONTAINS" if value_type == "CONTAINER" else "HAS PROPERTIES"))
        return [*made, of("ContentSequence", list(below))] if below else made

    def container(self, code: str, meaning: str, *below: Elements) -> Elements:
        return self.item("CONTAINER", (code, "DCM", meaning), of("ContinuityOfContent", "SEPARATE"), below=below)

    def code(self, concept: CodeTriple, value: CodeTriple | None, *below: Elements) -> Elements:
        """A CODE item; None leaves its value out or empty."""
        values = [of("ConceptCodeSequence", [code_item(value)])] if value else []
        if value is None and self.chance.random() < 0.5:
            values = [of("ConceptCodeSequence", [])]
        return self.item("CODE", concept, *values, below=below)

    def text(self, concept: CodeTriple, value: str) -> Elements:
        return self.item("TEXT", concept, of("TextValue", value))

    def numeric(self, concept: CodeTriple, value: str | None, unit: str, *below: Elements) -> Elements:
        """A NUM item; None leaves its value empty."""
        if value is None:
            return self.item("NUM", concept, of("MeasuredValueSequence", []), below=below)
        scheme = self.chance.choice(("UCUM", "UCUM", "UCUM", "UCM"))
        meaning = self.chance.choice((unit, unit, ""))
        measured = [of("MeasurementUnitsCodeSequence", [code_item((unit, scheme, meaning))]), of("NumericValue", value)]
        return self.item("NUM", concept, of("MeasuredValueSequence", [measured]), below=below)

    def new_uid(self) -> str:
        self._uids += 1
        return f"2.25.{self.chance.randint(1, 10**9)}{self._uids}"

    def when(self) -> tuple[str, str]:
        """A DATETIME as written and as it is read."""
        second, minute, hour = self.chance.randint(0, 59), self.chance.randint(0, 59), self.chance.randint(0, 23)
        day = f"2026{self.chance.randint(1, 12):02}{self.chance.randint(1, 28):02}"
        fraction = self.chance.choice(("", "", ".25", ".123456"))
        zone = self.chance.choice(("", "", "+0100", "-0430"))
        read = f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour:02}:{minute:02}:{second:02}"
        return f"{day}{hour:02}{minute:02}{second:02}{fraction}{zone}", read + fraction.ljust(7, "0") * bool(fraction)

    def fields(self, table: Iterable[Field], often: float = 0.5) -> tuple[list[Elements], Told]:
        """Items of the table's fields, each there by chance, and what they tell."""
        items: list[Elements] = []
        told: Told = {}
        for field in table:
            if self.chance.random() >= often:
                continue
            made, value = self.field(field)
            items += made
            if value is not None:
                told[field.name] = value
        return items, told

    def field(self, field: Field, *below: Elements) -> tuple[list[Elements], Any]:
        """The items of one field and what they tell, None where they tell nothing."""
        code = self.chance.choice(field.codes)
        concept = (code, _scheme(code), self.chance.choice((field.meaning, field.meaning, field.meaning.lower(), "")))
        if field.kind == "number":
            return self._numbers(field, concept)
        if field.kind == "code":
            value = None if self.chance.random() < 0.06 else self.chance.choice(field.choices)
            return [self.code(concept, value, *below)], value
        if field.kind == "moment":
            stamp, read = self.when()
            return [self.item("DATETIME", concept, of("DateTime", stamp))], read
        if field.kind == "uid":
            value_uid = self.new_uid()
            if self.chance.random() < 0.1:  # as a text
                return [self.text(concept, value_uid)], value_uid
            return [self.item("UIDREF", concept, of("UID", value_uid))], value_uid
        value_text = text(self.chance, self.script)
        return [self.text(concept, value_text)], value_text

    def _numbers(self, field: Field, concept: CodeTriple) -> tuple[list[Elements], float | None]:
        assert field.units is not None
        unit = self.chance.choice([one for one in field.units if one.isascii() or "Latin" in self.script.name])
        factor = field.units[unit]
        if self.chance.random() < 0.05:
            return [self.numeric(concept, None, unit)], None
        if field.pulses and self.chance.random() < 0.2:
            return self._pulses(field, concept, unit, factor)
        value = number(self.chance, zero=True, signed=field.signed)
        told = value * factor if value or field.zero else None
        return [self.numeric(concept, written(self.chance, value, comma=True), unit)], told

    def _pulses(
        self, field: Field, concept: CodeTriple, unit: str, factor: float
    ) -> tuple[list[Elements], float | None]:
        """Several pulses, in one value or in an item each; one of no dose counts in no mean."""
        values = [number(self.chance, zero=True) for _ in range(self.chance.randint(2, 4))]
        texts = [f"{value:.10g}" for value in values]
        joined = [self.numeric(concept, "\\".join(texts), unit)]
        each = [self.numeric(concept, one, unit) for one in texts]
        counted = [value for value in values if value] or [0.0]
        total = sum(values) if field.pulses == "sum" else sum(counted) / len(counted)
        return self.chance.choice((joined, each)), total * factor if total or field.zero else None


def _scheme(code: str) -> str:
    if code.isdigit() and len(code) == 6:
        return "DCM"
    return "LN" if "-" in code and code[0].isdigit() else "SCT" if code.isdigit() else "SRT"
