"""A standard procedure, the names by which objects call it, and what a matcher concluded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from doseloop.model.reading import Code

NameField = Literal[
    "requested procedure",
    "performed procedure",
    "study description",
    "protocol name",
    "procedure code",
    "acquisition protocol",
    "coded region",
    "scanned length",
    "number of acquisitions",
]
MatchBasis = Literal["site mapping", "catalogue", "words", "acquisitions"]
"""`acquisitions` never name a procedure: they speak for one that names have named, or for one of several."""
Contrast = Literal["with", "without"]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A standard procedure of the catalogue."""

    key: str
    modality: Literal["CT", "XA", "RF", "DX", "MG", "PT", "NM", "PX"]
    regions: frozenset[str]
    """Parts of the body that it covers: head, neck, chest, abdomen, pelvis, spine, heart, limbs."""
    names: Mapping[str, str]
    """Plain name by language (`en`, `de`)."""
    aliases: tuple[str, ...]
    """Other names, compared after normalisation."""
    means: tuple[tuple[str, frozenset[str] | None], ...] = ()
    """Kind and regions as words name them (`data/words`); None for regions of which none has an entry of its own."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the main acquisitions of a CT scanned."""

    acquisitions: int
    """How many; one at least."""
    longest_mm: float | None = None
    """The longest scanning length, None where none is recorded."""
    together_mm: float | None = None
    """All of them added up, None where one is not recorded."""
    contrast: frozenset[Contrast] = frozenset()
    """With or without contrast medium, as their contexts are coded; empty where they are not."""


@dataclass(frozen=True, slots=True)
class StudyNames:
    """Every name that the objects of one exam give to what was done; None or empty where not recorded."""

    study_description: str | None = None
    protocol_name: str | None = None
    requested_procedure: str | None = None
    performed_procedure: str | None = None
    procedure_codes: tuple[Code, ...] = ()
    """Codes of the procedure, by whose meaning it is known."""
    acquisition_protocols: tuple[str, ...] = ()
    target_regions: tuple[str, ...] = ()
    """Meanings of Target Region (123014) of the events, and Body Part Examined (0018,0015) of images."""
    scanned: Scanned | None = None
    """None where no main acquisition of a CT is known, or only from headers of images."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which field, with which words, spoke for a procedure."""

    field: NameField
    words: str
    """As written in the object."""
    basis: MatchBasis


_BASES: dict[MatchBasis, str] = {
    "site mapping": "mapped by the site",
    "catalogue": "known to the catalogue",
    "words": "understood by its words",
    "acquisitions": "in its acquisitions",
}


@dataclass(frozen=True, slots=True)
class Match:
    """The procedure of an exam, with all the evidence for it."""

    procedure: str
    evidence: tuple[Evidence, ...]

    @property
    def sentence(self) -> str:
        """The first evidence in words."""
        first = self.evidence[0]
        return f"The {first.field} “{first.words}” is {_BASES[first.basis]}."


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why no procedure was concluded."""

    reason: str
    """One sentence for people."""
    candidates: tuple[str, ...] = ()
    """Procedures that were named, sorted; more than one where sources disagree."""
