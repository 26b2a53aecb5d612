"""Find every phrase of a lexicon in the tokens of a question."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from doseloop.ask.pattern import Node, Phrase
from doseloop.ask.text import Token

Slots = tuple[tuple[str, Any], ...]
Found = tuple[int, Any]
"""Where something ends, and its value."""
Counted = Callable[[tuple[Token, ...], int], Iterator[Found]]
"""Finds numbers, dates and the like at a place."""

MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """A phrase at its place, with what stood in its slots."""

    phrase: Phrase
    start: int
    end: int
    slots: Slots = ()

    @property
    def kind(self) -> str:
        """Kind of the phrase."""
        return self.phrase.kind

    @property
    def value(self) -> str:
        """Value of the phrase."""
        return self.phrase.value

    @property
    def cost(self) -> int:
        """What using it costs, with what stands in it."""
        return self.phrase.cost + sum(1 for _, value in self.slots if isinstance(value, Chunk))

    def slot(self, name: str) -> Any:
        """What stands in a slot; None where the words left it out."""
        return dict(self.slots).get(name)


@dataclass
class Matcher:
    """Every phrase of the trees at every place of one question."""

    trees: Mapping[str, Node]
    counted: Mapping[str, Counted]
    tokens: tuple[Token, ...]
    _known: dict[tuple[str, int], tuple[Chunk, ...]] = field(default_factory=dict)
    _depth: int = 0

    def chunks(self, kind: str, at: int) -> tuple[Chunk, ...]:
        """The phrases of a kind that begin at a place."""
        key = (kind, at)
        if key not in self._known:
            if self._depth > MAX_DEPTH:
                return ()
            self._depth += 1
            self._known[key] = tuple(self._walk(self.trees[kind], at, at, ()))
            self._depth -= 1
        return self._known[key]

    def _walk(self, node: Node, start: int, at: int, slots: Slots) -> Iterator[Chunk]:
        for phrase in node.ends:
            if at > start:
                yield Chunk(phrase, start, at, slots)
        if at < len(self.tokens) and (then := node.words.get(self.tokens[at].text)) is not None:
            yield from self._walk(then, start, at + 1, slots)
        if at < len(self.tokens):
            for (name, kind), after in node.slots.items():
                for end, value in self._in_slot(kind, at):
                    yield from self._walk(after, start, end, (*slots, (name, value)))

    def _in_slot(self, kind: str, at: int) -> Iterator[Found]:
        if kind in self.counted:
            yield from self.counted[kind](self.tokens, at)
            return
        for chunk in self.chunks(kind, at):
            yield chunk.end, chunk

    @cached_property
    def all(self) -> tuple[tuple[Chunk, ...], ...]:
        """For each place every phrase that begins there, of the kinds that may stand alone."""
        alone = [kind for kind in self.trees if not kind.startswith("_")]
        return tuple(
            tuple(chunk for kind in alone for chunk in self.chunks(kind, at)) for at in range(len(self.tokens))
        )
