"""Lines of a file of sizes: what its header must say, and what each line means.

Units stand in the header (`height cm`, `weight kg`), since 170 and 1.70, or 80 and 176, cannot be told apart by looking.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from doseloop.harmonise.sizes import QUANTITIES, is_plausible
from doseloop.model.errors import UnusableInput

LONGEST_CELL = 200
_NAMES = {
    "patient number": "number", "patient id": "number", "issuer": "issuer", "issuer of patient id": "issuer",
    "accession number": "accession", "study uid": "study_uid", "study instance uid": "study_uid",
    "measured at": "measured_at", "measured": "measured_at", "date": "measured_at",
    "height cm": "height_m", "height m": "height_m", "weight kg": "weight_kg", "weight g": "weight_kg",
    "weight lb": "weight_kg",
}  # fmt: skip
_FACTORS = {"height cm": 0.01, "height m": 1.0, "weight kg": 1.0, "weight g": 0.001, "weight lb": 0.45359237}
"""The pound by the international agreement of 1959."""
_UNITS = {"height": "cm or m", "weight": "kg, g or lb"}
_TARGETS = ("number", "accession", "study_uid")
_NUMBER = re.compile(r"\d{1,4}([.,]\d{1,4})?")
_CLOCK = r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)" + _CLOCK),
    re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})" + _CLOCK),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?"),
)


@dataclass(frozen=True, slots=True)
class SizeLine:
    """One line that can be used; missing words are empty, missing values None."""

    line: int
    number: str
    issuer: str
    accession: str
    study_uid: str
    measured_at: str
    height_m: float | None
    weight_kg: float | None


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line that cannot be used, and why, without a word of it."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a file has what, and what its sizes are multiplied by."""

    places: Mapping[str, int]
    factors: Mapping[str, float]


def columns(header: Sequence[str]) -> Columns:
    """What a header means. Columns that it does not know are passed over.

    Errors: `UnusableInput` where a size has no unit, a column stands twice, or one is missing that is needed.
    """
    places: dict[str, int] = {}
    factors: dict[str, float] = {}
    for place, written in enumerate(header):
        name = " ".join(re.sub(r"[\s_()\[\],/]+", " ", written).casefold().split())
        if name in _UNITS:
            raise UnusableInput(f"The column “{name}” does not say its unit. Call it “{name} …” with {_UNITS[name]}.")
        if (field := _NAMES.get(name)) is None:
            continue
        if field in places:
            raise UnusableInput(f"Two columns of the file mean the same ({name}). Leave one.")
        places[field] = place
        factors |= {field: _FACTORS[name]} if name in _FACTORS else {}
    _check(places)
    return Columns(places, factors)


def _check(places: Mapping[str, int]) -> None:
    if not any(one in places for one in _TARGETS):
        raise UnusableInput("The file lacks a column “patient number”, “accession number” or “study uid”.")
    if not any(one in places for one in QUANTITIES):
        raise UnusableInput("The file lacks a column “height cm”, “height m”, “weight kg”, “weight g” or “weight lb”.")
    if "measured_at" not in places and not any(one in places for one in ("accession", "study_uid")):
        raise UnusableInput("The file lacks the column “measured at”: without it no exam is near in time.")


def lines(rows: Iterator[Sequence[str]], known: Columns) -> Iterator[SizeLine | Unusable]:
    """The lines below the header, numbered as an editor numbers them; empty ones are passed over."""
    for line, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row):
            yield _line(line, row, known)


def _line(line: int, row: Sequence[str], known: Columns) -> SizeLine | Unusable:
    if any(len(cell) > LONGEST_CELL for cell in row):
        return Unusable(line, f"a cell of more than {LONGEST_CELL} characters")

    def cell(field: str) -> str:
        place = known.places.get(field, len(row))
        return row[place].strip().removeprefix("'") if place < len(row) else ""

    sizes = {one: _size(cell(one), known.factors.get(one, 1.0)) for one in QUANTITIES}
    measured_at = _moment(cell("measured_at"))
    why = _fault(sizes, measured_at, [cell(one) for one in _TARGETS])
    if why:
        return Unusable(line, why)
    found = {one: value for one, value in sizes.items() if isinstance(value, float)}
    words = (cell("number"), cell("issuer"), cell("accession"), cell("study_uid"))
    return SizeLine(line, *words, measured_at or "", found.get("height_m"), found.get("weight_kg"))


def _fault(sizes: Mapping[str, float | str | None], measured_at: str | None, targets: Sequence[str]) -> str:
    if any(isinstance(value, str) for value in sizes.values()):
        return "a size that is no number"
    if not any(sizes.values()):
        return "neither height nor weight"
    if any(isinstance(value, float) and not is_plausible(one, value) for one, value in sizes.items()):
        return "a size that no patient has"
    if measured_at is None:
        return "a date that is not clear (2026-11-27 is)"
    if not any(targets):
        return "no number or UID"
    return "" if measured_at or any(targets[1:]) else "no date"


def _size(written: str, factor: float) -> float | str | None:
    """None where nothing or 0 is written; the text where it is no number."""
    if not written:
        return None
    if not _NUMBER.fullmatch(written):
        return written
    return float(written.replace(",", ".")) * factor or None


def _moment(written: str) -> str | None:
    """The wall clock in ISO, empty where nothing is written, None where it can be read in two ways or is no date."""
    if not written:
        return ""
    found = next((match for form in _FORMS if (match := form.fullmatch(written))), None)
    if found is None or not 1900 <= int(found["year"]) <= 2200:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        if not found["hour"]:
            return day.isoformat()
        return datetime.combine(
            day, time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
        ).isoformat()
    except ValueError:
        return None
