"""The past of an exam, for rules that compare it: only what started before it and is complete."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Exists, ExpressionWrapper, IntegerField, OuterRef, QuerySet

from doseloop.access.scope import Scope
from doseloop.store.models import Flag, Part
from doseloop.store.prepared import Rows, Slot


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part as a rule sees it."""

    exam: int
    part: int
    """Position within the exam."""
    site: int
    scanner: int
    procedure: str | None
    procedure_name: str
    modality: str
    age_band: str
    started_at: str
    settled: bool
    excluded: bool
    weight_kg: float | None
    phantom_cm: int | None
    events: int
    """Of the exam."""
    doses: dict[str, float]
    """Known values by quantity."""


class PastPart(NamedTuple):
    """A part of the past as rules about a single exam see it: a tuple, since hundreds are read for each object."""

    exam: int
    part: int
    """Position within the exam."""
    scanner: int
    started_at: str
    weight_kg: float | None
    phantom_cm: int | None
    events: int
    """Of the exam."""
    is_flagged: int
    """1 where a flag of the exam's dose stands that nobody has set aside, else 0."""
    dlp_mgy_cm: float | None
    ctdi_vol_mgy: float | None
    dap_gy_cm2: float | None
    ka_r_mgy: float | None


MOST = 200
"""Parts that a rule compares with."""
ENOUGH_ON_SCANNER = 60
"""So many like the part on its own scanner, and others of the site are not looked up: rules compare with those alone."""
_QUANTITIES = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy")
_OF_ONE = (*_QUANTITIES, "fluoro_time_s")
"""Those of the part that is judged; the past is compared by fewer."""
_PLAIN = (
    *("exam_id", "position", "site_id", "exam__scanner_id", "procedure_id", "procedure__name", "modality", "age_band"),
    *("started_at", "exam__settled", "exam__excluded_as", "weight_kg", "phantom_cm", "exam__event_count"),
)
"""In the order of the fields of `PartFacts`: rows of these alone cost a tenth of whole ones."""
_ABOUT_DOSE = ("high-dose", "low-dose")
"""Rules whose flags say that an exam is unlike others."""


def parts_of(scope: Scope, exam: int) -> list[PartFacts]:
    """The parts of an exam, empty where the scope does not see it."""
    return [found for row in _PARTS.all(exam=exam) if scope.sees((found := _facts(row, _OF_ONE)).site)]


_PARTS = Rows(lambda: Part.objects.filter(exam_id=Slot("exam")).order_by("position").values_list(*_PLAIN, *_OF_ONE))


def before(scope: Scope, part: PartFacts) -> list[PastPart]:
    """Eligible, complete parts of the same procedure and age band that started earlier, oldest first: up to `MOST` of the scanner,
    and where few of these are like the part up to `MOST` of the site too."""
    if not scope.sees(part.site) or not part.procedure:
        return []
    kind = {"procedure": part.procedure, "band": part.age_band, "started_at": part.started_at, "exam": part.exam}
    own = list(map(PastPart._make, _BEFORE_ON_SCANNER.all(scanner=part.scanner, **kind)))
    quantities = [one for one in part.doses if one in _QUANTITIES]
    if sum(_is_like(one, part, quantities) for one in own) >= ENOUGH_ON_SCANNER:
        return own[::-1]
    at_site = map(PastPart._make, _BEFORE_AT_SITE.all(site=part.site, **kind))
    found = {(one.exam, one.part): one for one in (*own, *at_site)}
    return sorted(found.values(), key=lambda one: (one.started_at, one.exam, one.part))


def _is_like(other: PastPart, part: PartFacts, quantities: Iterable[str]) -> bool:
    """Whether they can be compared by each of the quantities."""
    return other.phantom_cm == part.phantom_cm and all(getattr(other, one) is not None for one in quantities)


def _before(**where: Slot) -> "QuerySet[Part, Any]":
    told = Flag.objects.filter(
        exam=OuterRef("exam_id"), rule__in=_ABOUT_DOSE, state__in=(Flag.State.OPEN, Flag.State.CASE)
    )
    same = Part.objects.filter(
        **where,
        procedure_id=Slot("procedure"),
        age_band=Slot("band"),
        eligible=True,
        started_at__lt=Slot("started_at"),
        started_at__gt="",
        exam__settled=True,
    ).exclude(exam_id=Slot("exam"))
    newest = same.order_by("-started_at", "-exam_id")
    flagged = ExpressionWrapper(Exists(told), output_field=IntegerField())
    plain = ("exam_id", "position", "scanner_id", "started_at", "weight_kg", "phantom_cm", "exam__event_count")
    return newest.annotate(flagged=flagged).values_list(*plain, "flagged", *_QUANTITIES)[:MOST]


_BEFORE_ON_SCANNER = Rows(lambda: _before(scanner_id=Slot("scanner")))
_BEFORE_AT_SITE = Rows(lambda: _before(site_id=Slot("site")))


def on_scanner(scope: Scope, part: PartFacts) -> list[PartFacts]:
    """Up to `MOST` eligible parts of the same scanner, procedure and age band that started before this one or with it, the latest
    first; provisional ones too."""
    if not scope.sees(part.site) or not part.procedure or not part.started_at:
        return []
    of_part = {"scanner": part.scanner, "procedure": part.procedure, "band": part.age_band}
    return [_facts(row, _QUANTITIES) for row in _ON_SCANNER.all(**of_part, started_at=part.started_at, exam=part.exam)]


def _on_scanner() -> QuerySet[Part, Any]:
    same = Part.objects.filter(
        scanner_id=Slot("scanner"),
        procedure_id=Slot("procedure"),
        age_band=Slot("band"),
        eligible=True,
        started_at__lte=Slot("started_at"),
        started_at__gt="",
    ).exclude(exam_id=Slot("exam"))
    return same.order_by("-started_at", "-exam_id").values_list(*_PLAIN, *_QUANTITIES)[:MOST]


_ON_SCANNER = Rows(_on_scanner)


def _facts(row: Sequence[Any], quantities: Sequence[str]) -> PartFacts:
    (
        exam,
        part,
        site,
        scanner,
        procedure,
        name,
        modality,
        band,
        started_at,
        settled,
        excluded_as,
        weight,
        phantom,
        events,
        *values,
    ) = row
    return PartFacts(
        exam=exam,
        part=part,
        site=site,
        scanner=scanner,
        procedure=procedure,
        procedure_name=name or "",
        modality=modality,
        age_band=band,
        started_at=started_at,
        settled=settled,
        excluded=bool(excluded_as),
        weight_kg=weight,
        phantom_cm=phantom,
        events=events,
        doses={name: value for name, value in zip(quantities, values, strict=True) if value is not None},
    )
