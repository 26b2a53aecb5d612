"""Names on scanners that a site maps to procedures: what is not mapped yet, and what a mapping would move.

A mapping is a decision (`store.decisions`): its subject is modality and name, and what holds is the key of a procedure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.reference.names import normalised
from doseloop.reference.procedures import family
from doseloop.store import decisions, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Event, Exam, Part, Procedure, ProcedureName, ScannerName, Site
from doseloop.store.name_scans import NameScans, scans_of_names

_WITHOUT_PROCEDURES = ("MR",)
"""Modalities without dose: their exams belong to no procedure."""
_FIELDS = ("description", "protocol_name", "requested_procedure")
"""Names of a study, the one that a person maps first."""
_UNNAMED = {f"exam__{field}": "" for field in _FIELDS}
_NOT_NAMING = ("localiser", "bolus tracking")
"""Roles of events whose names say nothing about the procedure."""


@dataclass(frozen=True, slots=True)
class UnmappedName:
    """A name of exams that have no procedure."""

    site: int
    site_name: str
    modality: str
    written: str
    """As it stands in the newest of the exams."""
    exams: int
    scanners: int
    newest: str
    """Start of the newest exam, ISO; empty where none is recorded."""
    scans: NameScans | None = None
    """What its exams scanned; None of other than CT, and where no main acquisition is recorded."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that is to mean a procedure; None takes its mapping away."""

    site: int
    modality: str
    written: str
    procedure: str | None

    @property
    def name(self) -> str:
        """What is compared."""
        return normalised(self.written)

    @property
    def decision(self) -> Wanted:
        """The decision that it is."""
        return Wanted(self.site, f"{self.modality}/{self.name}", self.written, self.procedure or "")


@dataclass(frozen=True, slots=True)
class Move:
    """What a wish would change."""

    wish: Wish
    site_name: str
    procedure_name: str
    """Empty where the mapping is taken away."""
    exams: int
    by_procedure: Mapping[str, int]
    """How many of these exams have which procedure now; the empty name is none."""


def unmapped(scope: Scope, since: str = "") -> tuple[UnmappedName, ...]:
    """Names of parts without a procedure, the most frequent first; of exams that started at `since` (ISO) or later and are not
    being moved just now. Names of acquisitions are listed where an exam has no other."""
    rows = Part.objects.filter(exam__in=visible.exams(scope), procedure=None, started_at__gte=since)
    rows = rows.exclude(modality__in=_WITHOUT_PROCEDURES).exclude(exam__outdated=True)
    moving = set(decisions.pending(scope, NAMES).exclude(after="").values_list("site_id", "subject"))
    found: dict[tuple[int, str, str], UnmappedName] = {}
    for one in (*_of_studies(rows), *_of_acquisitions(rows)):
        key = (one.site, one.modality, normalised(one.written))
        if (one.site, f"{one.modality}/{key[2]}") not in moving:
            found[key] = _together(found[key], one) if key in found else one
    scans = scans_of_names(rows, _FIELDS)
    told = (replace(one, scans=scans.get(key)) for key, one in found.items())
    return tuple(sorted(told, key=lambda one: (-one.exams, one.written)))


def _of_studies(rows: "QuerySet[Part]") -> Iterator[UnmappedName]:
    named = rows.values_list("site_id", "site__name", "modality", *(f"exam__{field}" for field in _FIELDS))
    counted = named.annotate(
        exams=Count("exam", distinct=True), scanners=Count("exam__scanner", distinct=True), newest=Max("started_at")
    )
    order = ("newest", *(f"exam__{field}" for field in _FIELDS))
    for site, site_name, modality, *names, exams, scanners, newest in counted.order_by(*order):
        written = next((name for name in names if normalised(name)), "")
        if written:
            yield UnmappedName(site, site_name, modality, written, exams, scanners, newest or "")


def _of_acquisitions(rows: "QuerySet[Part]") -> Iterator[UnmappedName]:
    named = Event.objects.filter(part__in=rows, **_UNNAMED).exclude(role__in=_NOT_NAMING)
    counted = named.values_list("part__site_id", "part__site__name", "part__modality", "protocol").annotate(
        exams=Count("exam", distinct=True),
        scanners=Count("exam__scanner", distinct=True),
        newest=Max("part__started_at"),
    )
    for site, site_name, modality, written, exams, scanners, newest in counted.order_by("newest", "protocol"):
        if normalised(written):
            yield UnmappedName(site, site_name, modality, written, exams, scanners, newest or "")


def _together(one: UnmappedName, newer: UnmappedName) -> UnmappedName:
    return replace(
        newer,
        exams=one.exams + newer.exams,
        scanners=max(one.scanners, newer.scanners),
        newest=max(one.newest, newer.newest),
    )


def preview(scope: Scope, wishes: Iterable[Wish]) -> tuple[Move, ...]:
    """What each wish would move. Errors: `NotVisible`, `UnusableInput`."""
    checked = tuple(_checked(scope, wishes))
    sites = dict(Site.objects.values_list("pk", "name"))
    procedures = procedure_names()
    counted: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for site, modality, *names, procedure, exams in _named_parts(checked):
        for name in {normalised(one) for one in names}:
            counted[site, modality, name][procedure or ""] += exams
    found = ((wish, counted[wish.site, wish.modality, wish.name]) for wish in checked)
    return tuple(
        Move(wish, sites[wish.site], procedures.get(wish.procedure or "", ""), exams.total(), dict(exams))
        for wish, exams in found
    )


def _named_parts(wishes: Sequence[Wish]) -> Iterator[tuple[Any, ...]]:
    """Site, modality, names, procedure and number of exams, of the parts at the wishes' sites and in their modalities: by the
    names of the study, and where it has none by those of acquisitions."""
    sites, modalities = {one.site for one in wishes}, {one.modality for one in wishes}
    parts = Part.objects.filter(site__in=sites, modality__in=modalities)
    studies = parts.values_list("site_id", "modality", *(f"exam__{field}" for field in _FIELDS), "procedure__name")
    yield from studies.annotate(Count("exam", distinct=True))
    events = Event.objects.filter(part__in=parts, **_UNNAMED).exclude(role__in=_NOT_NAMING)
    acquisitions = events.values_list("part__site_id", "part__modality", "protocol", "part__procedure__name")
    yield from acquisitions.annotate(Count("exam", distinct=True))


def map_names(scope: Scope, wishes: Iterable[Wish], actor: Actor) -> str:
    """Make names mean procedures. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where a procedure is of another modality or there is none.
    """
    return decisions.decide(scope, NAMES, [one.decision for one in _checked(scope, wishes)], actor)


def pending_count(scope: Scope) -> int:
    """Of how many names the exams are still to be looked for."""
    return decisions.pending(scope, NAMES).values("site", "subject").distinct().count()


def procedure_names() -> dict[str, str]:
    """What people call each procedure, by the key that a decision holds."""
    return dict(Procedure.objects.values_list("key", "name"))


def _checked(scope: Scope, wishes: Iterable[Wish]) -> Iterator[Wish]:
    sites = set(visible.sites(scope).values_list("pk", flat=True))
    modalities = dict(Procedure.objects.values_list("key", "modality"))
    for wish in wishes:
        if wish.site not in sites:
            raise NotVisible("There is no such site.")
        if not wish.name:
            raise UnusableInput(f"The name {wish.written!r} has no word to compare.")
        if wish.procedure is not None and wish.procedure not in modalities:
            raise UnusableInput(f"There is no procedure {wish.procedure!r}.")
        if wish.procedure is not None and family(modalities[wish.procedure]) != family(wish.modality):
            raise UnusableInput(f"{wish.procedure} is no procedure of {wish.modality}, as {wish.written!r} is.")
        yield wish


def _put(wanted: Wanted) -> str:
    modality, _, name = wanted.subject.partition("/")
    held = ProcedureName.objects.select_for_update().filter(site_id=wanted.site, modality=modality, name=name)
    before = held.values_list("procedure_id", flat=True).first()
    if not wanted.after:
        held.delete()
    else:
        ProcedureName.objects.update_or_create(
            site_id=wanted.site, modality=modality, name=name, defaults={"procedure_id": wanted.after}
        )
    return before or ""


def _named(decision: Decision) -> "QuerySet[Exam]":
    """The exams of the site and modality of which any name, or that of an acquisition, is the decision's."""
    modality, _, name = decision.subject.partition("/")
    own = Exam.objects.filter(site=decision.site_id, parts__modality=modality)
    any_of = Q(events__protocol__in=_spellings(decision.site_id, name))
    for row in own.values_list(*_FIELDS).distinct():
        if name in {normalised(one) for one in row}:
            any_of |= Q(**dict(zip(_FIELDS, row, strict=True)))
    return own.filter(any_of).distinct()


def _spellings(site: int, name: str) -> list[str]:
    used = ScannerName.objects.filter(scanner__site=site, name=name, level=ScannerName.Level.ACQUISITION)
    return list(used.values_list("written", flat=True).distinct())


NAMES = Kind("name", "name mapped", _put, _named)
