"""The form in which names of procedures are compared: the same words, whatever the spelling of a scanner."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_LEADING_NUMBER: Final = re.compile(
    r"^\s*\d{1,3}(?:\.\d{1,3})+[a-z]?[\s._:-]+(?=\D)|^\s*\d{1,3}\.\s+(?=\D)", re.IGNORECASE
)
_AGE_SUFFIX: Final = re.compile(
    r"[(\[]\s*(?:adult|adults|child|children|baby|infant|erwachsene|erwachsener|kind|kinder|säugling)\s*[)\]]",
    re.IGNORECASE,
)
_CAMEL: Final = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])")
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
_MODALITY_WORDS: Final = frozenset({"ct", "xa", "rf", "ir"})
_KEPT: Final = 4096
"""Names of scanners come again with every exam."""


@lru_cache(maxsize=_KEPT)
def normalised(name: str) -> str:
    """A name as words in lower case: without numbering, age suffix, punctuation and accents; `ä` becomes `ae`.

    `1.1 Head_Routine (Adult)`, `HeadRoutine` and `head  routine` are the same. Plain numbers stay, since `3 phase` is
    not `phase`.
    """
    text = unicodedata.normalize("NFKC", name)
    text = _AGE_SUFFIX.sub(" ", _LEADING_NUMBER.sub("", text))
    text = _CAMEL.sub(" ", text).translate(_GERMAN).casefold()
    text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return _NOT_WORD.sub(" ", text).strip()


@lru_cache(maxsize=_KEPT)
def comparable(name: str, neutral: frozenset[str] = frozenset()) -> str:
    """The normalised name without the modality at either end and without one neutral ending (`without contrast`).

    Only one ending goes: `abdomen nativ mit KM` is two phases, not an abdomen. What would leave nothing is kept.
    """
    words = _without_modality(normalised(name))
    for ending in sorted(neutral, key=len, reverse=True):
        if words.endswith(" " + ending):
            return _without_modality(words[: -len(ending) - 1])
    return words


def readings(name: str, neutral: frozenset[str] = frozenset()) -> Iterator[str]:
    """The forms of a name to look up: the whole, then what follows `^` (Siemens writes `Head^HeadRoutine`)."""
    yield comparable(name, neutral)
    if "^" in name:
        yield comparable(name.split("^", 1)[1], neutral)


def _without_modality(words: str) -> str:
    parts = words.split(" ")
    if len(parts) > 1 and parts[0] in _MODALITY_WORDS:
        parts = parts[1:]
    if len(parts) > 1 and parts[-1] in _MODALITY_WORDS:
        parts = parts[:-1]
    return " ".join(parts)
