"""What one name says about a procedure, word by word: regions, kind, contrast, and what of it is not known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from doseloop.reference.names import normalised
from doseloop.reference.procedure_words import EVERYTHING, Kind, Meaning, Slot, Vocabulary

_DIGITS_AROUND = re.compile(r"^\d+(?=[a-z]{2})|(?<=[a-z]{2})\d+$")
_OF_CT = "ct"
_DIGITS = re.compile(r"\d+")
_LEAST_PIECE = 3
_LEAST_BEGUN, _LEAST_MISSPELT = 4, 6
"""Letters of a word that is taken for a longer one, or for one that is spelt otherwise."""
_FOLDER = "^"
_TUMOUR, _BRAIN = "tumour", "head"
"""A tumour of the brain is looked for in the head, every other from the skull to the thighs."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a name says. Empty where it says nothing."""

    regions: frozenset[str]
    kinds: tuple[str, ...]
    """Of the modality, the weightiest first; none for the usual one."""
    contrast: str
    """`yes`, `no`, `both` or empty."""
    known: tuple[str, ...]
    """The words that said a region or a kind."""
    unknown: tuple[str, ...]
    """Words that are in no vocabulary and are not numbers."""

    @property
    def is_open(self) -> bool:
        """Whether its kinds do not go together."""
        return len(self.kinds) > 1


def described(name: str, modality: str, vocabulary: Vocabulary) -> Described:
    """What the name says in a modality. Siemens writes `Folder^Protocol`: the folder counts where the protocol names no region."""
    folder, _, protocol = name.rpartition(_FOLDER)
    own = _described(protocol, modality, vocabulary)
    if not folder:
        return own
    whole = _described(f"{folder} {protocol}", modality, vocabulary)
    if not own.regions:
        return whole
    return own if own.kinds else replace(own, kinds=whole.kinds)


def _described(name: str, modality: str, vocabulary: Vocabulary) -> Described:
    said: dict[Slot, set[str]] = {}
    known: list[str] = []
    unknown: list[str] = []
    for words, meaning in _phrases(normalised(name).split(), vocabulary.family(modality), vocabulary):
        if meaning is None:
            unknown += words
            continue
        for slot, value in meaning.says:
            said.setdefault(slot, set()).add(value)
        if meaning.of("region") or meaning.of("kind"):
            known.append(" ".join(words))
    kinds = _kinds(said.get("kind", set()), modality, vocabulary)
    return Described(
        regions=_regions(frozenset(said.get("region", ())), kinds or _usual(modality, vocabulary), vocabulary),
        kinds=kinds,
        contrast=_contrast(said.get("contrast", set())),
        known=tuple(known),
        unknown=tuple(unknown),
    )


def _phrases(words: list[str], family: str, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, ...], Meaning | None]]:
    """The words in the longest phrases that are known; None for a word that is not, nothing for a number."""
    at = 0
    while at < len(words):
        for length in range(min(vocabulary.longest, len(words) - at), 0, -1):
            phrase = tuple(words[at : at + length])
            meaning = vocabulary.meaning(phrase, family)
            if meaning is not None:
                yield phrase, meaning
                break
        else:
            length = 1
            if not words[at].isdigit():
                yield from _alone(words[at], family, vocabulary)
        at += length


def _alone(word: str, family: str, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, ...], Meaning | None]]:
    """A word that is not known as it stands: without digits around it, or as known words run together."""
    bare = _DIGITS_AROUND.sub("", word)
    for plain in (bare, bare.removeprefix(_OF_CT)):
        meaning = vocabulary.meaning((plain,), family)
        if meaning is not None:
            yield (plain,), meaning
            return
    pieces = _pieces(bare, vocabulary) or tuple(piece for piece in _DIGITS.split(bare) if len(piece) >= _LEAST_PIECE)
    for piece in pieces or (bare,):
        yield (piece,), vocabulary.meaning((piece,), family) or _meant(piece, vocabulary)


@lru_cache(maxsize=4096)
def _meant(word: str, vocabulary: Vocabulary) -> Meaning | None:
    """What a word that was cut, or written with one wrong letter, means; None where it may be several words or none."""
    if len(word) < _LEAST_BEGUN:
        return None
    begun = {meaning for known, meaning in vocabulary.words.items() if known.startswith(word)}
    if begun:
        return begun.pop() if len(begun) == 1 else None
    if len(word) < _LEAST_MISSPELT:
        return None
    alike = {meaning for known, meaning in vocabulary.words.items() if _is_misspelt(word, known)}
    return alike.pop() if len(alike) == 1 else None


def _is_misspelt(word: str, known: str) -> bool:
    return len(known) >= _LEAST_MISSPELT and DamerauLevenshtein.distance(word, known, score_cutoff=1) <= 1


def _pieces(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Known words of regions and kinds that run together make the word; empty where none do."""
    for length in range(len(word), _LEAST_PIECE - 1, -1):
        piece, rest = word[:length], word[length:]
        meaning = vocabulary.words.get(piece)
        if meaning is not None and (meaning.of("region") or meaning.of("kind")):
            if not rest:
                return (piece,)
            others = _pieces(rest, vocabulary)
            if others:
                return (piece, *others)
    return ()


def _kinds(said: set[str], modality: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    family = vocabulary.family(modality)
    own = [kind for key, kind in vocabulary.kinds.items() if key in said and family in kind.modalities]
    kept = [kind for kind in own if not any(_holds(other, kind.key) for other in own[: own.index(kind)])]
    return tuple(kind.key for kind in kept)


def _holds(weightier: Kind, key: str) -> bool:
    return EVERYTHING in weightier.includes or key in weightier.includes


def _usual(modality: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    usual = vocabulary.usual.get(vocabulary.family(modality))
    return (usual,) if usual is not None and usual in vocabulary.kinds else ()


def _regions(said: frozenset[str], kinds: tuple[str, ...], vocabulary: Vocabulary) -> frozenset[str]:
    kind = vocabulary.kinds[kinds[0]] if kinds else None
    reads = {**vocabulary.reads, **(kind.reads if kind else {})}
    named = said - {_TUMOUR} if _BRAIN in said else said
    regions = frozenset(reads.get(region, region) for region in named) - {""}
    if "whole-body" in regions:
        return frozenset(("whole-body",))
    return regions or (kind.regions if kind else frozenset())


def _contrast(said: set[str]) -> str:
    """`both` is a phrase of its own: of `wo ... contrast` one word says no, and the other what is not given."""
    if "both" in said:
        return "both"
    return next(iter(said)) if len(said) == 1 else ""
