"""The small language in which phrases are written, and the tree that finds them.

A pattern is a row of words. `(a|b c)` is one of several, `(a|)` may be left out, `word~` is singular or plural, and
`<name:kind>` (or `<kind>`) is a phrase of another kind, or something that is counted, such as a number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

Step = str | tuple[str, str]
"""A word, or (name, kind) of what stands in its place."""

_PIECE: Final = re.compile(r"[()|]|<[a-z_][^>]*>|[^\s()|]+")


def expanded(pattern: str) -> tuple[tuple[Step, ...], ...]:
    """Every row of steps that a pattern stands for.

    >>> expanded("(last|past) <n> day~")[0]
    ('last', ('n', 'n'), 'day')
    >>> len(expanded("(last|past) <n> day~"))
    4
    """
    pieces = _PIECE.findall(pattern.replace('"', ""))
    rows, at = _alternatives(pieces, 0)
    if at != len(pieces):
        raise ValueError(f"the pattern {pattern!r} has a bracket too many")
    return tuple(dict.fromkeys(rows))


def _alternatives(pieces: list[str], at: int) -> tuple[list[tuple[Step, ...]], int]:
    rows: list[tuple[Step, ...]] = []
    row: list[tuple[Step, ...]] = [()]
    while at < len(pieces) and pieces[at] != ")":
        if pieces[at] == "|":
            rows, row, at = rows + row, [()], at + 1
            continue
        choices, at = _choices(pieces, at)
        row = [one + more for one in row for more in choices]
    return rows + row, at


def _choices(pieces: list[str], at: int) -> tuple[list[tuple[Step, ...]], int]:
    piece = pieces[at]
    if piece == "(":
        inner, end = _alternatives(pieces, at + 1)
        if end >= len(pieces):
            raise ValueError(f"a bracket is not closed in {' '.join(pieces)!r}")
        return inner, end + 1
    if len(piece) > 2 and piece.startswith("<"):
        name, _, kind = piece[1:-1].partition(":")
        return [((name, kind or name),)], at + 1
    if piece.endswith("~") and len(piece) > 1:
        return [(one,) for one in numbers_of(piece[:-1])], at + 1
    return [(piece,)], at + 1


def numbers_of(word: str) -> tuple[str, ...]:
    """Singular and plural of an English noun.

    >>> numbers_of("study"), numbers_of("dose"), numbers_of("box")
    (('study', 'studies'), ('dose', 'doses'), ('box', 'boxes'))
    """
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word, word[:-1] + "ies"
    return word, word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a row of words means: a value of a kind, from one place in the word lists."""

    kind: str
    value: str
    cost: int = 10
    names: tuple[str, ...] = ()
    """Entities of the record that the words may mean; several where they are not clear."""


@dataclass(slots=True)
class Node:
    """A place in the tree of one kind: the steps that go on from it and the phrases that end at it."""

    words: dict[str, "Node"] = field(default_factory=dict)
    slots: dict[tuple[str, str], "Node"] = field(default_factory=dict)
    ends: list[Phrase] = field(default_factory=list)

    def add(self, steps: tuple[Step, ...], phrase: Phrase) -> None:
        """Let the steps lead to the phrase."""
        node = self
        for step in steps:
            node = node.words.setdefault(step, Node()) if isinstance(step, str) else node.slots.setdefault(step, Node())
        if phrase not in node.ends:
            node.ends.append(phrase)

    def literal_words(self) -> Iterator[str]:
        """Every word that stands somewhere in the tree."""
        for word, node in self.words.items():
            yield word
            yield from node.literal_words()
        for node in self.slots.values():
            yield from node.literal_words()
