"""A question as a language model may see it: words of the word lists, and a mark in place of everything else.

What is sent is put together from tokens that may be sent, never cut out of what was typed: names of the department, periods, words
of no list and numbers that no phrase uses become marks like `⟨scanner 1⟩`. A mark keeps what stands for it here.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import PlanTime
from doseloop.ask.reader import LookedAt, Reader
from doseloop.ask.text import Token
from doseloop.ask.vocabulary import Vocabulary
from doseloop.ask.windows import window_of

NAMED: Final = ("operator", "physician", "scanner", "site", "procedure", "protocol")
"""Kinds of phrases that are masked as names, those of people first."""
WORDLESS: Final = frozenset(("filler", "unknown", "refuse"))
"""Kinds of phrases that say nothing of their own."""
_MOST_DIGITS: Final = 4
"""A number with more digits may be that of a patient."""
_COUNTED: Final = frozenset(("dimension", "exams"))
"""Phrases that a number before them counts: `5 scanners`."""
TITLES: Final = frozenset(("mr", "mrs", "ms", "miss", "prof", "herr", "frau", "mme", "sra", "senor", "senora"))


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands in the place of words that are not sent."""

    said: str
    """As it is sent: `⟨scanner 1⟩`."""
    kind: str
    """A kind of name, `time`, or `word` for what is in no list."""
    start: int
    end: int
    names: tuple[str, ...] = ()
    """The names that the words may mean."""
    time: PlanTime | None = None
    """The period that the words mean; None where they mean none by themselves."""
    chunk: Chunk | None = None


@dataclass(frozen=True, slots=True)
class Masked:
    """A question with marks, and the phrases that are left of it."""

    text: str
    """What is sent of the question."""
    marks: tuple[Mark, ...]
    phrases: tuple[Chunk, ...]
    """Those that no mark hides and no longer one holds."""
    looked_at: LookedAt
    repairs: tuple[tuple[str, str], ...] = ()

    def of(self, kind: str) -> tuple[Mark, ...]:
        """The marks of a kind, in order."""
        return tuple(one for one in self.marks if one.kind == kind)


def masked(reader: Reader, question: str) -> Masked:
    """The question as it may be sent."""
    found = reader.looked_at(question)
    maker = _Maker(reader.vocabulary, found, question)
    pieces = list(maker.pieces())
    marks = tuple(one for one in pieces if isinstance(one, Mark))
    text = " ".join(one.said if isinstance(one, Mark) else _written(one) for one in pieces)
    return Masked(text.replace(" ,", ","), marks, tuple(_left(found, marks)), found, found.repairs)


def _written(token: Token) -> str:
    return f", {token.text}" if token.comma else token.text


def _left(found: LookedAt, marks: tuple[Mark, ...]) -> Iterator[Chunk]:
    for one in (one for place in found.phrases for one in place if one.kind not in WORDLESS):
        hidden = any(one.start < mark.end and mark.start < one.end for mark in marks)
        if not hidden and not _is_held(one, found):
            yield one


def _is_held(chunk: Chunk, found: LookedAt, apart_from: str = "") -> bool:
    """Whether a longer phrase of another kind than `apart_from` has it within, as `under 10 years` has `10 years`."""
    return any(
        one.start <= chunk.start and chunk.end <= one.end and one.end - one.start > chunk.end - chunk.start
        for place in found.phrases
        for one in place
        if one.kind not in WORDLESS and one.kind != apart_from
    )


@dataclass
class _Maker:
    vocabulary: Vocabulary
    found: LookedAt
    question: str
    counts: Counter[str] = field(default_factory=Counter)

    def pieces(self) -> Iterator[Mark | Token]:
        at = 0
        while at < len(self.found.tokens):
            one = self._at(at)
            yield one
            at = one.end if isinstance(one, Mark) else at + 1

    def _at(self, at: int) -> Mark | Token:
        names = [
            one
            for one in self.found.phrases[at]
            if one.kind in NAMED or (one.kind == "window" and not _is_held(one, self.found, apart_from="window"))
        ]
        if names:
            return self._name(min(names, key=_rank))
        token = self.found.tokens[at]
        if self._may_be_sent(at) and not self._is_by_a_name(at):
            return token
        return Mark(self._said("word"), "word", at, at + 1)

    def _name(self, chunk: Chunk) -> Mark:
        if chunk.kind == "window":
            time = _time(chunk, self.vocabulary.department.now.date())
            return Mark(self._said("time"), "time", chunk.start, chunk.end, time=time, chunk=chunk)
        names = chunk.phrase.names or (chunk.value,)
        return Mark(self._said(chunk.kind), chunk.kind, chunk.start, chunk.end, names, chunk=chunk)

    def _said(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"⟨{kind} {self.counts[kind]}⟩"

    def _may_be_sent(self, at: int) -> bool:
        text = self.found.tokens[at].text
        if sum(one.isdigit() for one in text) > _MOST_DIGITS:
            return False
        if text in self.vocabulary.own_words:
            return True
        return self.found.tokens[at].number is not None and self._is_used(at)

    def _is_used(self, at: int) -> bool:
        """Whether a phrase says what the number is of, or it counts rows: any other number may be anybody's."""
        longer = any(
            one.start <= at < one.end and one.end - one.start > 1 and one.kind not in WORDLESS
            for place in self.found.phrases
            for one in place
        )
        following = self.found.phrases[at + 1] if at + 1 < len(self.found.phrases) else ()
        return longer or any(one.kind in _COUNTED for one in following)

    def _is_by_a_name(self, at: int) -> bool:
        """Whether it stands after a title, or is written like a name beside a word of no list."""
        if at and self.found.tokens[at - 1].text in TITLES:
            return True
        beside = [one for one in (at - 1, at + 1) if 0 <= one < len(self.found.tokens)]
        return self._is_titled(at) and any(self._is_strange(one) for one in beside)

    def _is_titled(self, at: int) -> bool:
        token = self.found.tokens[at]
        return self.question[token.start : token.end].istitle() and token.is_word

    def _is_strange(self, at: int) -> bool:
        return not self.found.phrases[at] and not self._may_be_sent(at)


def _rank(chunk: Chunk) -> tuple[int, int]:
    kinds = (*NAMED, "window")
    return chunk.start - chunk.end, kinds.index(chunk.kind)


def _time(chunk: Chunk, today: date) -> PlanTime | None:
    try:
        return window_of(chunk, today).time
    except (NoReading, AskBack):
        return None
