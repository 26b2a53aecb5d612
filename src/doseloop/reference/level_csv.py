"""A site's own set of reference levels from a CSV file, all of it or nothing. Columns: `docs/levels.md`."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES, unit_of
from doseloop.reference.level_cells import CELLS, REQUIRED, cell_value
from doseloop.reference.procedures import catalogue

MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 2_000
_MOST_FAULTS: Final = 20
_BANDS: Final = (
    ("age_min_months", "age_max_months"),
    ("weight_min_kg", "weight_max_kg"),
    ("thickness_min_mm", "thickness_max_mm"),
)
_FAMILY: Final = {"RF": "XA"}


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


def own_set(site: int, told: OwnSet, text: str) -> dict[str, Any]:
    """Plain values of a set that follow the schema of the package's sets; `site` is the key of the site.

    Errors: `UnusableInput`, naming line and column of everything that is wrong; nothing is taken in part.
    """
    key = f"own-{site}-{re.sub(r'[^a-z0-9]+', '-', told.name.casefold()).strip('-')}"
    _check(told)
    return {
        "id": key, "country": told.country, "authority": told.authority, "author": told.author, "year": told.year,
        "title": told.name, "url": told.url, "seen_at": told.source, "status": "current", "verification": "own",
        "statistic": "p75", "rows": _rows(key, text),
    }  # fmt: skip


def _check(told: OwnSet) -> None:
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
    faults = [f"{name}: {wanted}" for name, wanted, is_wrong in wrong if is_wrong]
    if faults:
        raise UnusableInput(f"The set needs {'; '.join(faults)}.")


def _rows(key: str, text: str) -> list[dict[str, Any]]:
    if len(text.encode()) > MOST_BYTES:
        raise UnusableInput(f"The file is larger than {MOST_BYTES} bytes.")
    faults: list[str] = []
    rows: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for count, (line, cells) in enumerate(_lines(text)):
        if count >= MOST_ROWS:
            raise UnusableInput(f"The file has more than {MOST_ROWS} rows.")
        made = _row(cells, line, faults)
        if not made:
            continue
        same = repr({name: value for name, value in made.items() if name not in ("value", "printed", "notes")})
        if seen.setdefault(same, line) != line:
            faults.append(f"line {line}: for the same as line {seen[same]}")
        rows.append({"id": f"{key}-{line}", **made})
    if faults:
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise UnusableInput(f"Nothing was taken in: {'; '.join(faults[:_MOST_FAULTS])}{more}.")
    if not rows:
        raise UnusableInput("The file has no rows.")
    return rows


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number, as an editor counts, and cells of each row that is not empty."""
    text = text.removeprefix("\ufeff")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in text.partition("\n")[0] else ",", strict=True
    )
    try:
        columns = [name.strip() for name in next(reader, [])]
        _check_columns(columns)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise UnusableInput(f"Line {line} has not as many cells as the header has columns.")
                yield line, {name: cell.strip().removeprefix("'") for name, cell in zip(columns, cells, strict=True)}
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV: line {reader.line_num}, {error}.") from None


def _check_columns(names: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in CELLS]
    if missing:
        raise UnusableInput(f"The file lacks the column {', '.join(missing)}; its first line names the columns.")
    if unknown:
        raise UnusableInput(f"There is no column {', '.join(map(repr, unknown))}; known are {', '.join(CELLS)}.")
    if len(set(names)) < len(names):
        raise UnusableInput("The first line names a column twice.")


def _row(cells: Mapping[str, str], line: int, faults: list[str]) -> dict[str, Any]:
    """The row as the schema has it; empty where a cell is wrong, which is added to the faults."""
    before = len(faults)
    made: dict[str, Any] = {}
    for name, text in cells.items():
        try:
            made[name] = cell_value(CELLS[name], text)
        except UnusableInput as error:
            faults.append(f"line {line}, column {name}: {error}")
    faults += [f"line {line}, column {column}: {fault}" for column, fault in _contradictions(made)]
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
