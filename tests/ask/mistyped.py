"""Questions whose meaning is known, each with one slip of the keyboard in one of its words, as chance has it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from doseloop.ask.conversation import Conversation
from doseloop.ask.text import tokens
from tests.ask.judging import Turn, judged

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Mistyped:
    """A question with a slip."""

    text: str
    word: str
    """As it was, and as it was typed."""
    expect: dict[str, Any]


def slipped(word: str, chance: Random) -> str:
    """The word with two letters in another order, one left out, one wrong or one too many."""
    at = chance.randrange(len(word) - 1)
    kinds = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + chance.choice(LETTERS) + word[at + 1 :],
        word[: at + 1] + chance.choice(LETTERS) + word[at + 1 :],
    )
    return chance.choice(kinds)


def mistyped(paths: list[Path], chance: Random, count: int, is_word: Callable[[str], bool]) -> Iterator[Mistyped]:
    """So many questions that stand alone and are answered, with a slip in a word of three letters or more.

    A slip that makes another word (`is_word`) is not one that can be seen.
    """
    lines = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    alone = [one for one in lines if one.get("turn", 1) == 1 and one.get("lang", "en") == "en"]
    for question in chance.sample([one for one in alone if one["expect"]["kind"] == "answer"], count):
        text = question["text"]
        words = [one for one in tokens(text) if one.is_word and one.end - one.start >= 3]
        if words:
            one = chance.choice(words)
            typed = slipped(text[one.start : one.end], chance)
            while is_word(typed):
                typed = slipped(text[one.start : one.end], chance)
            yield Mistyped(text[: one.start] + typed + text[one.end :], f"{one.text} {typed}", question["expect"])


def outcomes(questions: Iterator[Mistyped], turn: Turn) -> Iterator[tuple[str, Mistyped]]:
    """How each is judged."""
    for one in questions:
        yield judged(one.expect, turn(Conversation(), one.text)[0]), one
