"""Words in typed names of staff (`data/staff_names.yaml`), and whether a typed name can be one person."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from doseloop.reference.data_yaml import parsed

_SPELT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "’": "'"}
)
_GAP: Final = re.compile(r"(?:[^\w\-]|_)+")
_LEAST_DIGITS: Final = 4
"""Of a staff number: fewer number a room or a shift."""
_MOST_NAMES: Final = 2
_COUNTED: Final = re.compile(r"^([^\W\d_]+)-?\d+$")


@dataclass(frozen=True, slots=True)
class StaffWords:
    """The words, folded."""

    titles: frozenset[str]
    """Say what somebody is: alone they name nobody."""
    particles: frozenset[str]
    """Begin a family name of several words."""
    generations: frozenset[str]
    joiners: frozenset[str]
    signs: frozenset[str]
    """Signs between two names."""
    shared: frozenset[str]
    """Name no person, also beside other words."""


@cache
def staff_words() -> StaffWords:
    """The words in the package."""
    data: dict[str, Any] = parsed((files("doseloop.reference") / "data" / "staff_names.yaml").read_text("utf-8"))
    return StaffWords(
        titles=_grouped(data["titles"]),
        particles=_grouped(data["particles"]),
        generations=frozenset(data["generations"]),
        joiners=frozenset(data["joiners"]),
        signs=frozenset(data["signs"]),
        shared=_grouped(data["shared"]),
    )


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case without accents, `ä` as `ae`; a hyphen keeps two together, an apostrophe goes."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_SPELT).replace("'", "")
    letters = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    return tuple(filter(None, (word.strip("-") for word in _GAP.split(letters))))


def written_part(name: str) -> str:
    """Of a DICOM name the first group of components that says something, without the domain of an address."""
    group = next((one for one in name.split("=") if one.strip("^ ")), "")
    return re.sub(r"@[\w.\-]*", "", group)


@lru_cache(maxsize=4096)
def is_one_person(name: str) -> bool:
    """Whether a typed name can be one person: several names, and names of a role, room, department or account, are not.

    In doubt it is not: what two people share must never become one person's figures, and a person may say otherwise.
    """
    words, text = staff_words(), written_part(name)
    if words.signs.intersection(text):
        return False
    told = folded_words(text)
    if any(word in words.joiners for word in told[1:-1]) or any(_is_shared(word, words) for word in told):
        return False
    naming = [word for word in told if word not in words.titles] or _family_like_title(text)
    return any(map(_names_somebody, naming)) and not _is_filler(naming) and not _are_several(text, words)


def _grouped(groups: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(word for group in groups.values() for word in group)


def _is_shared(word: str, words: StaffWords) -> bool:
    counted = _COUNTED.match(word)
    return any(one in words.shared for one in (word, *word.split("-"), *(counted.groups() if counted else ()))) or bool(
        counted and counted[1] in words.titles
    )


def _family_like_title(text: str) -> list[str]:
    """`Nurse^Paul`: a title where the family name stands is one, if a given name follows it."""
    family, _, rest = text.partition("^")
    return list(folded_words(family)) if folded_words(rest) else []


def _names_somebody(word: str) -> bool:
    return not word.isdigit() or (len(word) >= _LEAST_DIGITS and not word.startswith("1234"))


def _is_filler(naming: list[str]) -> bool:
    """`xxx`, `N.N.` and `0000`: one character again and again; a single letter is an initial."""
    letters = "".join(naming)
    return letters == "x" or (len(letters) != 1 and len(set(letters)) < 2)


def _are_several(text: str, words: StaffWords) -> bool:
    """Whether commas part whole names: `Doe, Jane` is one, `Jane Doe, Max Roe` and `Doe, Roe, Poe` are several."""
    parts = [part for part in map(tuple, _between_commas(text, words)) if part]
    return len(parts) > _MOST_NAMES or (len(parts) == _MOST_NAMES and all(len(part) > 1 for part in parts))


def _between_commas(text: str, words: StaffWords) -> Iterator[list[str]]:
    silent = words.titles | words.particles | words.generations
    for part in text.replace("^", " ").split(","):
        yield [word for word in folded_words(part) if word not in silent]
