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
_OF_RULE = {
    "rule-pack": {
        "expected": "Reference level", "threshold": "Threshold", "factor": "Times the threshold", "n": "Mean of the last",
    },
    "drift": {"factor": "Times what was usual", "n": "Seen in"},
}  # fmt: skip
"""What a rule calls them that is not about others like the exam."""
_IN_QUANTITY = ("value", "expected", "threshold")
_NOT_A_LINE = ("quantity", "not_seen", "provisional", "sentence", "rule", "version", "subject", "cause", "key", "dated")


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of the flag's quantity. `share` is its length in thousandths of the longest."""

    name: str
    shown: str
    share: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a flag rests on."""

    lines: tuple[tuple[str, str], ...]
    """Name and value."""
    bars: tuple[Bar, ...]
    """What was seen, what was expected, and where the rule flags."""
    not_seen: tuple[str, ...]
    """What the rule could not take into account."""
    provisional: bool


def evidence(given: Mapping[str, Any], units: Mapping[str, str]) -> Evidence:
    """The evidence as a page shows it, in these display units; fields that are not known are shown by their own name."""
    quantity = given.get("quantity") or ""
    return Evidence(
        lines=tuple(_lines(given, quantity)),
        bars=tuple(_bars(given, quantity, units.get(quantity))),
        not_seen=tuple(str(one) for one in given.get("not_seen") or ()),
        provisional=bool(given.get("provisional")),
    )


def _bars(given: Mapping[str, Any], quantity: str, unit: str | None) -> Iterator[Bar]:
    known = {name: given.get(name) for name in _IN_QUANTITY if quantity in QUANTITIES}
    values = {name: float(value) for name, value in known.items() if isinstance(value, int | float)}
    longest = max(values.values(), default=0.0)
    for name, value in values.items():
        share = round(1000 * value / longest) if longest > 0 else 0
        yield Bar(_title(given, name), shown(quantity, value, unit), max(0, share))


def _lines(given: Mapping[str, Any], quantity: str) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if value is None or name in _NOT_A_LINE or (name in _IN_QUANTITY and quantity in QUANTITIES):
            continue
        if name == "n" and not quantity:
            yield "Known from", _exams(value)
            continue
        yield _title(given, name), _words(name, value) if name != "n" else _counted(given, value)


def _title(given: Mapping[str, Any], name: str) -> str:
    own = _OF_RULE.get(str(given.get("rule")), {})
    return own.get(name) or _TITLES.get(name, name.replace("_", " ").capitalize())


def _counted(given: Mapping[str, Any], number: Any) -> str:
    return _exams(number, "" if given.get("rule") in _OF_RULE else "earlier ")


def _exams(number: int, which: str = "") -> str:
    return f"{number} {which}exam{'' if number == 1 else 's'}"


def _words(name: str, value: Any) -> str:
    if name == "phantom_cm":
        return f"{value} cm"
    if name == "factor" or isinstance(value, float):
        return shown(name, value) if name in QUANTITIES else f"{value:.2f}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
