"""The words of answers in a language: `words/<language>/answers.yaml`."""

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
    """Everything that the language says."""
    found: dict[str, Any] = parsed((files("doseloop.ask") / "words" / language / "answers.yaml").read_text("utf-8"))
    return found


def dose(key: str, value: float | None) -> str:
    """A value of a quantity as a sentence has it."""
    return shown(key, value, _MINUTES.get(key))


def percent(share: float | None) -> str:
    """A fraction in per cent; an en dash where there is none."""
    return "–" if share is None else f"{share:.1%}"
