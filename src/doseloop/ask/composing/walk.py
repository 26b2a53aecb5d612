"""The walk over the phrases of a reading, from left to right; each is used once, by the rule of its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import NoReading
from doseloop.ask.said import How, Said
from doseloop.ask.text import Token

Rule = Callable[["Walk", Chunk], None]
_PAIRS = frozenset((("modality", "region"), ("region", "modality"), ("modality", "procedure")))
"""Kinds that name one thing together, so that "except" holds for both."""
_NEVER_LEFT_OUT = frozenset(
    (
        "order",
        "superlative",
        "top",
        "period",
        "peers",
        "exceed",
        "grouping",
        "repeat",
        "listing",
        "share",
        "rate",
        "exceedance",
    )
)
"""Kinds of which the plan has nothing to leave out."""


@dataclass
class Walk:
    """Where the walk is, and what was said so far."""

    row: tuple[Chunk, ...]
    tokens: tuple[Token, ...]
    today: date
    chosen: Mapping[str, str]
    """Answers to questions back: field to option."""
    plural_endings: tuple[str, ...] = ("s",)
    """How nouns of several end, where a language tells it by the end."""
    people: frozenset[str] = frozenset()
    """Words for several people of a kind, of whom one asks how many they are."""
    said: Said = field(default_factory=Said)
    at: int = 0
    how: How = "set"
    _how_used: bool = False
    _last_kind: str = ""

    def run(self, rules: Mapping[str, Rule]) -> Said:
        """Apply the rule of each phrase in turn.

        Raises: NoReading where a phrase has no rule here, AskBack and Refuse from the rules.
        """
        while self.at < len(self.row):
            chunk = self.row[self.at]
            self.at += 1
            self._forget_how(chunk)
            rule = rules.get(chunk.kind)
            if rule is None:
                raise NoReading(f"nothing is done with {chunk.kind}")
            if self.how in ("except", "remove") and not self._how_used and chunk.kind in _NEVER_LEFT_OUT:
                raise NoReading(f"{chunk.kind} is not left out")
            rule(self, chunk)
            if chunk.kind != "and":
                self._last_kind = chunk.kind
        self._require_used()
        return self.said

    def _require_used(self) -> None:
        if self.how != "set" and not self._how_used:
            raise NoReading("nothing is added, taken away or left out")

    def peek(self, ahead: int = 0) -> Chunk | None:
        """A phrase that comes next."""
        at = self.at + ahead
        return self.row[at] if at < len(self.row) else None

    def next_is(self, *kinds: str) -> Chunk | None:
        """The next phrase where it is of one of the kinds."""
        chunk = self.peek()
        return chunk if chunk is not None and chunk.kind in kinds else None

    def take(self, *kinds: str) -> Chunk | None:
        """The next phrase where it is of one of the kinds, used."""
        chunk = self.next_is(*kinds)
        if chunk is not None:
            self.at += 1
        return chunk

    def previous(self) -> Chunk | None:
        """The phrase before the one whose rule runs."""
        return self.row[self.at - 2] if self.at >= 2 else None

    def beside(self) -> tuple[tuple[str, str, int] | None, tuple[str, str, int] | None]:
        """Kind, value and place of the phrases before and after the one whose rule runs, prepositions left out."""
        before = next((one for one in reversed(self.row[: self.at - 1]) if one.kind != "prep"), None)
        after = next((one for one in self.row[self.at :] if one.kind != "prep"), None)
        return _told(before), _told(after)

    def used(self) -> How:
        """What the next value does; noted as used, so that it ends with the list that it began."""
        self._how_used = True
        return self.how

    def begin(self, how: How) -> None:
        """From here on values join, leave or are left out."""
        if how != self.how:
            self._require_used()
        self.how, self._how_used = how, False

    def _comma(self, before: Chunk, chunk: Chunk) -> bool:
        """Whether a comma stands between two phrases: "not the mean, the maximum"."""
        return any(one.comma for one in self.tokens[before.end : chunk.start + 1])

    def _forget_how(self, chunk: Chunk) -> None:
        if self.how == "set" or not self._how_used or chunk.kind == "and":
            return
        before = self.row[self.at - 2] if self.at >= 2 else None
        joined = before is not None and before.kind == "and"
        if (
            self.how == "except"
            and chunk.kind in ("stat", "quantity", "grain")
            and before
            and self._comma(before, chunk)
        ):
            self.how = "set"
        if not joined and chunk.kind != self._last_kind and (self._last_kind, chunk.kind) not in _PAIRS:
            self.how = "set"


def _told(chunk: Chunk | None) -> tuple[str, str, int] | None:
    if chunk is None:
        return None
    value = chunk.slot("d").value if chunk.kind == "dimension" else chunk.value
    return chunk.kind, value, chunk.start
