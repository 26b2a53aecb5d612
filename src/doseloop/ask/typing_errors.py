"""Words that are misspelt, taken for known words that they are near to. It is always told.

Digits, codes, names of people and words that are right as they stand are never changed. Where several known words are equally
near, each is tried: what the whole question then means decides between them.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from math import prod
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract
from spellchecker import SpellChecker

from doseloop.ask.slips import NUMBER, Confused, slips
from doseloop.ask.text import Token, folded
from doseloop.ask.vocabulary import Vocabulary

SHORTEST: Final = 3
WITH_DICTIONARY: Final = frozenset(("en", "de", "fr", "es"))
"""Languages of which it is known what is right as it stands; in others nothing is put right."""
NOUNS_IN_CAPITALS: Final = frozenset(("de",))
"""Languages in which a capital does not tell a name."""
SHORT: Final = 4
"""Words of up to so many letters that are not frequent are abbreviations."""
LONG: Final = 7
"""From so many letters on, two changes are allowed instead of one."""
DOUBLED: Final = 5
"""From so many letters on, a letter typed twice or once is the likeliest slip: "meen" may be "men" and is more often "mean"."""
FREQUENT: Final = 1_000
"""Uses in the word list (of 1.6 billion words in English) from which on a short word may be meant: every short English word of
a question has more, CTPA, ytd and the like have fewer or none.
"""
MOST: Final = 16
"""Ways to put a question right that are tried; words with several meanings stay as they are where there are more."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """The tokens with what was misspelt put right in one way."""

    tokens: tuple[Token, ...]
    typed: tuple[str, ...]
    """What was typed for each of the tokens."""
    repairs: tuple[tuple[str, str], ...]
    """(as typed, as read)."""


def repaired(given: tuple[Token, ...], places: tuple[int, ...], vocabulary: Vocabulary) -> tuple[Repaired, ...]:
    """The ways to put right the words at some places, one at least; a word that nothing is near to stays."""
    near = {at: candidates(given, at, vocabulary) for at in places}
    near |= {at: _confused(given, at, near, vocabulary) for at in places if not near[at]}
    chosen = {at: found for at, found in near.items() if found}
    if prod(map(len, chosen.values())) > MOST:
        chosen = {at: found for at, found in chosen.items() if len(found) == 1}
    return tuple(_with(given, dict(zip(chosen, row, strict=True)), vocabulary) for row in product(*chosen.values()))


def _with(given: tuple[Token, ...], right: dict[int, str], vocabulary: Vocabulary) -> Repaired:
    """The tokens with some words put right, without those that then bear no meaning."""
    rows = [
        [(replace(one, text=word), one.text) for word in right.get(at, one.text).split()]
        for at, one in enumerate(given)
    ]
    typed = {(token.start, token.text): text for row in rows for token, text in row}
    found = vocabulary.bearing(tuple(token for row in rows for token, _ in row))
    repairs = tuple((given[at].text, word) for at, word in sorted(right.items()))
    return Repaired(found, tuple(typed[one.start, one.text] for one in found), repairs)


def candidates(given: tuple[Token, ...], at: int, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a word may have been meant for: what it is short for, the known words it is a usual slip of, or those that are near."""
    token, known = given[at], slips(vocabulary.language.code)
    if not _may_be_misspelt(given, at, vocabulary):
        return ()
    if token.text in known.shortened:
        return known.shortened[token.text]
    found = _likely(token.text, vocabulary)
    if token.capital and _tells_names(given, vocabulary):
        found = found & vocabulary.names
    usual = {one for one in found if _is_usual(one, vocabulary)}
    return tuple(sorted(usual)) if len(token.text) > SHORT or usual == found else ()


def _likely(word: str, vocabulary: Vocabulary) -> set[str]:
    """The known words that it is a usual slip of, else those that are near; of three letters there are too many to tell."""
    swapped = _swapped(word, vocabulary)
    if len(word) == SHORTEST:
        return swapped | _near(word, vocabulary)
    return swapped or _doubled(word, vocabulary) or _near(word, vocabulary)


def _may_be_misspelt(given: tuple[Token, ...], at: int, vocabulary: Vocabulary) -> bool:
    word, known = given[at].text, slips(vocabulary.language.code)
    if vocabulary.language.code not in WITH_DICTIONARY or not word.isalpha() or len(word) < SHORTEST:
        return False
    if word in vocabulary.all_words or word in known.codes or is_right(word, vocabulary):
        return False
    return at == 0 or given[at - 1].text not in known.titles


def _tells_names(given: tuple[Token, ...], vocabulary: Vocabulary) -> bool:
    """Whether a capital means something: not where most words have one, nor where all nouns do."""
    if vocabulary.language.code in NOUNS_IN_CAPITALS:
        return False
    words = [one for one in given if one.is_word]
    return 2 * sum(one.capital for one in words) <= len(words)


def is_right(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is one of the language as it stands, so that it was not misspelt."""
    return word in vocabulary.language.ordinary or word in _frequencies(vocabulary.language.code)


def _swapped(word: str, vocabulary: Vocabulary) -> set[str]:
    """The known words of which two letters stand in another order."""
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return _known_among(swapped - {word}, vocabulary)


def _doubled(word: str, vocabulary: Vocabulary) -> set[str]:
    """The known words of which one letter is doubled or not, where the word is long enough for that to tell them from others."""
    if len(word) < DOUBLED:
        return set()
    once = {word[:at] + word[at + 1 :] for at in range(1, len(word)) if word[at] == word[at - 1]}
    twice = {word[:at] + word[at - 1] + word[at:] for at in range(1, len(word) + 1)}
    return _known_among(once | twice, vocabulary)


def _known_among(others: set[str], vocabulary: Vocabulary) -> set[str]:
    return others & (vocabulary.known_words | vocabulary.language.silent)


def _near(word: str, vocabulary: Vocabulary) -> set[str]:
    """The known words with the fewest other letters.

    Two other letters are only looked for behind the same first one. A word of three letters has one left out.
    """
    most = 2 if len(word) >= LONG else 1
    near = [
        (distance, one)
        for one, distance, _ in extract(
            word, vocabulary.plain_words, scorer=OSA.distance, score_cutoff=most, limit=None
        )
        if (distance == 1 or one[0] == word[0]) and len(one) > (SHORTEST if len(word) == SHORTEST else SHORTEST - 1)
    ]
    nearest = min((distance for distance, _ in near), default=0)
    return {one for distance, one in near if distance == nearest}


def _is_usual(meant: str, vocabulary: Vocabulary) -> bool:
    """Whether a word may be meant at all: of short ones frequent words, places and months, since the others are abbreviations."""
    if len(meant) > SHORT or meant in vocabulary.places:
        return True
    is_month = len(meant) > SHORTEST and meant in vocabulary.language.counted.months
    return is_month or _frequencies(vocabulary.language.code).get(meant, 0) >= FREQUENT


def _confused(
    given: tuple[Token, ...], at: int, near: dict[int, tuple[str, ...]], vocabulary: Vocabulary
) -> tuple[str, ...]:
    """What a right word stands for beside its neighbours; they count as typed and as put right."""
    entry = slips(vocabulary.language.code).confused.get(given[at].text)
    if entry is None or not _stands_beside(entry, *(_at(given, place, near) for place in (at - 1, at + 1))):
        return ()
    return (entry.means,)


def _stands_beside(entry: Confused, left: frozenset[str], right: frozenset[str]) -> bool:
    return bool(entry.after & left or entry.before & right)


def _at(given: tuple[Token, ...], at: int, near: dict[int, tuple[str, ...]]) -> frozenset[str]:
    if not 0 <= at < len(given):
        return frozenset()
    number = (NUMBER,) if given[at].number is not None else ()
    return frozenset((given[at].text, *near.get(at, ()), *number))


@cache
def _frequencies(code: str) -> dict[str, int]:
    """How often the list of a language has a word, as it is compared, without accents."""
    listed: dict[str, int] = SpellChecker(language=code).word_frequency.dictionary
    found: dict[str, int] = {}
    for word, count in listed.items():
        plain = word if word.isascii() else folded(word)
        found[plain] = max(count, found.get(plain, 0))
    return found
