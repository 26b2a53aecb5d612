"""Operators and physicians as the page of people lists them: persons with their aliases, suggestions, shared names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.http import HttpRequest

from doseloop.access.scope import Scope
from doseloop.facts.people import Work, work_by_name, work_by_person
from doseloop.harmonise.person_names import Known, Suggestion, suggest
from doseloop.store import decisions, person_merging
from doseloop.store.decisions import Batch
from doseloop.store.person_merging import PEOPLE
from doseloop.store.staff_list import StaffName, staff_names
from doseloop.web.facts import the_facts

_ALONE = "a name of its own"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, or a name that is none, with what it stands in."""

    name: StaffName
    work: Work | None
    """None where no exam names it any more."""
    aliases: tuple[StaffName, ...] = ()

    @property
    def exams(self) -> int:
        """Exams that name it, or an alias of it."""
        return self.work.exams if self.work else 0


@dataclass(frozen=True, slots=True)
class Offered:
    """A suggestion with the names it is about."""

    alias: Somebody
    of: Somebody
    confidence: str
    evidence: str
    chosen: bool

    @property
    def value(self) -> str:
        """What a form sends for it."""
        return f"{self.alias.name.key}-{self.of.name.key}"


@dataclass(frozen=True, slots=True)
class OpenName:
    """A name that several people could be meant by."""

    name: Somebody
    could_be: tuple[Somebody, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody whom a scope shows."""

    persons: tuple[Somebody, ...]
    """Most exams first."""
    shared: tuple[Somebody, ...]


def staff(scope: Scope) -> Staff:
    """Persons with their aliases, and names that are no person."""
    names, work = staff_names(scope), work_by_person(the_facts(), scope)
    aliases: dict[int, list[StaffName]] = defaultdict(list)
    for one in names:
        if one.merged:
            aliases[one.whom].append(one)
    found = [Somebody(one, work.get(one.key), tuple(aliases[one.key])) for one in names if not one.merged]
    found.sort(key=lambda one: -one.exams)
    return Staff(
        tuple(one for one in found if one.name.is_one_person), tuple(one for one in found if not one.name.is_one_person)
    )


def exams_by_name(scope: Scope) -> Mapping[int, int]:
    """Exams that name each typed name itself."""
    return {key: one.exams for key, one in work_by_name(the_facts(), scope).items()}


def suggested(persons: Iterable[Somebody], chosen: str) -> tuple[tuple[Offered, ...], tuple[OpenName, ...]]:
    """Suggestions, the sure ones first, and names of which nothing can be told; ticked as `chosen` says (`sure`, `any`)."""
    offered: list[Offered] = []
    open_names: list[OpenName] = []
    for of_site in _by_site(persons).values():
        known = {one.name.key: one for one in of_site}
        found = suggest(Known(key, one.name.typed, one.exams) for key, one in known.items())
        offered += [_offered(one, known, chosen) for one in found.suggestions]
        open_names += [OpenName(known[one.key], tuple(known[key] for key in one.could_be)) for one in found.undecided]
    return tuple(sorted(offered, key=lambda one: (one.confidence, -one.alias.exams))), tuple(open_names)


def history(request: HttpRequest) -> tuple[Batch, ...]:
    """What was decided about names, told with the names that keys stand for."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    names = person_merging.names(scope)
    return tuple(
        replace(batch, changes=tuple(
            replace(one, written=names.get(one.written, one.written), before=names.get(one.before, one.before) or _ALONE,
                    after=names.get(one.after, one.after) or _ALONE)
            for one in batch.changes
        ))
        for batch in decisions.history(scope, PEOPLE)
    )  # fmt: skip


def _by_site(persons: Iterable[Somebody]) -> dict[int, list[Somebody]]:
    found: dict[int, list[Somebody]] = defaultdict(list)
    for one in persons:
        found[one.name.site].append(one)
    return found


def _offered(one: Suggestion, known: Mapping[int, Somebody], chosen: str) -> Offered:
    return Offered(known[one.alias], known[one.of], one.confidence, one.evidence, chosen in ("any", one.confidence))
