"""Names on scanners that a site maps to procedures: what is not mapped yet, and what a mapping would move.

A mapping is a decision (`store.decisions`): its subject is modality and name, and what holds is the key of a procedure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.reference.names import normalised
from doseloop.reference.procedures import family
from doseloop.store import decisions, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam, Part, Procedure, ProcedureName, Site

_WITHOUT_PROCEDURES = ("MR",)
"""Modalities without dose: their exams belong to no procedure."""
_FIELDS = ("description", "protocol_name", "requested_procedure")
"""Names of a study, the one that a person maps first."""


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
    being moved just now."""
    rows = Part.objects.filter(exam__in=visible.exams(scope), procedure=None, started_at__gte=since)
    rows = rows.exclude(modality__in=_WITHOUT_PROCEDURES).exclude(exam__outdated=True)
    moving = set(decisions.pending(scope, NAMES).exclude(after="").values_list("site_id", "subject"))
    named = rows.values_list("site_id", "site__name", "modality", *(f"exam__{field}" for field in _FIELDS))
    counted = named.annotate(
        exams=Count("exam", distinct=True), scanners=Count("exam__scanner", distinct=True), newest=Max("started_at")
    )
    found: dict[tuple[int, str, str], UnmappedName] = {}
    for site, site_name, modality, *names, exams, scanners, newest in counted.order_by(
        "newest", *(f"exam__{field}" for field in _FIELDS)
    ):
        written = next((name for name in names if normalised(name)), "")
        key = (site, modality, normalised(written))
        if not written or (site, f"{modality}/{normalised(written)}") in moving:
            continue
        known = found.get(key)
        found[key] = UnmappedName(
            site, site_name, modality, written, exams + (known.exams if known else 0),
            max(scanners, known.scanners if known else 0), max(newest or "", known.newest if known else ""),
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (-one.exams, one.written)))


def preview(scope: Scope, wishes: Iterable[Wish]) -> tuple[Move, ...]:
    """What each wish would move. Errors: `NotVisible`, `UnusableInput`."""
    checked = tuple(_checked(scope, wishes))
    sites = dict(Site.objects.values_list("pk", "name"))
    procedures = procedure_names()
    counted: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for site, modality, *names, procedure, exams in _named_parts(checked).annotate(Count("exam", distinct=True)):
        for name in {normalised(one) for one in names}:
            counted[site, modality, name][procedure or ""] += exams
    found = ((wish, counted[wish.site, wish.modality, wish.name]) for wish in checked)
    return tuple(
        Move(wish, sites[wish.site], procedures.get(wish.procedure or "", ""), exams.total(), dict(exams))
        for wish, exams in found
    )


def _named_parts(wishes: Sequence[Wish]) -> "QuerySet[Part, Any]":
    """Site, modality, the study's names and procedure of the parts at the wishes' sites and in their modalities."""
    rows = Part.objects.filter(site__in={one.site for one in wishes}, modality__in={one.modality for one in wishes})
    return rows.values_list("site_id", "modality", *(f"exam__{field}" for field in _FIELDS), "procedure__name")


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
    """The exams of the site and modality of which any name is the decision's."""
    modality, _, name = decision.subject.partition("/")
    own = Exam.objects.filter(site=decision.site_id, parts__modality=modality)
    any_of = Q(pk__in=[])
    for row in own.values_list(*_FIELDS).distinct():
        if name in {normalised(one) for one in row}:
            any_of |= Q(**dict(zip(_FIELDS, row, strict=True)))
    return own.filter(any_of).distinct()


NAMES = Kind("name", "name mapped", _put, _named)
