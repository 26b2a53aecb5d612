"""The form for a site's own set of reference levels: what was typed, with what is wrong beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from doseloop.model.patient_group import Category, Sex
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import Contrast, Phases, Scope
from doseloop.reference.level_cells import CELLS, LEVEL_QUANTITIES, VIEWS
from doseloop.reference.own_levels import Fault
from doseloop.web.level_rows import KINDS, STATISTICS

Choices = tuple[tuple[str, str], ...]

LINES: Final = 3
"""Empty lines at first, and as many more each time that they are asked for."""
MOST_LINES: Final = 100
"""Of a form; a file may have more."""
TOLD: Final[Mapping[str, str]] = {
    "name": "Name", "source": "Where the values come from", "authority": "Whose levels they are", "year": "Year of the values",
    "country": "Country", "url": "Address of the source",
}  # fmt: skip
"""What is typed about the set beside its lines, with its label."""
_BETWEEN: Final = "|"
_SAID: Final[Mapping[str, str]] = {"empty": "needed"}


def _words(kind: object) -> Choices:
    return tuple((word, word[0].upper() + word[1:]) for word in get_args(kind))


def _measures() -> Choices:
    """A quantity with one of its units, so that no unit can be of another quantity."""
    return tuple(
        (f"{key}{_BETWEEN}{unit.label}", f"{QUANTITIES[key].symbol}, {unit.label}")
        for key in LEVEL_QUANTITIES
        for unit in QUANTITIES[key].units
    )


_CHOICES: Final[Mapping[str, Choices]] = {
    "measure": _measures(),
    "category": _words(Category),
    "sex": _words(Sex),
    "contrast": tuple((word, f"{word.capitalize()} contrast medium") for word in get_args(Contrast)),
    "phases": _words(Phases),
    "phantom_cm": (("16", "16 cm (head)"), ("32", "32 cm (body)")),
    "scope": _words(Scope),
    "kind": tuple(KINDS.items()),
    "statistic": tuple(STATISTICS.items()),
    "views": tuple((view, view if view == "lateral" else view.upper()) for view in VIEWS),
}
_LABELS: Final[Mapping[str, str]] = {
    "procedure": "Procedure", "measure": "Quantity and unit", "value": "Level", "category": "Patients",
    "age_min_months": "Age from (months)", "age_max_months": "Age below (months)", "weight_min_kg": "Weight from (kg)",
    "weight_max_kg": "Weight below (kg)", "phantom_cm": "CTDI phantom", "scope": "Per",
    "thickness_min_mm": "Breast from (mm)", "thickness_max_mm": "Breast below (mm)", "sex": "Sex",
    "indication": "Indication", "technique": "Technique", "contrast": "Contrast medium", "phases": "Phases",
    "views": "Projection", "kind": "Kind", "statistic": "Statistic", "as_written": "In the words of the source",
    "notes": "Notes",
}  # fmt: skip
MAIN: Final = (
    "procedure", "measure", "value", "category", "age_min_months", "age_max_months", "weight_min_kg", "weight_max_kg",
    "phantom_cm", "scope",
)  # fmt: skip
MORE: Final = tuple(name for name in _LABELS if name not in MAIN)
_NUMBERS: Final = frozenset(name for name in CELLS if name == "value" or name.endswith(("_months", "_kg", "_mm")))
_OF_MEASURE: Final = ("quantity", "unit")


@dataclass(frozen=True, slots=True)
class Told:
    """One field about the set as a whole."""

    label: str
    value: str
    fault: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a line."""

    name: str
    id: str
    label: str
    value: str
    fault: str
    required: bool
    is_number: bool
    choices: Choices


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of the form; `fault` is of the line as a whole."""

    number: int
    main: tuple[Entry, ...]
    more: tuple[Entry, ...]
    fault: str

    @property
    def is_narrowed(self) -> bool:
        """Whether one of the fields that most lines leave empty is filled."""
        return any(one.value or one.fault for one in self.more)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, each with its field."""
        of_fields = (f"{one.label}: {one.fault}" for one in (*self.main, *self.more) if one.fault)
        return (*of_fields, *([self.fault] if self.fault else []))


def cells_of(given: Mapping[str, str], number: int) -> dict[str, str]:
    """The cells of a line that was sent, by column."""
    cells = {name: given.get(f"{name}-{number}", "").strip() for name in CELLS if name not in _OF_MEASURE}
    quantity, _, unit = given.get(f"measure-{number}", "").partition(_BETWEEN)
    return {**cells, "quantity": quantity, "unit": unit}


def is_empty(cells: Mapping[str, str]) -> bool:
    """Whether nothing was typed into the line."""
    return not any(cells.values())


def numbers_of(lines: Sequence[str]) -> tuple[int, ...]:
    """The numbers of the lines that a form sent, each once; what is no number of a line is passed over."""
    known = {str(number): number for number in range(1, MOST_LINES + 1)}
    return tuple(dict.fromkeys(known[one] for one in lines if one in known))


def shown_lines(cells: Mapping[int, Mapping[str, str]], wrong: Iterable[Fault] = ()) -> tuple[LineShown, ...]:
    """The lines with what was typed, and what is wrong."""
    faults: dict[tuple[int, str], str] = {}
    for one in wrong:
        column = "measure" if one.column in _OF_MEASURE else one.column
        faults.setdefault((one.line, column), _SAID.get(one.said, one.said))
    return tuple(_line(number, one, faults) for number, one in cells.items())


def empty_cells(after: int, count: int = LINES) -> dict[int, Mapping[str, str]]:
    """The cells of so many more lines, as far as the form may have them."""
    return {number: {} for number in range(after + 1, min(after + count, MOST_LINES) + 1)}


def empty_lines(after: int, count: int = LINES) -> tuple[LineShown, ...]:
    """So many more lines."""
    return shown_lines(empty_cells(after, count))


def _line(number: int, cells: Mapping[str, str], faults: Mapping[tuple[int, str], str]) -> LineShown:
    def entries(names: Iterable[str]) -> tuple[Entry, ...]:
        return tuple(_entry(name, number, cells, faults.get((number, name), "")) for name in names)

    return LineShown(number, entries(MAIN), entries(MORE), faults.get((number, ""), ""))


def _entry(name: str, number: int, cells: Mapping[str, str], fault: str) -> Entry:
    required = name == "measure" or CELLS[name].required
    value = _measure(cells) if name == "measure" else cells.get(name, "")
    choices = _CHOICES.get(name, ())
    if choices and value and value not in dict(choices):
        choices = (*choices, (value, value.replace(_BETWEEN, ", ")))  # what a file says, to be corrected
    return Entry(name, f"{name}-{number}", _LABELS[name], value, fault, required, name in _NUMBERS, choices)


def _measure(cells: Mapping[str, str]) -> str:
    both = [cells.get(name, "") for name in _OF_MEASURE]
    return _BETWEEN.join(both) if any(both) else ""
