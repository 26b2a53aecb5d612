"""Which required items of a dose object are missing, empty, in a wrong unit or code, unreadable, or there by a repair alone.

What is required stands in `reference/data/dose_items.yaml`, each entry with its template. An object that lacks a container
lacks each item that the container must have. A value that was read although its unit is not the template's is still counted:
the figure is right, and the maker should know.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from doseloop.model.dose_item import DoseItem
from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Code, Reading, Remark

DefectKind = Literal["missing", "empty", "unit", "code", "value", "repaired"]
_UNREAD: Final[dict[str, DefectKind]] = {"empty": "empty", "unit": "unit", "value": "value"}
_CONSTANT_ANGLE: Final = frozenset(("113805",))
_SPIRAL: Final = frozenset(("P5-08001", "116152004"))
_MAMMOGRAPHY: Final = frozenset(("P5-40010", "71651007"))
_CONTINUOUS: Final = frozenset(("113630",))


@dataclass(frozen=True, slots=True)
class Defect:
    """A required item that is not there as it should be."""

    item: DoseItem
    kind: DefectKind
    place: str = ""
    """The first item of the object that shows it; empty where nothing is there to point at."""
    written: str = ""
    """The unit, code or rule that stands in place of the right one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at in one object, and what was found."""

    items: int
    """Required items that apply to it."""
    defects: tuple[Defect, ...]
    """Each item and kind once."""

    @property
    def right(self) -> int:
        """Items that are there and right."""
        wrong = {(defect.item.of, defect.item.field) for defect in self.defects if defect.item.required}
        return self.items - len(wrong)


def checked(dose: DoseObject, items: Iterable[DoseItem]) -> Checked:
    """The items of the object's kind against what it says: of those that are not required only what was repaired."""
    count, found = 0, list[Defect]()
    repaired = {remark.field for remark in dose.remarks if remark.kind == "repaired"}
    for item in items:
        if not item.required:
            found.extend(_once(_marked(item, dose.remarks)) if item.field in repaired else ())
            continue
        holders = [one for one in _holders(dose, item.of) if _applies(item, one, dose)]
        if holders:
            count += 1
            found.extend(_once(_defects(item, holders, dose.remarks)))
    return Checked(count, tuple(found))


@dataclass(frozen=True, slots=True)
class _Holder:
    """A record that should hold an item, and the event that it belongs to; None where its container is missing."""

    record: Any
    event: Any


def _holders(dose: DoseObject, of: str) -> Iterator[_Holder]:
    if not of:
        yield _Holder(dose, None)
        return
    name, _, within = of.partition(".")
    held = getattr(dose, name)
    for event in held if isinstance(held, tuple) else (held,):
        inner = getattr(event, within) if within else (event,)
        for record in inner or (None,):
            yield _Holder(record, event)
    if held == () and name == "plane_totals":
        yield _Holder(None, None)


def _applies(item: DoseItem, holder: _Holder, dose: DoseObject) -> bool:
    return _CONDITIONS[item.when](holder.event, dose) if item.when else True


def _defects(item: DoseItem, holders: Iterable[_Holder], remarks: tuple[Remark, ...]) -> Iterator[Defect]:
    own = [remark for remark in remarks if remark.concept == item.code or remark.field == item.field]
    unread = [Defect(item, _UNREAD[one.kind], one.place) for one in own if one.kind in _UNREAD]
    values = [_value(holder.record, item.field) for holder in holders]
    if any(value is None or value == "" for value in values):
        yield from unread or [Defect(item, "missing")]
    yield from _marked(item, own)
    for value in values:
        yield from _wrong(item, value)


def _marked(item: DoseItem, remarks: Iterable[Remark]) -> Iterator[Defect]:
    """What is there by another name, or by a rule alone."""
    for remark in remarks:
        if remark.kind == "code" and remark.concept == item.code:
            yield Defect(item, "code", remark.place, remark.rule)
        if remark.kind == "repaired" and remark.field == item.field:
            yield Defect(item, "repaired", remark.place, remark.rule)


def _value(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = getattr(record, name, None)
    return record


def _wrong(item: DoseItem, value: Any) -> Iterator[Defect]:
    """A value that was read from another unit than the template's, or from a code that is none."""
    place = value.place if isinstance(value, Reading) else ""
    inner = value.value if isinstance(value, Reading) else value
    if isinstance(value, Reading) and item.units and isinstance(inner, float):
        unit = unit_as_written(value.recorded)
        if unit not in item.units:
            yield Defect(item, "unit", place, unit)
    if isinstance(inner, Code) and not (inner.value and inner.scheme) and not item.or_text:
        yield Defect(item, "code", place)
    elif isinstance(inner, Code) and item.codes and inner.value not in item.codes:
        yield Defect(item, "code", place, inner.value)


def unit_as_written(recorded: str) -> str:
    """The unit's code in what was recorded (`1.6e-005 Gym2`), empty where the item has none."""
    return recorded.strip().partition(" ")[2].strip()


def _once(defects: Iterable[Defect]) -> list[Defect]:
    first: dict[DefectKind, Defect] = {}
    for defect in defects:
        first.setdefault(defect.kind, defect)
    return list(first.values())


def _code(reading: Reading[Code] | None) -> Code:
    return reading.value if reading else Code("", "", "")


def _moves(event: Any, dose: DoseObject) -> bool:
    kind = _code(event.acquisition_type) if event else Code("", "", "")
    return kind.value not in _CONSTANT_ANGLE and "constant angle" not in kind.meaning.casefold()


def _is_spiral(event: Any, dose: DoseObject) -> bool:
    kind = _code(event.acquisition_type) if event else Code("", "", "")
    return kind.value in _SPIRAL or "spiral" in kind.meaning.casefold()


def _is_mammography(event: Any, dose: DoseObject) -> bool:
    procedure = dose.procedure_reported
    named = procedure is not None and (procedure.value in _MAMMOGRAPHY or "mammography" in procedure.meaning.casefold())
    return named or dose.modality == "MG"


def _is_projection(event: Any, dose: DoseObject) -> bool:
    return not _is_mammography(event, dose)


def _is_fluoroscopy(event: Any) -> bool:
    return "fluoroscopy" in _code(event.irradiation_type).meaning.casefold()


def _has_fluoroscopy(event: Any, dose: DoseObject) -> bool:
    return any(map(_is_fluoroscopy, dose.projection_events))


def _is_pulsed(event: Any, dose: DoseObject) -> bool:
    """Fluoroscopy that is not said to be continuous (CID 10004)."""
    if not _is_fluoroscopy(event):
        return False
    mode = _code(event.fluoro_mode)
    return mode.value not in _CONTINUOUS and "continuous" not in mode.meaning.casefold()


_CONDITIONS: Final[dict[str, Callable[[Any, DoseObject], bool]]] = {
    "moving tube": _moves,
    "spiral": _is_spiral,
    "mammography": _is_mammography,
    "projection": _is_projection,
    "any fluoroscopy": _has_fluoroscopy,
    "pulsed": _is_pulsed,
    "with dose at RP": lambda event, dose: event.ka_r_mgy is not None,
    "without exposure": lambda event, dose: event.exposure_mas is None,
}
"""The conditions of the templates, of an event (None for the object or a missing container) and its object."""
