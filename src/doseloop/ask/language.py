"""The word lists of one language, as they stand in `ask/words/LANGUAGE/*.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any, Final

from doseloop.ask.counted import CountedWords
from doseloop.ask.pattern import Node, Phrase, expanded
from doseloop.reference.data_yaml import parsed

COSTS: Final = {"filler": 12, "opening": 9, "closing": 9, "unknown": 40, "refuse": 1}
"""What a phrase of a kind costs; all others 10."""


@dataclass(frozen=True)
class Language:
    """Words of one language: phrases by kind, and what numbers, months and contractions are called."""

    code: str
    phrases: tuple[tuple[Phrase, str], ...]
    """Each phrase with one of its patterns."""
    counted: CountedWords
    silent: frozenset[str]
    """Words that never change a meaning, such as articles."""
    contractions: dict[str, tuple[str, ...]]
    ordinary: frozenset[str]
    """Words that are right as they stand and are never taken for a misspelt other one."""
    plural_endings: tuple[str, ...]
    """How nouns of several end; nothing where the end does not tell."""
    people: frozenset[str]
    """Words for several people of a kind, as in "how many children"."""
    spoken: dict[str, Any]
    """How the parts of a plan are said."""

    @cached_property
    def trees(self) -> Mapping[str, Node]:
        """The phrases as trees, one for each kind: made once for all departments, and never changed."""
        trees: dict[str, Node] = {}
        for phrase, pattern in self.phrases:
            tree = trees.setdefault(phrase.kind, Node())
            for steps in expanded(pattern):
                tree.add(steps, phrase)
        return trees


@cache
def language(code: str) -> Language:
    """The word lists of a language, read once."""
    files = list(_files(code))
    merged: dict[str, dict[str, Any]] = {}
    for one in files:
        for key, value in one.items():
            if key != "phrases" and isinstance(value, dict):
                merged.setdefault(key, {}).update(value)
    lists = {key: _words(files, key) for key in ("silent", "ordinary", "plural_endings", "people")}
    contractions = {word: tuple(str(full).split()) for word, full in merged.get("contractions", {}).items()}
    return Language(
        code,
        tuple(_phrases(files)),
        _counted(merged),
        lists["silent"],
        contractions,
        lists["ordinary"],
        tuple(sorted(lists["plural_endings"])),
        lists["people"],
        merged.get("spoken", {}),
    )


def _files(code: str) -> Iterator[dict[str, Any]]:
    folder = resources.files("doseloop.ask.words") / code
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if path.name.endswith(".yaml"):
            yield parsed(path.read_text(encoding="utf-8"))


def _words(files: list[dict[str, Any]], key: str) -> frozenset[str]:
    return frozenset(word for one in files for line in one.get(key, ()) for word in str(line).split())


def _phrases(files: list[dict[str, Any]]) -> Iterator[tuple[Phrase, str]]:
    for one in files:
        for kind, values in one.get("phrases", {}).items():
            for value, patterns in values.items():
                phrase = Phrase(str(kind), str(value), COSTS.get(str(kind), 10))
                yield from ((phrase, str(pattern)) for pattern in patterns)


def _counted(merged: dict[str, dict[str, Any]]) -> CountedWords:
    def by_word(key: str) -> dict[str, int]:
        return {str(word): int(value) for value, words in merged.get(key, {}).items() for word in words}

    numbers = {str(w): float(value) for value, words in merged.get("numbers", {}).items() for w in words}
    dates = merged.get("dates", {})
    return CountedWords(
        numbers,
        by_word("ordinals"),
        by_word("months"),
        frozenset(dates.get("endings", ())),
        frozenset(dates.get("of", ())),
    )
