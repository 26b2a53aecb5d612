"""The department of the record: every name that questions of somebody may speak of, within what they may see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from doseloop.access.scope import Scope
from doseloop.ask.answering import clock_of
from doseloop.ask.cover import unused
from doseloop.ask.department import Department, Machine
from doseloop.ask.known import Known, KnownProcedure, KnownScanner, known
from doseloop.ask.languages import FIRST, Readers
from doseloop.ask.spoken_names import said_name
from doseloop.ask.text import Token
from doseloop.ask.vocabulary import Vocabulary, vocabulary
from doseloop.facts.engine import Facts
from doseloop.store import changes

_AS_WORDS: Final = {"RF": "XA", "CR": "DX"}
"""Modalities that questions call by the name of another."""
_ANY_DAY: Final = datetime(2000, 1, 1)  # noqa: DTZ001  # a wall clock, put in when the department is asked for
_MOST_PROTOCOLS: Final = 2_000
_KEPT: Final = 32
"""Departments of different viewers, and of different days, that are held at a time."""


@dataclass(frozen=True, slots=True)
class _View:
    """Whose view of which record, after which change of it."""

    folder: Path
    scope: Scope
    change: int


_HELD: dict[_View, tuple[Department, Known]] = {}


def department_of_record(scope: Scope, facts: Facts, now: datetime) -> Department:
    """The names within the scope. `now` is aware; the department's own is the wall clock of its sites.

    Held until the record changes, for each scope apart. Errors: `SetupError` where the facts cannot be read.
    """
    view = _View(facts.paths.folder, scope, changes.last_change())
    held = _HELD.pop(view, None)
    if held is None:
        there = known(scope, facts)
        held = _made(there), Known(sites=there.sites)
    _HELD[view] = held
    while len(_HELD) > _KEPT:
        _HELD.pop(next(iter(_HELD)), None)
    department, there = held
    return replace(department, now=clock_of(there, now)[0])


def readers_of(department: Department) -> Readers:
    """Readers of questions about the department. Words depend on its names and the day alone, so that they are held longer."""
    return _readers(replace(department, now=department.now.replace(hour=0, minute=0, second=0, microsecond=0)))


@lru_cache(maxsize=_KEPT)
def _readers(department: Department) -> Readers:
    return Readers(department)


def _made(there: Known) -> Department:
    scanners = tuple(_machines(there))
    modalities = {one.modality for one in scanners}
    listed = [one for one in there.procedures if _as_word(one.modality) in modalities]
    named = Department(
        now=_ANY_DAY,
        scanners=scanners,
        sites=tuple(one.name for one in there.sites),
        operators=_once(said_name(one.name) for one in there.operators),
        physicians=_once(said_name(one.name) for one in there.physicians),
    )
    procedures = tuple((_as_word(one.modality), one.name) for one in listed)
    plain = replace(named, procedures=_beyond_modalities(named, procedures))
    aliased = replace(plain, procedure_aliases=_needed(plain, tuple(_aliases(listed))))
    protocols = ((name, name) for name in there.protocols)
    return replace(aliased, protocols=tuple(name for name, _ in _needed(aliased, tuple(protocols))[:_MOST_PROTOCOLS]))


def _machines(there: Known) -> Iterator[Machine]:
    short = [_short(one.name) for one in there.scanners]
    for one in there.scanners:
        own = _short(one.name)
        aliases = (*one.aliases, *((own,) if own and short.count(own) == 1 else ()))
        yield Machine(
            there.scanner_names[one.key],
            _as_word(one.modality),
            one.site_name,
            _others(one, aliases),
            one.manufacturer or None,
        )


def _others(one: KnownScanner, aliases: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in aliases if each and each != one.name))


def _short(name: str) -> str:
    """`CT 3` of `CT 3 Oncology`: a name up to its number, where more follows."""
    words = name.split()
    at = next((at for at, word in enumerate(words) if at and word.isdigit()), None)
    return " ".join(words[: at + 1]) if at is not None and at + 1 < len(words) else ""


def _as_word(modality: str) -> str:
    return _AS_WORDS.get(modality, modality)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _beyond_modalities(named: Department, procedures: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Without a procedure that is called as its modality is: `Mammography` means the modality."""
    words = vocabulary(FIRST, named)
    found = []
    for modality, name in procedures:
        given = words.tokens(name)
        whole = {one.kind for one in words.matcher(given).all[0] if one.end == len(given)} if given else set()
        if "modality" not in whole:
            found.append((modality, name))
    return tuple(found)


def _aliases(procedures: Iterable[KnownProcedure]) -> Iterator[tuple[str, str]]:
    """What else procedures are called, without what two of them are."""
    named: dict[str, set[str]] = {}
    written: dict[str, str] = {}
    for one in procedures:
        for alias in one.aliases:
            named.setdefault(alias.casefold(), set()).add(one.name)
            written.setdefault(alias.casefold(), alias)
    yield from ((written[alias], *names) for alias, names in named.items() if len(names) == 1)  # type: ignore[misc]  # two


@lru_cache(maxsize=_KEPT)
def _needed(department: Department, names: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Those whose words say nothing yet: what can be read without a name keeps the meaning that it has."""
    words = vocabulary(FIRST, department)
    return tuple(one for one in names if _says_nothing(words, words.tokens(one[0])))


def _says_nothing(words: Vocabulary, given: tuple[Token, ...]) -> bool:
    if any(one.is_word and one.text not in words.all_words for one in given):
        return True
    return bool(given and unused(words.matcher(given).all))
