"""A site's own set of reference levels, drafted from cells: all of it or nothing, and every fault with its line and column.

A CSV file (`level_csv`) and a form give the same cells, by the columns of `level_cells`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES, unit_of
from doseloop.reference.level_cells import CELLS, cell_value
from doseloop.reference.procedures import catalogue

_MOST_SAID: Final = 20
_BANDS: Final = (
    ("age_min_months", "age_max_months"),
    ("weight_min_kg", "weight_max_kg"),
    ("thickness_min_mm", "thickness_max_mm"),
)
_FAMILY: Final = {"RF": "XA"}
_SAID_BESIDE: Final = ("value", "printed", "notes")
"""What two rows for the same may differ in."""

Line = tuple[int, Mapping[str, str]]
"""Number of a line, and its cells by column."""


@dataclass(frozen=True, slots=True)
class OwnSet:
    """What a site says about a set of its own beside its rows."""

    name: str
    authority: str
    """The site, or whose levels they are."""
    author: str
    source: str
    """Where the values come from, in words."""
    year: int
    country: str = "INT"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell."""

    line: int
    column: str
    """Empty where it is the line as a whole."""
    said: str

    @property
    def sentence(self) -> str:
        """`line 2, column value: 0 is no level`."""
        return f"line {self.line}{f', column {self.column}' if self.column else ''}: {self.said}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A set that is not added yet."""

    key: str
    told: OwnSet
    rows: tuple[dict[str, Any], ...]
    """Those without a fault."""
    told_faults: Mapping[str, str]
    """What is wrong in what is said about the set, by field of `OwnSet`."""
    faults: tuple[Fault, ...]

    @property
    def content(self) -> dict[str, Any]:
        """Plain values that follow the schema of the package's sets. Errors: `UnusableInput`, naming every fault."""
        if self.told_faults:
            raise UnusableInput(
                f"The set needs {'; '.join(f'{one}: {said}' for one, said in self.told_faults.items())}."
            )
        if self.faults:
            more = f"; and {len(self.faults) - _MOST_SAID} more" if len(self.faults) > _MOST_SAID else ""
            said = "; ".join(one.sentence for one in self.faults[:_MOST_SAID])
            raise UnusableInput(f"Nothing was taken in: {said}{more}.")
        if not self.rows:
            raise UnusableInput("The set has no rows.")
        told = self.told
        return {
            "id": self.key, "country": told.country, "authority": told.authority, "author": told.author,
            "year": told.year, "title": told.name, "url": told.url, "seen_at": told.source, "status": "current",
            "verification": "own", "statistic": "p75", "rows": list(self.rows),
        }  # fmt: skip


def drafted(site: int, told: OwnSet, lines: Iterable[Line]) -> Draft:
    """The draft of a set of the site (key); of each line the cells as they were typed, without spaces around them."""
    key = f"own-{site}-{re.sub(r'[^a-z0-9]+', '-', told.name.casefold()).strip('-')}"
    faults: list[Fault] = []
    rows: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for line, cells in lines:
        made = _row(cells, line, faults)
        if not made:
            continue
        same = repr({name: value for name, value in made.items() if name not in _SAID_BESIDE})
        if seen.setdefault(same, line) != line:
            faults.append(Fault(line, "", f"for the same as line {seen[same]}"))
        rows.append({"id": f"{key}-{line}", **made})
    return Draft(key, told, tuple(rows), _told_faults(told), tuple(faults))


def _told_faults(told: OwnSet) -> dict[str, str]:
    has_key = re.search("[a-z0-9]", told.name.casefold()) is not None
    wrong = [
        ("name", "5 to 100 characters, some of them a to z or 0 to 9", not 5 <= len(told.name) <= 100 or not has_key),
        ("authority", "at least two characters", len(told.authority) < 2),
        ("author", "a name", not told.author.strip()),
        ("source", "where the values come from, in five characters or more", len(told.source.strip()) < 5),
        ("year", "1990 to 2100", not 1990 <= told.year <= 2100),
        ("country", "two capital letters (ISO 3166-1), or INT", not re.fullmatch("[A-Z]{2}|INT", told.country)),
        ("url", "empty, or an address that begins with https://", not re.fullmatch("(https?://.+)?", told.url)),
    ]  # fmt: skip
    texts = {name: str(getattr(told, name)) for name in OwnSet.__slots__}
    wrong += [
        (name, "no control characters", True)
        for name, text in texts.items()
        if not text.replace("\n", "").isprintable()
    ]
    return {name: wanted for name, wanted, is_wrong in wrong if is_wrong}


def _row(cells: Mapping[str, str], line: int, faults: list[Fault]) -> dict[str, Any]:
    """The row as the schema has it; empty where a cell is wrong, which is added to the faults."""
    before = len(faults)
    made: dict[str, Any] = {}
    for name, text in cells.items():
        try:
            made[name] = cell_value(CELLS[name], text)
        except UnusableInput as error:
            faults.append(Fault(line, name, str(error)))
    faults += [Fault(line, column, said) for column, said in _contradictions(made)]
    return {} if len(faults) > before else _finished({name: value for name, value in made.items() if value is not None})


def _contradictions(made: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Cells that contradict one another: column and fault."""
    for low, high in _BANDS:
        if made.get(low) is not None and made.get(high) is not None and made[low] >= made[high]:
            yield high, f"not above {low}"
    if made.get("quantity") and made.get("unit"):
        quantity = QUANTITIES[made["quantity"]]
        labels = [unit.label for unit in quantity.units]
        if made["unit"] not in labels:
            yield "unit", f"{quantity.symbol} is in {' or '.join(labels)}, not in {made['unit']!r}"
        if made.get("phantom_cm") is not None and not quantity.needs_phantom:
            yield "phantom_cm", f"{quantity.symbol} has no CTDI phantom"


def _finished(made: dict[str, Any]) -> dict[str, Any]:
    procedure = catalogue().procedures[made["procedure"]]
    group = {name: made.pop(name) for name, one in CELLS.items() if one.is_group and name in made}
    value, unit = made.pop("value"), made.pop("unit")
    per_own = unit_of(made["quantity"], unit).per_own
    own_unit = {} if per_own == 1 else {"printed": {"value": value, "unit": unit}}
    basis = {"phantom_basis": "as the site says"} if "phantom_cm" in made else {}
    head = {"modality": _FAMILY.get(procedure.modality, procedure.modality), "as_written": procedure.names["en"]}
    return {**head, **made, **basis, **own_unit, "group": group, "value": float(Fraction(value) / per_own)}
