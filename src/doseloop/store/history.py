"""The past of an exam, for rules that compare it: only what started before it and is complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from doseloop.access.scope import Scope
from doseloop.store.models import Part
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
    doses: dict[str, float]
    """Known values by quantity."""


MOST = 200
"""Parts that a rule compares with."""
_QUANTITIES = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy")
_OF_ONE = (*_QUANTITIES, "fluoro_time_s")
"""Those of the part that is judged; the past is compared by fewer."""
_PLAIN = (
    *("exam_id", "position", "site_id", "exam__scanner_id", "procedure_id", "procedure__name", "modality", "age_band"),
    *("started_at", "exam__settled", "exam__excluded_as", "weight_kg", "phantom_cm"),
)
"""In the order of the fields of `PartFacts`: rows of these alone cost a tenth of whole ones."""
_COLUMNS = (*_PLAIN, *_QUANTITIES)


def parts_of(scope: Scope, exam: int) -> list[PartFacts]:
    """The parts of an exam, empty where the scope does not see it."""
    return [found for row in _PARTS.all(exam=exam) if scope.sees((found := _facts(row, _OF_ONE)).site)]


_PARTS = Rows(lambda: Part.objects.filter(exam_id=Slot("exam")).order_by("position").values_list(*_PLAIN, *_OF_ONE))


def before(scope: Scope, part: PartFacts) -> list[PartFacts]:
    """Up to `MOST` eligible, complete parts of the same site, procedure and age band that started earlier, oldest first."""
    if not scope.sees(part.site) or not part.procedure:
        return []
    of_part = {"site": part.site, "procedure": part.procedure, "band": part.age_band}
    newest = _BEFORE.all(**of_part, started_at=part.started_at, exam=part.exam)
    return [_facts(row) for row in reversed(newest)]


def _before() -> QuerySet[Part, Any]:
    same = Part.objects.filter(
        site_id=Slot("site"),
        procedure_id=Slot("procedure"),
        age_band=Slot("band"),
        eligible=True,
        started_at__lt=Slot("started_at"),
        started_at__gt="",
        exam__settled=True,
    ).exclude(exam_id=Slot("exam"))
    return same.order_by("-started_at", "-exam_id").values_list(*_COLUMNS)[:MOST]


_BEFORE = Rows(_before)


def on_scanner(scope: Scope, part: PartFacts) -> list[PartFacts]:
    """Up to `MOST` eligible parts of the same scanner, procedure and age band that started before this one or with it, the latest
    first; provisional ones too."""
    if not scope.sees(part.site) or not part.procedure or not part.started_at:
        return []
    of_part = {"scanner": part.scanner, "procedure": part.procedure, "band": part.age_band}
    return [_facts(row) for row in _ON_SCANNER.all(**of_part, started_at=part.started_at, exam=part.exam)]


def _on_scanner() -> QuerySet[Part, Any]:
    same = Part.objects.filter(
        exam__scanner_id=Slot("scanner"),
        procedure_id=Slot("procedure"),
        age_band=Slot("band"),
        eligible=True,
        started_at__lte=Slot("started_at"),
        started_at__gt="",
    ).exclude(exam_id=Slot("exam"))
    return same.order_by("-started_at", "-exam_id").values_list(*_COLUMNS)[:MOST]


_ON_SCANNER = Rows(_on_scanner)


def doses(parts: Sequence[PartFacts], quantity: str) -> list[tuple[float, float | None, int | None]]:
    """Value, weight and phantom of the parts that have the quantity."""
    return [(p.doses[quantity], p.weight_kg, p.phantom_cm) for p in parts if quantity in p.doses]


def _facts(row: tuple[Any, ...], quantities: Sequence[str] = _QUANTITIES) -> PartFacts:
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
        doses={name: value for name, value in zip(quantities, values, strict=True) if value is not None},
    )
