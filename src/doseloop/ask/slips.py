"""How words of a language are shortened or mistyped, as it stands in `ask/words/LANGUAGE/typing.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from doseloop.reference.data_yaml import parsed

NUMBER: Final = "#"
"""Stands for any number beside a word."""


@dataclass(frozen=True, slots=True)
class Confused:
    """A word that is right in other senses and stands for another beside some words."""

    means: str
    after: frozenset[str]
    before: frozenset[str]


@dataclass(frozen=True, slots=True)
class Slips:
    """What is known of typing in one language; all empty where nobody has written it down."""

    titles: frozenset[str] = frozenset()
    """After them a name follows."""
    codes: frozenset[str] = frozenset()
    """Abbreviations that are right as they stand though no dictionary has them."""
    shortened: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a word that nobody knows may be short for."""
    confused: Mapping[str, Confused] = field(default_factory=dict)


@cache
def slips(code: str) -> Slips:
    """What is known of typing in a language, read once."""
    path = resources.files("doseloop.ask.words") / code / "typing.yaml"
    if not path.is_file():
        return Slips()
    found = parsed(path.read_text("utf-8"))
    return Slips(
        frozenset(found["titles"]),
        frozenset(word for line in found["codes"] for word in line.split()),
        {word: tuple(means) for word, means in found["shortened"].items()},
        {word: _confused(entry) for word, entry in found["confused"].items()},
    )


def _confused(entry: Mapping[str, Any]) -> Confused:
    return Confused(entry["means"], frozenset(entry.get("after", ())), frozenset(entry.get("before", ())))
