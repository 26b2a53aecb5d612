"""The languages that questions may be asked in, and which of them a question is in."""

from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Final

from doseloop.ask.conversation import Conversation, next_turn
from doseloop.ask.department import Department
from doseloop.ask.outcome import AskedBack, Declined, Outcome, StartedOver, Understood
from doseloop.ask.reader import Reader
from doseloop.ask.vocabulary import vocabulary

FIRST: Final = "en"


def codes() -> tuple[str, ...]:
    """The languages that have word lists, English first."""
    folder = resources.files("doseloop.ask.words")
    found = sorted(one.name for one in folder.iterdir() if one.is_dir() and len(one.name) == 2)
    return (FIRST, *(one for one in found if one != FIRST))


@dataclass(frozen=True)
class Readers:
    """A reader for each language, for one department."""

    department: Department

    @cached_property
    def by_code(self) -> dict[str, Reader]:
        """The readers by language, English first."""
        return {code: Reader(vocabulary(code, self.department)) for code in codes()}

    def next_turn(self, before: Conversation, text: str) -> tuple[Outcome, Conversation]:
        """What becomes of a question: by the language that knows most of its words."""
        first: tuple[Outcome, Conversation] | None = None
        for reader in self._by_words_known(text):
            outcome, after = next_turn(reader, before, text)
            if first is not None and _is_repaired(outcome):
                continue
            if isinstance(outcome, Understood | StartedOver | Declined):
                return outcome, after
            if first is None or (_is_unread(first[0]) and not _is_unread(outcome)):
                first = outcome, after
        if first is None:
            raise AssertionError("there is always English")
        return first

    def reader_of(self, text: str) -> Reader:
        """The reader of the language that knows most of the words; English where several know as many."""
        return self._by_words_known(text)[0]

    def _by_words_known(self, text: str) -> list[Reader]:
        """The languages that know as many words of the text as any; English first."""
        unknown = {code: reader.unknown_words(text) for code, reader in self.by_code.items()}
        return [reader for code, reader in self.by_code.items() if unknown[code] == min(unknown.values())]


def _is_repaired(outcome: Outcome) -> bool:
    """Whether words were put right: among languages that know as many words, only the first may do that."""
    return isinstance(outcome, Understood) and bool(outcome.repairs)


def _is_unread(outcome: Outcome) -> bool:
    return isinstance(outcome, AskedBack) and outcome.reason in ("unknown_term", "underspecified")
