"""What the record knows by name, within a scope: the lexicon of the words of a question, and the keys behind a plan's names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from doseloop.access.scope import Scope
from doseloop.ask.spoken_names import said_name
from doseloop.facts.engine import Facts, Session
from doseloop.reference.procedures import catalogue
from doseloop.store.staff_list import staff_names


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site."""

    key: int
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class KnownScanner:
    """A scanner, once for all names of it."""

    key: int
    keys: frozenset[int]
    """Of it and of the scanners that are other names of it."""
    name: str
    site: int
    site_name: str
    modality: str
    manufacturer: str
    aliases: tuple[str, ...] = ()
    """What else it is called: its station names."""


@dataclass(frozen=True, slots=True)
class KnownProcedure:
    """A procedure of the catalogue."""

    key: str
    name: str
    modality: str
    aliases: tuple[str, ...] = ()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person of staff at a site, with every way in which the name was typed."""

    key: int
    site: int
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that plans may name. Operators and physicians are empty where the scope does not show people."""

    sites: tuple[KnownSite, ...] = ()
    scanners: tuple[KnownScanner, ...] = ()
    procedures: tuple[KnownProcedure, ...] = ()
    operators: tuple[KnownPerson, ...] = ()
    physicians: tuple[KnownPerson, ...] = ()
    protocols: tuple[str, ...] = ()
    """Names of exams' protocols, as written."""
    scanner_names: Mapping[int, str] = field(default_factory=dict)
    """How each scanner is called in an answer: with its site where two share a name."""

    @property
    def manufacturers(self) -> tuple[str, ...]:
        """Of the scanners, each once."""
        return tuple(sorted({one.manufacturer for one in self.scanners if one.manufacturer}))

    @property
    def regions(self) -> tuple[str, ...]:
        """Parts of the body that procedures name."""
        return tuple(sorted({region for one in self.procedures for region in one.regions}))


def known(scope: Scope, facts: Facts, *, protocols: bool = True) -> Known:
    """What there is. Without `protocols` the record is not searched for their names, which takes longest."""
    with facts.session(scope) as session:
        names = session.records(_protocols(session)) if protocols else []
        people = session.records(
            session.people.filter(session.people.is_one_person).select("whom", "played").distinct()
        )
        found = known_in(session)
    operators, physicians = (_people(scope, people, played) for played in ("operator", "physician"))
    return Known(
        found.sites, found.scanners, found.procedures, operators, physicians,
        tuple(sorted(row["protocol_name"] for row in names)), found.scanner_names,
    )  # fmt: skip


def known_in(session: Session) -> Known:
    """The sites, scanners and procedures of a session."""
    sites = session.names["sites"].to_pylist()
    scanners = _scanners(session.names["scanners"].to_pylist(), {row["site"]: row["site_name"] for row in sites})
    procedures = (_procedure(row) for row in session.names["procedures"].to_pylist())
    return Known(
        sites=tuple(KnownSite(row["site"], row["site_name"], row["zone"]) for row in sites),
        scanners=scanners,
        procedures=tuple(procedures),
        scanner_names=_told_apart(scanners),
    )


def _protocols(session: Session) -> Any:
    exams = session.exams
    return exams.filter(exams.protocol_name != "", exams.excluded_as == "").select("protocol_name").distinct()


def _scanners(rows: list[dict[str, Any]], sites: Mapping[int, str]) -> tuple[KnownScanner, ...]:
    members: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        members.setdefault(row["root"], []).append(row)
    own = (row for row in rows if row["root"] == row["scanner"])
    return tuple(
        KnownScanner(
            row["scanner"], frozenset(one["scanner"] for one in members[row["scanner"]]), row["scanner_name"], row["site"],
            sites[row["site"]], row["modality"], row["manufacturer"].strip(),
            _others(row["scanner_name"], (one["station_name"] for one in members[row["scanner"]])),
        )
        for row in sorted(own, key=lambda one: (one["scanner_name"], one["scanner"]))
    )  # fmt: skip


def _procedure(row: Mapping[str, Any]) -> KnownProcedure:
    known_to_all = catalogue().procedures.get(row["procedure"])
    if known_to_all is None:
        return KnownProcedure(row["procedure"], row["procedure_name"], row["modality"])
    names = (*known_to_all.names.values(), *known_to_all.aliases)
    return KnownProcedure(
        row["procedure"],
        row["procedure_name"],
        row["modality"],
        _others(row["procedure_name"], names),
        known_to_all.regions,
    )


def _people(scope: Scope, rows: Iterable[Mapping[str, Any]], played: str) -> tuple[KnownPerson, ...]:
    wanted = {row["whom"] for row in rows if row["played"] == played}
    typed = staff_names(scope) if wanted else ()
    aliases: dict[int, list[str]] = {}
    for one in typed:
        aliases.setdefault(one.whom, []).append(one.typed)
    return tuple(
        KnownPerson(one.key, one.site, one.typed, _others(one.typed, (said_name(one.typed), *aliases[one.key])))
        for one in typed
        if one.key in wanted
    )


def _others(name: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in names if one and one != name))


def _told_apart(scanners: Iterable[KnownScanner]) -> dict[int, str]:
    """Label by key of every scanner and of every other name of it."""
    listed = tuple(scanners)
    names = [one.name.casefold() for one in listed]
    labels = {
        one.key: one.name if names.count(one.name.casefold()) == 1 else f"{one.name} ({one.site_name})"
        for one in listed
    }
    return {key: labels[one.key] for one in listed for key in one.keys}
