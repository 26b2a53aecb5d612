"""Content items found by their concept name (PS3.3 section C.17.3.2.2), with tolerance for how makers spell it.

A concept is known by its code value; the coding scheme is not compared, since makers misspell it, but a private scheme
(`99...`) is never taken for a standard one. A code that is not known here is looked up by its meaning, which finds the
items whose maker mistyped the number.
"""

from collections.abc import Iterable, Iterator

from doseloop.model.precedence import order
from doseloop.model.reading import Code, Reading, Remark
from doseloop.reading.concepts import MEANINGS, OWN_CONTAINERS, SAME
from doseloop.reading.moments import moment_iso
from doseloop.reading.sr import ContentItem
from doseloop.reading.units import factor_to, numbers_of, plain_unit
from doseloop.reading.values import Measured

_BY_MEANING = {meaning.casefold(): SAME.get(code, code) for code, meaning in MEANINGS.items()}
BY_MEANING = "concept-by-meaning"
"""The rule that knows an item by the meaning of its name, since the code of its name is not known."""
_LEFT = frozenset(("G-A101", "T-04030", "7771000", "80248007"))
_RIGHT = frozenset(("G-A100", "T-04020", "24028007", "73056007"))
_BOTH = frozenset(("G-A102", "T-04080", "51440002", "63762007"))
_YES = frozenset(("R-0038D", "373066001"))
_NO = frozenset(("R-00339", "373067005"))


def concept_of(concept: Code | None) -> str:
    """The code that a concept name is known by here; a private one is `scheme:value`, a missing one is empty."""
    if concept is None:
        return ""
    value = concept.value
    if concept.scheme[:2] == "99":
        return f"{concept.scheme}:{value}"
    if value in SAME:
        return SAME[value]
    if value in MEANINGS:
        return value
    return _BY_MEANING.get(concept.meaning.casefold(), value)


def _is_misnamed(name: Code, concept: str) -> bool:
    """Whether the code of a concept name is not the concept's own, nor another that is known for it."""
    return concept in MEANINGS and name.value != concept and name.value not in SAME and name.scheme[:2] != "99"


class Items:
    """The items below one content item by concept, those of plain containers included, in the order of the object."""

    __slots__ = ("_by_concept", "_missing", "_what")

    def __init__(self, parent: ContentItem, missing: list[Remark]) -> None:
        """`missing` takes a remark for each value that cannot be read, and for each item that is empty or misnamed."""
        self._missing = missing
        self._by_concept: dict[str, list[ContentItem]] = {}
        for concept, item in _within(parent):
            if not concept and (item.children or item.measured):
                said = f"What content item {item.place} holds is not known: it names no concept."
                missing.append(Remark("code", "", item.place, said))
            elif item.concept is not None and concept is not item.concept.value and _is_misnamed(item.concept, concept):
                missing.append(Remark("code", concept, item.place, rule=BY_MEANING))
            self._by_concept.setdefault(concept, []).append(item)

    def all(self, *concepts: str) -> list[ContentItem]:
        """The items of these concepts."""
        return [item for concept in concepts for item in self._by_concept.get(concept, ())]

    def first(self, concept: str) -> ContentItem | None:
        """The first item of a concept."""
        return next(iter(self._by_concept.get(concept, ())), None)

    def text(self, concept: str) -> Reading[str] | None:
        """The first text that is not empty; of a coded item its meaning."""
        for item in self._by_concept.get(concept, ()):
            written = item.text or (item.code and item.code.meaning)
            if written:
                return Reading(written, item.place, written)
        self._say_empty(concept)
        return None

    def plain_text(self, concept: str) -> str | None:
        """As `text`, without its place."""
        found = self.text(concept)
        return found.value if found else None

    def coded(self, concept: str) -> Reading[Code] | None:
        """The first code; free text in its place becomes a code with a meaning only."""
        for item in self._by_concept.get(concept, ()):
            if item.code is not None:
                return Reading(item.code, item.place, item.code.value or item.code.meaning)
            if item.text:
                return Reading(Code("", "", item.text), item.place, item.text)
        self._say_empty(concept)
        return None

    def plain_code(self, concept: str) -> Code | None:
        """As `coded`, without its place."""
        found = self.coded(concept)
        return found.value if found else None

    def every_code(self, concept: str) -> tuple[Reading[Code], ...]:
        """As `coded`, of every item that has one."""
        items = self._by_concept.get(concept, ())
        return tuple(Reading(one.code, one.place, one.code.value or one.code.meaning) for one in items if one.code)

    def moment(self, concept: str) -> Reading[str] | None:
        """A DATETIME as the local wall clock, ISO; says in `missing` what is written and is no time."""
        written = self.text(concept)
        if written is None:
            return None
        moment = moment_iso(written.value)
        if moment is None:
            name = MEANINGS.get(concept, concept)
            said = f"{name} at {written.place} is written {written.recorded[:40]!r}, which is not a time."
            self._missing.append(Remark("value", concept, written.place, said))
            return None
        return Reading(moment, written.place, written.recorded)

    def below(self, *concepts: str) -> list["Items"]:
        """The items below each item of these concepts."""
        return [Items(item, self._missing) for item in self.all(*concepts)]

    def _say_empty(self, concept: str) -> None:
        for item in self._by_concept.get(concept, ()):
            self._missing.append(Remark("empty", concept, item.place))

    def flag(self, concept: str) -> bool | None:
        """Yes or No (CID 230)."""
        code = self.plain_code(concept)
        if code is None:
            return None
        if code.value in _YES or code.meaning.casefold() == "yes":
            return True
        return False if code.value in _NO or code.meaning.casefold() == "no" else None

    def number(
        self, concept: str, units: dict[str, float], *, total: bool = False, nothing_is_zero: bool = False
    ) -> Reading[float] | None:
        """The value of a NUM concept in the field's unit (`units`: spelling to factor), None where none is recorded.

        Of several units the finest wins. Several values give their sum where `total`, else the mean of those that are not
        zero. Where nothing can be zero (`nothing_is_zero`) a recorded 0 means not recorded.
        """
        items = self._by_concept.get(concept)  # most of what a template names is not there
        return number_in(items, units, self._missing, total, nothing_is_zero) if items else None


_FINER_HOLDS = order("several units")[0] == "finer unit"


def _holds(factor: float, before: float) -> bool:
    return factor < before if _FINER_HOLDS else factor > before


def number_in(
    items: Iterable[ContentItem], units: dict[str, float], missing: list[Remark], total: bool, nothing_is_zero: bool
) -> Reading[float] | None:
    """See `Items.number`."""
    finest: list[tuple[ContentItem, Measured, list[float]]] = []
    finest_factor = 0.0
    empty: list[ContentItem] = []
    for item in items:
        if not any(measured.number for measured in item.measured):
            empty.append(item)
        for measured in item.measured:
            factor, numbers = _converted(item, measured, units, missing)
            if not numbers:
                continue
            if not finest or _holds(factor, finest_factor):
                finest, finest_factor = [], factor
            if factor == finest_factor:
                finest.append((item, measured, numbers))
    for item in empty[: 1 if finest else None]:
        said = f"{_name(item)} at {item.place} is empty, where others of it hold a number." if finest else ""
        missing.append(Remark("empty", concept_of(item.concept), item.place, said))
    if not finest:
        return None
    value = _combined([number for _, _, numbers in finest for number in numbers], total) * finest_factor
    if value == 0 and nothing_is_zero:
        missing.append(Remark("empty", concept_of(finest[0][0].concept), finest[0][0].place))
        return None
    return Reading(value, finest[0][0].place, _recorded([measured for _, measured, _ in finest]))


def _combined(numbers: list[float], total: bool) -> float:
    if len(numbers) == 1:
        return numbers[0]
    if total:
        return sum(numbers)
    counted = [number for number in numbers if number != 0]
    return sum(counted) / len(counted) if counted else 0.0


def _recorded(values: list[Measured]) -> str:
    written, unit = "\\".join(one.number for one in values), values[0].unit
    return f"{written} {unit.value}" if unit and unit.value else written


def _converted(
    item: ContentItem, measured: Measured, units: dict[str, float], missing: list[Remark]
) -> tuple[float, list[float]]:
    """The factor to the field's unit and the numbers of one measured value; says in `missing` what cannot be read."""
    if not measured.number:
        return 0.0, []
    unit = measured.unit
    factor = factor_to(units, unit.value, unit.meaning) if unit else units.get("")
    name = _name(item)
    if factor is None:
        said = f"{name} at {item.place} has {_unit_named(unit)}, which is not known for it."
        missing.append(Remark("unit", concept_of(item.concept), item.place, said))
        return 0.0, []
    numbers = numbers_of(measured.number)
    if None in numbers:
        said = f"{name} at {item.place} is written {measured.number[:80]!r}, which is not a number."
        missing.append(Remark("value", concept_of(item.concept), item.place, said))
    return factor, [number for number in numbers if number is not None]


def _name(item: ContentItem) -> str:
    return item.concept.meaning[:80] if item.concept else "a value"


def _unit_named(unit: Code | None) -> str:
    if unit is None:
        return "no unit"
    alike = not unit.meaning or plain_unit(unit.value[:40]) == plain_unit(unit.meaning[:40])
    return f"the unit {unit.value[:40]!r}" + ("" if alike else f" with the meaning {unit.meaning[:40]!r}")


def _within(parent: ContentItem) -> Iterator[tuple[str, ContentItem]]:
    for item in parent.children:
        concept = concept_of(item.concept)
        yield concept, item
        if item.value_type == "CONTAINER" and item.children and concept not in OWN_CONTAINERS:
            yield from _within(item)


def side_of(code: Code | None) -> str | None:
    """L, R or B of a laterality or a sided anatomical structure, None where it names no side."""
    if code is None:
        return None
    for side, codes, words in (("B", _BOTH, ("bilateral", "both")), ("L", _LEFT, ("left",)), ("R", _RIGHT, ("right",))):
        if code.value in codes or any(word in code.meaning.casefold() for word in words):
            return side
    return None
