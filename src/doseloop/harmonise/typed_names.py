"""A typed name of staff taken apart: family name, given names or initials, generation."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.reference.staff_names import folded_words, staff_words, written_part

_PSEUDONYM: Final = re.compile(r"^(?:person|staff)-[A-Z2-7]{20,}$")
_AGAIN: Final = re.compile(r"\d+$")
_UMLAUTS: Final = frozenset(("ae", "oe", "ue"))
_LONG_FAMILY: Final = 3
"""Words from which a particle at the begin opens the family name: `von der Heide Lena`, not `Le Anna`."""


@dataclass(frozen=True, slots=True)
class TypedName:
    """A name, folded. Titles are left out."""

    family: str
    """With its particles; empty where nothing names anybody."""
    given: tuple[str, ...] = ()
    generation: str = ""
    order_known: bool = True
    """False where two words may stand either way: `Jane Doe` and `Doe Jane`."""

    @property
    def full(self) -> bool:
        """Whether a given name is written out."""
        return bool(self.given) and len(self.given[0]) > 1

    @property
    def initials(self) -> str:
        """First letters of the given names."""
        return "".join(word[0] for word in self.given)

    @property
    def turned(self) -> "TypedName | None":
        """The other reading, None where the order is known."""
        if self.order_known or len(self.given) != 1:
            return None
        return TypedName(self.given[0], (self.family,), self.generation)


def taken_apart(name: str) -> TypedName:
    """The parts of a typed name: `Family^Given^Middle^Prefix^Suffix` (DICOM PS3.5 section 6.2.1.1), `Family, Given`, or words.

    A pseudonym has no parts: nothing in it can be compared.
    """
    if _PSEUDONYM.match(name.strip()):
        return TypedName("")
    text = written_part(name)
    components = [_naming(part) for part in text.split("^")]
    if any(components[1:3]):
        return _named(components[0], [*components[1], *(components[2] if len(components) > 2 else ())])
    plain = text.split("^")[0]
    family, comma, rest = plain.partition(",")
    given = list(_naming(rest.replace(",", " ")))
    return _named(list(_naming(family)), given) if comma and given else _words(list(_naming(plain)))


def user_ids(name: TypedName) -> Iterator[str]:
    """Names of accounts that hospitals make of a name: `mmuster`, `musterm`, `maxmuster`, `mustermax`."""
    family = name.family.replace(" ", "").replace("-", "")
    for given in dict.fromkeys((name.initials[:1], name.given[0] if name.given else "", name.initials)):
        if given:
            yield given + family
            yield family + given


def as_user_id(name: TypedName) -> str:
    """What the name would be as the name of an account: one word without a number at its end; empty for other names."""
    return "" if name.given or " " in name.family else _AGAIN.sub("", name.family)


def _naming(text: str) -> list[str]:
    told = folded_words(text)
    return [word for word in told if word not in staff_words().titles] or (list(told) if len(told) == 1 else [])


def _named(family: Sequence[str], given: Sequence[str]) -> TypedName:
    names, generation = _without_generation([*given])
    own, of_family = _without_generation([*family])
    if not own:
        return _words(names)
    return TypedName(" ".join(own), tuple(map(_initial, names)), generation or of_family)


def _initial(word: str) -> str:
    """`Ä.` is one letter, though it is compared as two."""
    return word[0] if word in _UMLAUTS else word


def _without_generation(words: list[str]) -> tuple[list[str], str]:
    kept = [word for word in words if word not in staff_words().generations]
    return (kept, next(word for word in words if word not in kept)) if kept and len(kept) < len(words) else (words, "")


def _words(words: list[str]) -> TypedName:
    """Of words without a sign of their order the last is the family name, unless a particle or an initial tells."""
    words, generation = _without_generation(words)
    if len(words) < 2:
        return TypedName(" ".join(words), (), generation)
    particles = staff_words().particles
    begin = next((place for place, word in enumerate(words) if word in particles), None)
    if begin and begin < len(words) - 1:
        return TypedName(" ".join(words[begin:]), tuple(words[:begin]), generation)
    if begin == 0 and len(words) >= _LONG_FAMILY:
        end = (
            next(place for place, word in enumerate(words) if word not in particles) + 1
            if set(words) - particles
            else 1
        )
        return TypedName(" ".join(words[:end]), tuple(words[end:]), generation)
    if len(words[-1]) == 1 and len(words[0]) > 1:
        return TypedName(words[0], tuple(words[1:]), generation)
    known = any(len(word) == 1 for word in words[:-1]) or len(words) > 2
    return TypedName(words[-1], tuple(words[:-1]), generation, order_known=known)
