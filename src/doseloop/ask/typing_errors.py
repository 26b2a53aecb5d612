"""Words that are misspelt, taken for the one known word that they are nearest to. It is always told.

Digits, codes, names of people, words of up to three letters and words that are right as they stand are never changed.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Final

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from doseloop.ask.text import Token
from doseloop.ask.vocabulary import Vocabulary

SHORTEST: Final = 4
WITH_DICTIONARY: Final = frozenset(("en", "de", "fr", "es"))
"""Languages of which it is known what is right as it stands; in others nothing is put right."""
LONG: Final = 7
"""From so many letters on, two changes are allowed instead of one."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """The tokens with what was misspelt put right."""

    tokens: tuple[Token, ...]
    repairs: tuple[tuple[str, str], ...]
    """(as typed, as read)."""
    unknown: tuple[int, ...]
    """Places of words that stay unknown."""


def repaired(given: tuple[Token, ...], places: tuple[int, ...], vocabulary: Vocabulary) -> Repaired:
    """Put right the words at some places, where exactly one known word is near."""
    found = list(given)
    repairs: list[tuple[str, str]] = []
    unknown: list[int] = []
    for at in places:
        right = nearest(given[at].text, vocabulary)
        if right is None:
            unknown.append(at)
            continue
        found[at] = replace(given[at], text=right)
        repairs.append((given[at].text, right))
    return Repaired(tuple(found), tuple(repairs), tuple(unknown))


def nearest(word: str, vocabulary: Vocabulary) -> str | None:
    """The one known word with the same first letter that a misspelt one is nearest to; None where there is none."""
    if vocabulary.language.code not in WITH_DICTIONARY:
        return None
    if not word.isalpha() or len(word) < SHORTEST or is_right(word, vocabulary):
        return None
    most = 2 if len(word) >= LONG else 1
    near = [
        (OSA.distance(word, one, score_cutoff=most), _slip(word, one), one) for one in _beginning(vocabulary, word[0])
    ]
    least = min(((distance, slip) for distance, slip, _ in near), default=(most + 1, 0))
    fitting = [one for distance, slip, one in near if (distance, slip) == least]
    return fitting[0] if least[0] <= most and len(fitting) == 1 else None


def _slip(word: str, meant: str) -> int:
    """How usual the slip is: letters in another order or one doubled, a letter left out, a wrong letter, a letter too many."""
    if sorted(word) == sorted(meant) or _undoubled(word) == _undoubled(meant):
        return 0
    return 1 + (len(meant) <= len(word)) + (len(meant) < len(word))


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))


def is_right(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is one of the language as it stands, so that it was not misspelt."""
    return word in vocabulary.language.ordinary or word in _dictionary(vocabulary.language.code)


def _beginning(vocabulary: Vocabulary, letter: str) -> tuple[str, ...]:
    return tuple(one for one in vocabulary.known_words if one[:1] == letter and len(one) >= SHORTEST and one.isalpha())


@cache
def _dictionary(code: str) -> SpellChecker:
    return SpellChecker(language=code)
