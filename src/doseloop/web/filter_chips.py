"""What a filter asks, as words that can be taken away one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from doseloop.facts.filters import ExamFilter
from doseloop.web.quality_view import DEFECTS

_WORDS = {
    "site": "Site",
    "scanner": "Scanner",
    "modality": "Modality",
    "procedure": "Procedure",
    "text": "Text",
    "age_band": "Age",
    "started_from": "From",
    "started_until": "Before",
    "flagged": "Flag",
    "excluded": "Excluded",
    "without_procedure": "Procedure",
    "defect": "Data quality",
}
_VALUES = {
    ("flagged", "True"): "open",
    ("flagged", "False"): "none",
    ("excluded", "True"): "phantoms and tests only",
    ("excluded", "None"): "shown too",
    ("without_procedure", "True"): "not recognised",
    **{("defect", defect.value): named.title.lower() for defect, named in DEFECTS.items()},
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words, and the address without it."""

    words: str
    address: str


def chips(wanted: ExamFilter, given: QueryDict, choices: Mapping[str, Mapping[str, str]]) -> tuple[Chip, ...]:
    """One for every condition that differs from a filter that asks nothing."""
    nothing = ExamFilter()
    return tuple(
        Chip(f"{_WORDS[name]}: {_value(name, getattr(wanted, name), choices)}", _without(given, name))
        for name in _WORDS
        if getattr(wanted, name) != getattr(nothing, name)
    )


def _value(name: str, value: Any, choices: Mapping[str, Mapping[str, str]]) -> str:
    text = _VALUES.get((name, str(value)), str(value))
    return choices.get(name, {}).get(text, text)


def _without(given: QueryDict, name: str) -> str:
    kept = {key: value for key, value in given.dict().items() if key not in (name, "page") and value}
    return "?" + urlencode(kept)
