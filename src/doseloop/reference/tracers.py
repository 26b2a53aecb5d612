"""Tracers by the codes and names that objects have for them: `data/tracers.yaml`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from doseloop.reference.data_yaml import parsed

_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
_DROPPED: Final = re.compile(r"\b(?:injection|solution)\b")
_KEPT: Final = 1024


@dataclass(frozen=True, slots=True)
class Row:
    """The tracer of a set of coefficients, and the state of the patient that it is for."""

    row: str
    state: str = ""
    """Code value of CID 10045; empty where it is for any."""
    words: str = ""
    """`at rest`, `under stress`."""


@dataclass(frozen=True, slots=True)
class Tracer:
    """One substance with one nuclide."""

    id: str
    nuclide: str
    title: str
    names: frozenset[str]
    codes: frozenset[tuple[str, str]] = frozenset()
    rows: tuple[Row, ...] = ()
    """Empty where no coefficient was seen."""
    assumes: tuple[str, ...] = ()
    not_in: frozenset[str] = frozenset()
    """Code values of CID 10045 in which its coefficients do not hold."""
    refused: str = ""
    """Why it has no one coefficient, as a sentence; empty where it may have one."""
    card: tuple[str, ...] = ()
    """Uses of the EANM card."""


@cache
def tracers() -> tuple[Tracer, ...]:
    """Every tracer that is known."""
    return tuple(_tracer(one) for one in _data()["tracers"])


def is_for_therapy(nuclide: str) -> bool:
    """Whether a nuclide is given for therapy as a rule."""
    return nuclide in _data()["therapy"]


def state_words(code: str) -> str:
    """What a state of the patient (CID 10045) is called where coefficients may not hold in it; empty for any other."""
    return str(_data()["uncertain_states"].get(code, ""))


@lru_cache(maxsize=_KEPT)
def of_code(scheme: str, value: str) -> tuple[Tracer, ...]:
    """The tracers of a coded product (CID 25, 4021); none where it is not known."""
    return tuple(one for one in tracers() if (scheme, value) in one.codes)


@lru_cache(maxsize=_KEPT)
def of_name(name: str) -> tuple[Tracer, ...]:
    """The tracers of a name with any nuclide: `[18F]FDG`, `FDG` and `Fluorodeoxyglucose F^18^` are one. The whole name counts,
    never a part of it; none where it is not known."""
    forms = set(_forms(name))
    return tuple(one for one in tracers() if one.names & forms)


@lru_cache(maxsize=_KEPT)
def nuclides_named(name: str) -> frozenset[str]:
    """The nuclides that a name itself tells of: `Lutetium^177^ DOTATATE` is of Lu-177."""
    text = _plain(name)
    return frozenset(nuclide for nuclide, pattern in _nuclides().items() if pattern.search(text))


def _plain(name: str) -> str:
    return _DROPPED.sub(" ", _NOT_WORD.sub(" ", name.casefold()))


def _forms(name: str) -> Iterator[str]:
    """A name without its nuclide, and without its element as well, as letters and digits alone."""
    text = _plain(name)
    for pattern in _nuclides().values():
        text = pattern.sub(" ", text)
    words = text.split()
    yield "".join(words)
    yield "".join(word for word in words if word not in _data()["elements"].values())


@cache
def _nuclides() -> Mapping[str, re.Pattern[str]]:
    """What matches each nuclide in lower case: `18f`, `f 18`, `fluorine 18`."""
    return {one: _nuclide(*one.split("-")) for one in sorted({tracer.nuclide for tracer in tracers()})}


def _nuclide(symbol: str, mass: str) -> re.Pattern[str]:
    element = f"(?:{symbol.casefold()}|{_data()['elements'][symbol]})"
    return re.compile(rf"\b(?:{element} ?{mass}|{mass} ?{element})(?![0-9])")


@cache
def _data() -> Mapping[str, Any]:
    found: Mapping[str, Any] = parsed((files("doseloop.reference") / "data" / "tracers.yaml").read_text("utf-8"))
    return found


def _tracer(told: Mapping[str, Any]) -> Tracer:
    return Tracer(
        id=told["id"],
        nuclide=told["nuclide"],
        title=told["title"],
        names=frozenset(told["names"]),
        codes=frozenset((scheme, value) for scheme, value in told.get("codes", ())),
        rows=tuple(Row(**row) for row in told.get("rows", ())),
        assumes=tuple(told.get("assumes", ())),
        not_in=frozenset(told.get("not_in", ())),
        refused=told.get("refused", ""),
        card=tuple(told.get("card", ())),
    )
