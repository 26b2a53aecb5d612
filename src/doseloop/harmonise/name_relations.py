"""Whether two typed names can be one person, and what speaks for it."""

from typing import Final

from rapidfuzz.distance import OSA

from doseloop.harmonise.typed_names import TypedName

SAME: Final = "the same name, written otherwise"
JUNIOR: Final = "one is called junior or senior"
MORE: Final = "one has a further given name"
_ACCENT: Final = "an umlaut or accent left out"
_EVIDENCE: Final = {"initial": "the initial fits", "more": MORE, "bare": "the only person of that surname"}
_LEAST_LETTERS: Final = 5
"""Of a name in which one wrong letter is taken for a typing error."""


def relation(one: TypedName, other: TypedName) -> str | None:
    """Why two names that are not written the same may be one person; None where they are two people, or nothing tells."""
    if one.generation and other.generation and one.generation != other.generation:
        return None
    given = _given_relation(one.given, other.given)
    if one.family == other.family:
        same = SAME if one.generation == other.generation else JUNIOR
        return same if given == "" else _EVIDENCE.get(given or "", given)
    if given not in ("", _ACCENT) or not one.full:
        return None
    return _family_relation(one.family, other.family)


def _given_relation(one: tuple[str, ...], other: tuple[str, ...]) -> str | None:
    """Empty where they are the same, None where they are of two people, else what differs."""
    if one == other:
        return ""
    if not one or not other:
        return "bare"
    kinds = [_word_relation(*pair) for pair in zip(one, other, strict=False)]
    if None in kinds:
        return None
    differing = next((kind for kind in kinds if kind), "")
    return differing or ("more" if len(one) != len(other) else "")


def _word_relation(one: str, other: str) -> str | None:
    if one == other:
        return ""
    if min(len(one), len(other)) == 1:
        return "initial" if one[0] == other[0] else None
    if one in other.split("-") or other in one.split("-"):
        return "more"
    if without_accents(one) == without_accents(other):
        return _ACCENT
    return "a typing error or another spelling of the given name" if _typing_error(one, other) else None


def _family_relation(one: str, other: str) -> str | None:
    if one in other.split("-") or other in one.split("-"):
        return "one is part of a double name"
    if without_accents(one) == without_accents(other):
        return _ACCENT
    return "a typing error or another spelling of the surname" if _typing_error(one, other) else None


def without_accents(word: str) -> str:
    """As who leaves out the dots of an umlaut types it; folded words have `ae` for `ä`."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _typing_error(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _LEAST_LETTERS and OSA.distance(one, other, score_cutoff=1) <= 1
