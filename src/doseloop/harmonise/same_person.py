"""Whether two patients may be one person: what speaks for it and what against. A rule never merges; a person does.

Names are compared without case and order of their parts; how near they must be is a line of our own, at which a typing error in
a name of usual length still passes and brothers and sisters do not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

NEAR: Final = 88.0
"""Likeness, of 100, from which names are nearly equal."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a patient: names as written, birth dates (ISO) and sexes. Empty where nothing is."""

    names: frozenset[str]
    birth_dates: frozenset[str]
    sexes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one person and what against, in words without a name or a date."""

    pro: tuple[str, ...]
    contra: tuple[str, ...]

    @property
    def suggests(self) -> bool:
        """Whether to ask a person: birth date and name both speak for it, and nothing against."""
        return len(self.pro) >= 2 and not self.contra


def compare(one: Known, other: Known) -> Evidence:
    """What two patients have in common. What is not known speaks for nothing."""
    pro, contra = [], []
    for what, mine, theirs in (
        ("birth date", one.birth_dates, other.birth_dates),
        ("sex", one.sexes, other.sexes),
    ):
        if mine and theirs and not mine & theirs:
            contra.append(f"The {what} is another.")
        elif mine & theirs and what == "birth date":
            pro.append("The birth date is the same.")
    likeness = _likeness(one.names, other.names)
    if likeness is not None:
        near = likeness >= NEAR
        said = "The name is the same." if likeness == 100.0 else "The names are nearly the same."
        (pro if near else contra).append(said if near else "The names are not alike.")
    return Evidence(tuple(pro), tuple(contra))


def _likeness(mine: Iterable[str], theirs: Iterable[str]) -> float | None:
    pairs = ((_plain(one), _plain(other)) for one in mine for other in theirs)
    return max((fuzz.ratio(*pair) for pair in pairs if all(pair)), default=None)


def _plain(name: str) -> str:
    """The parts of the first representation in their order by letter: `DOE^John=...` and `john doe` are one."""
    return " ".join(sorted(name.partition("=")[0].replace("^", " ").replace(",", " ").casefold().split()))
