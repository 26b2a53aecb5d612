"""A name to a standard procedure by its words: a suggestion with its evidence and how sure it is, or why there is none.

Sure is a name of which every word is known and that names one kind and the regions of one procedure. A word that is not known
may be the region that makes the difference, so that a name with one is a suggestion for a person and never concluded. What the
scanner's own folders say (Siemens writes `Folder^Protocol`) counts only where the protocol names no region.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from doseloop.harmonise.described import Described, described
from doseloop.reference.procedure_words import Vocabulary
from doseloop.reference.procedures import Catalogue

Confidence = Literal["sure", "unsure"]
_SET_APART = frozenset(("phantom", "import"))
_LEAST_LETTERS = 3
"""A shorter word that is not known is a number of a protocol or an initial."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A procedure, and what spoke for it."""

    procedure: str
    confidence: Confidence
    evidence: tuple[str, ...]
    """The words of the name that named region and kind."""
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuggestion:
    """Why a name suggests nothing."""

    reason: str


@lru_cache(maxsize=4096)
def suggest(name: str, modality: str, catalogue: Catalogue, vocabulary: Vocabulary) -> Suggestion | NoSuggestion:
    """What a name means in a modality (`CT`, `PT`, `DX`, ...)."""
    family = vocabulary.family(modality)
    said = described(name, modality, vocabulary)
    kind = said.kinds[0] if said.kinds else vocabulary.usual.get(family)
    if said.is_open:
        return NoSuggestion(f"It names several kinds of procedure: {', '.join(said.kinds)}.")
    if not said.known and not said.regions:
        return NoSuggestion("It names no part of the body.")
    if kind is None:
        return NoSuggestion(f"Names of {modality} are not known.")
    if said.contrast == "both":
        kind = vocabulary.without_and_with.get(kind, kind)
    if kind in _SET_APART:
        return NoSuggestion(f"It is no examination of a patient here: {kind}.")
    key = catalogue.named_by_words(family, kind, said.regions)
    if key is None:
        return NoSuggestion(_why(said, kind))
    return Suggestion(key, _confidence(said), said.known, said.unknown)


def _why(said: Described, kind: str) -> str:
    if not said.regions:
        return "It names no part of the body."
    return f"There is no standard procedure for {kind} of {', '.join(sorted(said.regions))}."


def _confidence(said: Described) -> Confidence:
    telling = [word for word in said.unknown if sum(letter.isalpha() for letter in word) >= _LEAST_LETTERS]
    return "unsure" if telling else "sure"
