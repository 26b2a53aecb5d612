"""The names of a department as phrases: how people write scanners, people, sites, procedures and protocols."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from doseloop.ask.department import Department, Machine
from doseloop.ask.language import Language
from doseloop.ask.pattern import Node, Phrase
from doseloop.ask.text import Token, tokens

NAME_COST: Final = 9
_COMMON: Final = frozenset(
    ("room", "unit", "scanner", "machine", "ct", "hospital", "clinic", "site", "campus", "the", "of", "dr")
)
"""Words that alone name nobody's scanner or site."""
_KINDS_OF_ROOM: Final = {
    "CT": ("ct", "scanner", "ct scanner", "ct room", "ct unit", "ct machine", "machine"),
    "MG": ("mammo", "mammography", "mammo room", "mammo unit", "mammography unit", "mg", "mammomat"),
    "XA": ("angio", "angiography", "angio room", "angio suite", "xa", "angio unit", "angiography room", "angio lab"),
    "DX": ("dr room", "dr", "x ray room", "xray room", "dx room", "radiography room", "dx", "bucky room"),
}


def name_trees(department: Department, language: Language) -> dict[str, Node]:
    """Phrases of every name, by kind; words that fit several names lead to all of them."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, None]] = defaultdict(dict)
    words = _Words(language)
    for kind, name, rows in words.all(department):
        for row in rows:
            if row:
                found[(kind, row)].setdefault(name)
    trees: dict[str, Node] = {}
    for (kind, row), names in found.items():
        trees.setdefault(kind, Node()).add(row, Phrase(kind, " | ".join(names), NAME_COST, tuple(names)))
    return trees


@dataclass(frozen=True)
class _Words:
    language: Language
    _digits: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for word, value in self.language.counted.numbers.items():
            if value == int(value) and 0 < value < 20 and word not in ("couple", "dozen"):
                self._digits.setdefault(str(int(value)), word)

    def all(self, department: Department) -> Iterator[tuple[str, str, Iterable[tuple[str, ...]]]]:
        for machine in department.scanners:
            yield "scanner", machine.name, self._machine(machine, department.scanners)
        sites = tuple(site for site in department.sites if self.row(site))
        for site in sites:
            yield "site", site, self._site(site, sites)
        for person in department.operators:
            yield "operator", person, self._person(person)
        for person in department.physicians:
            yield "physician", person, self._person(person)
        for _, name in department.procedures:
            yield "procedure", name, self._procedure(name)
        for alias, name in department.procedure_aliases:
            yield "procedure", name, self._plain(alias)
        for name in department.protocols:
            yield "protocol", name, self._plain(name)

    def row(self, text: str) -> tuple[str, ...]:
        return tuple(one.text for one in self._told(tokens(text, self.language.contractions)))

    def _told(self, given: tuple[Token, ...]) -> Iterator[Token]:
        yield from (one for one in given if one.text not in self.language.silent)

    def _plain(self, name: str) -> set[tuple[str, ...]]:
        row = self.row(name)
        return {row, tuple(one for one in row if one not in ("/", "and", "+"))}

    def _is_only(self, row: tuple[str, ...], machine: Machine, others: tuple[Machine, ...]) -> bool:
        """Whether a name says who it is without its number: no other machine is called so."""
        like = [one for one in others if self.row(one.name)[:-1] == self.row(machine.name)[:-1]]
        return len(like) == 1 and len(row) > 2 and row[-1].isdigit()

    def _machine(self, machine: Machine, others: tuple[Machine, ...]) -> set[tuple[str, ...]]:
        rows: set[tuple[str, ...]] = set()
        for name in (machine.name, *machine.aliases):
            for row in self._plain(name):
                rows |= set(self._numbered(row, machine.modality))
        rows |= {row[:-1] for row in self._plain(machine.name) if row and self._is_only(row, machine, others)}
        return {row for row in rows if not (len(row) == 1 and row[0] in _COMMON)}

    def _numbered(self, row: tuple[str, ...], modality: str) -> Iterator[tuple[str, ...]]:
        """The name as it is, and with its number apart, joined, in words, or after another word for such a room."""
        if not row:
            return
        letters = row[-1].rstrip("0123456789")
        digits = row[-1][len(letters) :]
        head = (*row[:-1], letters) if letters else row[:-1]
        if head:
            yield row
        if not digits:
            return
        kinds = _KINDS_OF_ROOM.get(modality, ())
        heads = {head} if head else set()
        if not head or " ".join(head) in kinds:  # a scanner that is a number alone is named with what it is
            heads |= {tuple(one.split()) for one in kinds if one != "machine"}
        for one in heads:
            for said in (digits, self._digits.get(digits)):
                if said:
                    yield (*one, said)
                    yield (*one, "number", said)
                    yield (*one, "no", said)
            yield (*one[:-1], one[-1] + digits)

    def _site(self, site: str, sites: tuple[str, ...]) -> set[tuple[str, ...]]:
        row = self.row(site)
        rows = {row}
        if sum(self.row(one)[0] == row[0] for one in sites) == 1 and row[0] not in _COMMON:
            rows |= {
                row[:1],
                (row[0], "site"),
                (row[0], "campus"),
                (row[0], "hospital"),
                (row[0], "clinic"),
                (row[0], "location"),
            }
        if len(row) > 1 and sum(self.row(one)[-1] == row[-1] for one in sites) == 1:
            rows.add(row[-1:])
        rows |= {(*one[:-1], "hosp") for one in rows if one[-1] == "hospital"}
        return rows

    def _person(self, name: str) -> set[tuple[str, ...]]:
        row = self.row(name)
        titles = {"dr", "prof", "doctor", "mr", "mrs", "ms"}
        plain = tuple(one for one in row if one not in titles)
        if not plain:
            return {row}
        surname = plain[-1:]
        rows = {row, plain, surname, (*surname, *plain[:-1])}
        if len(plain) > 1:
            rows.add((plain[0][0], *surname))
            rows.add((*surname, plain[0][0]))
        rows |= {(title, *surname) for title in titles}
        return rows

    def _procedure(self, name: str) -> set[tuple[str, ...]]:
        rows = self._plain(name)
        return rows | {(*row[:-1], row[-1] + "s") for row in rows if row}
