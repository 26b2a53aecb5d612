"""The past of an exam, for rules that compare it: only what started before it and is complete."""

from collections.abc import Sequence
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.store.models import Part


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


_QUANTITIES = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy")


def parts_of(scope: Scope, exam: int) -> list[PartFacts]:
    """The parts of an exam, empty where the scope does not see it."""
    rows = Part.objects.filter(exam_id=exam).select_related("exam", "procedure").order_by("position")
    return [_facts(row) for row in rows if scope.sees(row.site_id)]


def before(scope: Scope, part: PartFacts, most: int) -> list[PartFacts]:
    """Up to `most` eligible, complete parts of the same site, procedure and age band that started earlier, oldest first."""
    if not scope.sees(part.site) or not part.procedure:
        return []
    same = Part.objects.filter(
        site_id=part.site,
        procedure_id=part.procedure,
        age_band=part.age_band,
        eligible=True,
        started_at__lt=part.started_at,
        started_at__gt="",
        exam__settled=True,
    ).exclude(exam_id=part.exam)
    newest = same.select_related("exam", "procedure").order_by("-started_at", "-exam_id")[:most]
    return [_facts(row) for row in reversed(newest)]


def doses(parts: Sequence[PartFacts], quantity: str) -> list[tuple[float, float | None, int | None]]:
    """Value, weight and phantom of the parts that have the quantity."""
    return [(p.doses[quantity], p.weight_kg, p.phantom_cm) for p in parts if quantity in p.doses]


def _facts(row: Part) -> PartFacts:
    values = {quantity: getattr(row, quantity) for quantity in _QUANTITIES}
    return PartFacts(
        exam=row.exam_id,
        part=row.position,
        site=row.site_id,
        scanner=row.exam.scanner_id,
        procedure=row.procedure_id,
        procedure_name=row.procedure.name if row.procedure else "",
        modality=row.modality,
        age_band=row.age_band,
        started_at=row.started_at,
        settled=row.exam.settled,
        excluded=bool(row.exam.excluded_as),
        weight_kg=row.weight_kg,
        phantom_cm=row.phantom_cm,
        doses={quantity: value for quantity, value in values.items() if value is not None},
    )
