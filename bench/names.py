"""How well names of procedures are understood by their words: precision and recall on names that two people labelled.

    python -m bench.names

`procedure_names/labels.csv` holds 600 study descriptions of the Imaging Data Commons (idc-index-data 25.0.5), drawn by families of
descriptions (the same words in any order) with a chance that grows with the root of a family's exams, and labelled twice,
independently, before the matcher was written: regions, kind and contrast, `cannot tell` where the three fields do not. The
half `measure` was never looked at while words were collected. A row counts as right where either label leads to the same procedure.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from doseloop.harmonise.suggested import Suggestion, suggest
from doseloop.reference.procedure_words import vocabulary
from doseloop.reference.procedures import catalogue

LABELS = Path(__file__).parent / "procedure_names/labels.csv"
LEAST_PRECISION, LEAST_COVERAGE = 0.97, 0.85
_UNTOLD = frozenset(("cannot tell", "phantom", "import"))
_ALIKE = {
    "ct-coronary-angiography": "ct-cardiac",
    "ct-calcium-score": "ct-cardiac",
    "ct-guided-drainage": "ct-guided-biopsy",
}
"""The catalogue tells more apart than the labels do."""
_WILSON = 1.96


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one half, of names or of exams."""

    of: str
    all: int
    told: int
    """In which a label names a procedure of the catalogue."""
    concluded: int
    right: int
    suggested: int
    """Unsure, for a person."""
    agreed: int
    """Both labels lead to the same procedure, or both to none."""

    @property
    def precision(self) -> float:
        """Share of what was concluded that is right."""
        return self.right / self.concluded if self.concluded else 0.0

    @property
    def coverage(self) -> float:
        """Share of what a person could tell that was concluded."""
        return self.concluded / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        """Share of what a person could tell that was concluded rightly."""
        return self.right / self.told if self.told else 0.0


def measure(half: str = "measure") -> tuple[Figures, Figures]:
    """The figures by names and by exams."""
    names, exams = Counter[str](), Counter[str]()
    for row in _rows(half):
        outcome = _judged(row)
        for counter, weight in ((names, 1), (exams, int(row["n_studies"]))):
            counter.update(dict.fromkeys(outcome, weight))
    return _figures("names", names), _figures("exams", exams)


def table(found: tuple[Figures, Figures], half: str) -> str:
    """The figures beside the limits."""
    limit = f"precision {LEAST_PRECISION:.0%} at coverage {LEAST_COVERAGE:.0%}"
    return "\n".join((f"names of procedures by words, the half `{half}` (limit: {limit}):", *map(_line, found)))


def _line(one: Figures) -> str:
    low, high = interval(one.right, one.concluded)
    within = f" ({100 * low:.1f} to {100 * high:.1f})" if one.of == "names" else ""
    return (
        f"  by {one.of:<6} {one.all:6d}, of which a person can tell {one.told}: precision {one.precision:.1%}{within}, "
        f"coverage {one.coverage:.1%}, recall {one.recall:.1%}; suggested besides {one.suggested}; "
        f"both labels agree on {one.agreed / one.all:.1%}"
    )


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's interval of 95 % of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927).

    >>> low, high = interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    share, z2 = right / of, _WILSON**2
    centre, half = share + z2 / (2 * of), _WILSON * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return (centre - half) / (1 + z2 / of), (centre + half) / (1 + z2 / of)


def _rows(half: str) -> Iterator[dict[str, str]]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if row["half"] == half)


def _judged(row: dict[str, str]) -> set[str]:
    labels = [_labelled(row, who) for who in ("first", "second")]
    outcome = {"all"} | ({"told"} if any(labels) else set()) | ({"agreed"} if labels[0] == labels[1] else set())
    found = suggest(row["study_description"], row["modality"], catalogue(), vocabulary())
    if not isinstance(found, Suggestion):
        return outcome
    if found.confidence == "unsure":
        return outcome | {"suggested"}
    right = _ALIKE.get(found.procedure, found.procedure) in labels
    return outcome | {"concluded"} | ({"right"} if right else set())


def _labelled(row: dict[str, str], who: str) -> str | None:
    kind, written = row[f"{who}_kind"], row[f"{who}_regions"]
    if kind in _UNTOLD:
        return None
    if row[f"{who}_contrast"] == "both":
        kind = vocabulary().without_and_with.get(kind, kind)
    regions = frozenset() if written == "cannot tell" else frozenset(written.split("+"))
    key = catalogue().named_by_words(vocabulary().family(row["modality"]), kind, regions)
    return _ALIKE.get(key, key) if key else None


def _figures(of: str, counts: Counter[str]) -> Figures:
    names = ("all", "told", "concluded", "right", "suggested", "agreed")
    return Figures(of, *(counts[name] for name in names))


def main() -> None:
    """Both halves; the one that measures is the last."""
    for half in ("build", "measure"):
        print(table(measure(half), half))


if __name__ == "__main__":
    main()
