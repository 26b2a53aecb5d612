"""Typed names of staff that are one person: merging, and saying by hand whether a name is one person at all.

Both are decisions (`store.decisions`): the subject is the key of a name, and what holds is the key of the name that it is an
alias of, `one person`, `not one person`, or nothing. Subject and history hold keys alone, and so does the audit: names of staff
stand in one table. No exam is made anew: an exam keeps the name that was typed, and whom it stands for is looked up where exams
are counted, so that a merging shows at once and taking it back leaves nothing behind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.reference.staff_names import is_one_person
from doseloop.store import decisions, locks, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam, ExamPerson, Person

ONE: Final = "one person"
SHARED: Final = "not one person"


@dataclass(frozen=True, slots=True)
class Merge:
    """A name that is to be an alias of another."""

    alias: int
    of: int


@dataclass(frozen=True, slots=True)
class Move:
    """What a merging would do."""

    merge: Merge
    site_name: str
    alias_name: str
    whom: int
    whom_name: str
    """Who it would stand for, at the end of the chain."""
    exams: int
    """Exams that name the alias."""


def people(scope: Scope) -> "QuerySet[Person]":
    """The names of the scope's sites; none where the scope shows no operators."""
    return Person.objects.filter(site__in=visible.sites(scope)) if scope.operators else Person.objects.none()


def preview(scope: Scope, merges: Sequence[Merge]) -> tuple[Move, ...]:
    """What each merging would do. Errors: `NotVisible`, `UnusableInput`."""
    rows = _checked(scope, merges)
    ends = _ends(_links(people(scope)) | {one.alias: one.of for one in merges})
    named = ExamPerson.objects.filter(person__in=[one.alias for one in merges]).values_list("person")
    exams = dict(named.annotate(Count("exam", distinct=True)))
    names = dict(people(scope).filter(pk__in=[ends[one.of] for one in merges]).values_list("pk", "name"))
    return tuple(
        Move(
            one,
            rows[one.alias].site.name,
            rows[one.alias].name,
            ends[one.of],
            names[ends[one.of]],
            exams.get(one.alias, 0),
        )
        for one in merges
    )


def merge(scope: Scope, merges: Sequence[Merge], actor: Actor) -> str:
    """Let names be aliases of others. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where a name is shared, the sites differ, or the merging would lead back to itself.
    """
    rows = _checked(scope, merges)
    return decisions.decide(scope, PEOPLE, [_wanted(rows[one.alias], str(one.of)) for one in merges], actor)


def judge(scope: Scope, person: int, verdict: str, actor: Actor) -> str:
    """Say that a name is `ONE` or `SHARED`. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` for another verdict, and where the name is merged or others are merged into it.
    """
    row = _row(scope, person)
    if verdict not in (ONE, SHARED):
        raise UnusableInput(f"A name is “{ONE}” or “{SHARED}”.")
    if row.alias_of_id is not None:
        raise UnusableInput("This name is merged into another. Take the merging back first.")
    return decisions.decide(scope, PEOPLE, [_wanted(row, verdict)], actor)


def _wanted(row: Person, after: str) -> Wanted:
    return Wanted(row.site_id, str(row.pk), f"name {row.pk}", after)


def _row(scope: Scope, person: int) -> Person:
    row = people(scope).select_related("site").filter(pk=person).first()
    if row is None:
        raise NotVisible("There is no such name.")
    return row


def _checked(scope: Scope, merges: Sequence[Merge]) -> dict[int, Person]:
    """The names by key, once all of the mergings can be together."""
    wanted = {key for one in merges for key in (one.alias, one.of)}
    rows = {row.pk: row for row in people(scope).select_related("site").filter(pk__in=wanted)}
    if wanted - rows.keys():
        raise NotVisible("There is no such name.")
    if len({one.alias for one in merges}) < len(merges):
        raise UnusableInput("A name can be an alias of one other alone: choose one of its suggestions.")
    for one in merges:
        _check_pair(rows[one.alias], rows[one.of])
    _check_ends(_links(people(scope)) | {one.alias: one.of for one in merges})
    return rows


def _check_pair(alias: Person, of: Person) -> None:
    if alias.site_id != of.site_id:
        raise UnusableInput("The names are of two sites. A person is known within one site.")
    for one in (alias, of):
        if not one.is_one_person:
            raise UnusableInput(f"“{one.name}” is no person: several share it. Say first that it is one person.")


def _put(wanted: Wanted) -> str:
    locks.hold(f"people of site {wanted.site}")
    row = Person.objects.select_for_update().filter(site_id=wanted.site, pk=wanted.subject).first()
    if row is None:
        raise NotVisible("There is no such name.")
    before = str(row.alias_of_id) if row.alias_of_id else row.judged
    _set(row, wanted.after)
    row.save(update_fields=["alias_of", "judged", "is_one_person"])
    _follow_chains(wanted.site)
    return before


def _set(row: Person, after: str) -> None:
    alias_of = int(after) if after.isdecimal() else None
    if alias_of is not None:
        of = Person.objects.filter(pk=alias_of).first()
        if of is None:
            raise NotVisible("There is no such name.")
        _check_pair(row, of)
        _check_ends(_links(Person.objects.filter(site=row.site_id)) | {row.pk: alias_of})
    is_one = alias_of is not None or after == ONE or (not after and is_one_person(row.name))
    if after == SHARED and row.alias_of_id is not None:
        raise UnusableInput("This name is merged into another. Take the merging back first.")
    if not is_one and row.aliases.exists():
        raise UnusableInput("Other names are merged into this one. Take that back first.")
    row.alias_of_id, row.judged, row.is_one_person = alias_of, "" if alias_of else after, is_one


def _links(rows: "QuerySet[Person]") -> dict[int, int]:
    """What each merged name is an alias of."""
    pairs = rows.exclude(alias_of=None).values_list("pk", "alias_of")
    return {alias: of for alias, of in pairs if of is not None}


class _Ends(dict[int, int]):
    """Where the chain from each name ends: a name that is no alias is its own end."""

    def __missing__(self, key: int) -> int:
        return key


def _ends(links: Mapping[int, int]) -> "_Ends":
    ends = _Ends()
    for start in links:
        seen, at = {start}, links[start]
        while at in links:
            if at in seen:
                raise UnusableInput("The names would be aliases of each other. Choose one of them as the person.")
            seen.add(at)
            at = links[at]
        ends[start] = at
    return ends


def _check_ends(links: Mapping[int, int]) -> None:
    if any(alias == end for alias, end in _ends(links).items()):
        raise UnusableInput("A name cannot be an alias of itself.")


def _follow_chains(site: int) -> None:
    rows = Person.objects.filter(site=site)
    ends = _ends(_links(rows))
    for pk, whom in rows.filter(pk__in=ends).values_list("pk", "whom"):
        if whom != ends[pk]:
            Person.objects.filter(pk=pk).update(whom=ends[pk])
    rows.filter(alias_of=None).exclude(whom=None).update(whom=None)


def _no_exams(_: Decision) -> "QuerySet[Exam]":
    return Exam.objects.none()


def _typed(decision: Decision) -> str:
    return Person.objects.filter(pk=decision.subject).values_list("name", flat=True).first() or decision.written


PEOPLE = Kind("person", "said who a name is", _put, _no_exams, _typed)


def names(scope: Scope, keys: Iterable[int] | None = None) -> dict[str, str]:
    """What was typed, by the key as decisions hold it and as `name <key>`."""
    rows = people(scope) if keys is None else people(scope).filter(pk__in=keys)
    found = dict(rows.values_list("pk", "name"))
    return {form.format(key): name for key, name in found.items() for form in ("{}", "name {}")}
