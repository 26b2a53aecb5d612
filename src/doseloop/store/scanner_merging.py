"""Scanners that are one device under several names: which scanner is another name of which, and what a merge would move.

A merge is a decision (`store.decisions`): its subject is the scanner's key, and what holds is the key of the scanner that it is
part of. The merged row stays in the record with its own first and last object, so that taking back restores it; its exams count
at the end of the chain.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.harmonise.same_scanner import ScannerName, Suggestion, suggestions
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.reference.procedures import family
from doseloop.store import decisions, locks, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Batch, Kind, Wanted
from doseloop.store.models import Decision, Exam, Scanner


@dataclass(frozen=True, slots=True)
class Merge:
    """What making one scanner another name of another would move."""

    scanner: int
    name: str
    into: int
    into_name: str
    exams: int
    into_exams: int
    first: str
    """Start of the first and the last of the exams that would move, ISO; empty where there are none."""
    last: str


def root_of(scope: Scope, scanner: int) -> int:
    """Where the exams of a scanner count: its own key unless it is another name. Errors: `NotVisible`."""
    row = visible.scanners(scope).filter(pk=scanner).values_list("root_id").first()
    if row is None:
        raise NotVisible(f"There is no scanner {scanner}.")
    return scanner if row[0] is None else int(row[0])


def counted_at(scope: Scope, scanner: int) -> int:
    """As `root_of`; the key itself where there is no such scanner."""
    row = visible.scanners(scope).filter(pk=scanner).exclude(root=None).values_list("root_id").first()
    return int(row[0]) if row else scanner


@dataclass(frozen=True, slots=True)
class NameInObjects:
    """How objects name a scanner (times UTC); `own` is the row that the others are part of."""

    scanner: int
    own: bool
    name: str
    station_name: str
    serial_number: str
    software_versions: str
    first_object_at: datetime
    last_object_at: datetime


def names_in_objects(scope: Scope, scanner: int) -> tuple[NameInObjects, ...]:
    """Every name of a scanner, the one that sent last first."""
    return tuple(
        NameInObjects(
            row.pk, row.pk == scanner, row.name, row.station_name, row.serial_number, row.software_versions,
            row.first_object_at, row.last_object_at,
        )
        for row in names_of(scope, scanner)
    )  # fmt: skip


def may_join(scope: Scope, scanner: int) -> frozenset[int]:
    """Scanners that could be another name of this one: those of its site and kind of modality."""
    own = visible.scanners(scope).get(pk=scanner)
    rows = visible.scanners(scope).filter(site=own.site_id, root=None).exclude(pk=scanner)
    return frozenset(row.pk for row in rows if family(row.modality) == family(own.modality))


def names_of(scope: Scope, scanner: int) -> "QuerySet[Scanner]":
    """The scanner and every other name of it."""
    return visible.scanners(scope).filter(Q(pk=scanner) | Q(root=scanner)).order_by("-last_object_at", "pk")


def preview(scope: Scope, scanner: int, into: int) -> Merge:
    """What a merge would move. Errors: `NotVisible`; `UnusableInput` where both cannot be one."""
    rows = {row.pk: row for row in visible.scanners(scope).filter(pk__in=(scanner, into))}
    for key in (scanner, into):
        if key not in rows:
            raise NotVisible(f"There is no scanner {key}.")
    one, other = rows[scanner], rows[into]
    _check(one, other, {row.pk: row for row in Scanner.objects.filter(site=one.site_id)})
    moved = Exam.objects.filter(_named_as(_below(_children(one.site_id), scanner)))
    found = moved.aggregate(exams=Count("pk"), first=Min("started_at"), last=Max("started_at"))
    root = other.root_id or into
    return Merge(
        scanner, one.name, into, other.name, found["exams"], Exam.objects.filter(scanner=root).count(),
        found["first"] or "", found["last"] or "",
    )  # fmt: skip


def merge(scope: Scope, scanner: int, into: int | None, actor: Actor) -> str:
    """Make a scanner another name of another, or with None a scanner of its own again. Returns the key of the batch.

    Errors: `NotVisible`; `UnusableInput` where both are at different sites, of different kinds, or would be part of each other.
    """
    row = visible.scanners(scope).filter(pk=scanner).first()
    if row is None or (into is not None and not visible.scanners(scope).filter(pk=into).exists()):
        raise NotVisible("There is no such scanner.")
    wanted = Wanted(row.site_id, str(scanner), row.name, "" if into is None else str(into))
    return decisions.decide(scope, MERGED, [wanted], actor)


def merges_of(scope: Scope, scanner: int) -> tuple[Batch, ...]:
    """Every merge in which the scanner or a name of it took part, the latest first."""
    keys = [str(key) for key in names_of(scope, scanner).values_list("pk", flat=True)]
    return decisions.history(scope, MERGED, about=Q(subject__in=keys) | Q(before__in=keys) | Q(after__in=keys))


def suggested(scope: Scope) -> tuple[Suggestion, ...]:
    """Scanners of the scope that look like one device, with what speaks for it; none is merged by itself."""
    rows = visible.scanners(scope).filter(part_of=None)
    spans = rows.annotate(first_on=Min("spans__first_on"), last_on=Max("spans__last_on")).order_by("pk")
    return suggestions([_as_name(row, row.first_on, row.last_on) for row in spans])


def _as_name(row: Scanner, first_on: str | None, last_on: str | None) -> ScannerName:
    return ScannerName(
        key=row.pk, site=row.site_id, family=family(row.modality), manufacturer=row.manufacturer, model=row.model,
        station_name=row.station_name, serial_number=row.serial_number,
        first_on=first_on or row.first_object_at.date().isoformat(),
        last_on=last_on or row.last_object_at.date().isoformat(),
    )  # fmt: skip


def _put(wanted: Wanted) -> str:
    """Under the rows of all scanners of the site: a worker that has looked one of them up ends first, and none looks one up before
    this has ended."""
    locks.hold(f"scanners {wanted.site}")
    rows = {
        row.pk: row for row in Scanner.objects.select_for_update(no_key=True).filter(site=wanted.site).order_by("pk")
    }
    one = rows.get(int(wanted.subject))
    if one is None:
        raise NotVisible("There is no such scanner at the site.")
    before = one.part_of_id
    if wanted.after:
        _check(one, rows.get(int(wanted.after)), rows)
    one.part_of_id = int(wanted.after) if wanted.after else None
    one.save(update_fields=["part_of"])
    for row in rows.values():
        root = None if (end := _end(row, rows)) == row.pk else end
        if row.root_id != root:
            row.root_id = root
            row.save(update_fields=["root"])
    return "" if before is None else str(before)


def _check(one: Scanner, other: Scanner | None, rows: Mapping[int, Scanner]) -> None:
    if other is None or other.site_id != one.site_id:
        raise UnusableInput("Scanners of two sites are never one: each site counts its own exams.")
    if family(one.modality) != family(other.modality):
        raise UnusableInput(
            f"{one.name} is {one.modality} and {other.name} is {other.modality}: they are not one device."
        )
    if one.pk == _end(other, rows, stop=one.pk):
        raise UnusableInput(f"{other.name} is part of {one.name} already. Take that back first.")


def _end(row: Scanner, rows: Mapping[int, Scanner], stop: int | None = None) -> int:
    """The end of a row's chain, or `stop` where the chain comes through it."""
    while row.part_of_id is not None and row.pk != stop:
        row = rows[row.part_of_id]
    return row.pk


def _children(site: int) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, part_of in Scanner.objects.filter(site=site).exclude(part_of=None).values_list("pk", "part_of_id"):
        found[int(part_of or 0)].append(key)
    return found


def _below(children: Mapping[int, list[int]], scanner: int) -> Iterator[int]:
    """The scanner and what is part of it, over any number of steps."""
    yield scanner
    for child in children.get(scanner, ()):
        yield from _below(children, child)


def _named_as(scanners: Iterable[int]) -> Q:
    """Exams whose objects name one of the scanners."""
    keys = list(scanners)
    return Q(named_scanner__in=keys) | Q(named_scanner=None, scanner__in=keys)


def _moved(decision: Decision) -> "QuerySet[Exam]":
    """The exams that name the scanner, or one that is part of it by now."""
    return Exam.objects.filter(_named_as(_below(_children(decision.site_id), int(decision.subject))))


MERGED = Kind("scanner", "scanners merged", _put, _moved)
