"""The evidence of a flag in words: the fields of `model.flag.Finding`, with units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doseloop.model.quantities import QUANTITIES, shown

_TITLES = {
    "value": "This value",
    "expected": "Expected",
    "threshold": "Flagged above",
    "factor": "Times the expected value",
    "n": "Compared with",
    "procedure": "Procedure",
    "age_band": "Age band",
    "weight_kg": "Weight",
    "phantom_cm": "Phantom",
    "window": "Period",
}
_IN_QUANTITY = ("value", "expected", "threshold")
_NOT_A_LINE = ("quantity", "not_seen", "provisional", "sentence", "rule", "version", "subject", "cause", "key")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a flag rests on."""

    lines: tuple[tuple[str, str], ...]
    """Name and value."""
    bars: tuple[tuple[str, str, float], ...]
    """Name, value with unit, and value for those that are of one quantity."""
    not_seen: tuple[str, ...]
    """What the rule could not take into account."""
    provisional: bool
    quantity: str


def evidence(given: Mapping[str, Any]) -> Evidence:
    """The evidence as a page shows it; fields that are not known are shown by their own name."""
    quantity = given.get("quantity") or ""
    return Evidence(
        lines=tuple(_lines(given, quantity)),
        bars=tuple(_bars(given, quantity)),
        not_seen=tuple(str(one) for one in given.get("not_seen") or ()),
        provisional=bool(given.get("provisional")),
        quantity=QUANTITIES[quantity].name if quantity in QUANTITIES else quantity,
    )


def _bars(given: Mapping[str, Any], quantity: str) -> Iterator[tuple[str, str, float]]:
    for name in _IN_QUANTITY:
        value = given.get(name)
        if quantity in QUANTITIES and isinstance(value, int | float):
            yield _TITLES[name], shown(quantity, value), float(value)


def _lines(given: Mapping[str, Any], quantity: str) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if value is None or name in _NOT_A_LINE or (name in _IN_QUANTITY and quantity in QUANTITIES):
            continue
        yield _TITLES.get(name, name.replace("_", " ").capitalize()), _words(name, value)


def _words(name: str, value: Any) -> str:
    if name == "n":
        return f"{value} earlier exams"
    if name == "phantom_cm":
        return f"{value} cm"
    if name == "factor" or isinstance(value, float):
        return shown(name, value) if name in QUANTITIES else f"{value:.2f}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
