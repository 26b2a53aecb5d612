"""The words of answers in a language, `words/<language>/answers.yaml`, and of what is not answered, `outcomes.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from doseloop.model.quantities import shown
from doseloop.reference.data_yaml import parsed

_MINUTES = {"fluoro_time_s": "min"}
"""Display units of sentences, where they are another than the quantity's own."""


@cache
def words(language: str = "en") -> Mapping[str, Any]:
    """Everything that the language says in answers."""
    return _file(language, "answers.yaml")


@cache
def outcomes(language: str = "en") -> Mapping[str, Any]:
    """Everything that it says of a question that is not answered."""
    return _file(language, "outcomes.yaml")


def _file(language: str, name: str) -> Mapping[str, Any]:
    found: dict[str, Any] = parsed((files("doseloop.ask") / "words" / language / name).read_text("utf-8"))
    return found


def dose(key: str, value: float | None) -> str:
    """A value of a quantity as a sentence has it."""
    return shown(key, value, _MINUTES.get(key))


def percent(share: float | None) -> str:
    """A fraction in per cent; an en dash where there is none."""
    return "–" if share is None else f"{share:.1%}"
