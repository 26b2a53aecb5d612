"""What the record tells of an exam, as the form of the calculator takes it."""

from collections.abc import Iterable, Iterator, Mapping

from doseloop.access.scope import Scope
from doseloop.assess.rule_pack_values import DOMAINS
from doseloop.model.patient_group import ADULT_FROM_MONTHS
from doseloop.model.quantities import converted
from doseloop.model.rule_pack import RulePack
from doseloop.store.exam_detail import ExamDetail, PartDetail, exam_detail
from doseloop.web.notifiable_form import FIELDS, number_text

_MONTHS = 12


def exam_values(
    scope: Scope, exam: int, packs: Iterable[RulePack], units: Mapping[str, str]
) -> tuple[ExamDetail, dict[str, str]]:
    """The exam and the fields that it fills, numbers in these display units. Errors: `NotVisible`."""
    detail = exam_detail(scope, exam)
    part = next((one for one in detail.parts if one.modality in DOMAINS), None)
    found = {"on": detail.started_at[:10], "patient": _patient(detail.age_years)}
    if part is not None:
        found |= {"domain": DOMAINS[part.modality], **_of_procedure(part, tuple(packs)), **dict(_doses(part, units))}
    return detail, {name: text for name, text in found.items() if text}


def _patient(age_years: float | None) -> str:
    if age_years is None:
        return ""
    return "adult" if age_years * _MONTHS >= ADULT_FROM_MONTHS else "child"


def _of_procedure(part: PartDetail, packs: tuple[RulePack, ...]) -> dict[str, str]:
    """What the packs' own lists say of the procedure; nothing where it is not known or no pack has such a list."""
    if part.procedure_key is None:
        return {}
    brain = frozenset().union(*(one.brain for one in packs))
    interventions = frozenset().union(*(one.interventions for one in packs))
    found = {"region": "brain" if part.procedure_key in brain else "other"} if part.modality == "CT" and brain else {}
    if interventions:
        found["intervention"] = "yes" if part.procedure_key in interventions else "no"
    return found


def _doses(part: PartDetail, units: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for one in FIELDS:
        value = getattr(part, one.quantity, None) if one.quantity else None
        if value is not None:
            unit = units.get(one.quantity)
            yield one.name, number_text(converted(one.quantity, value, unit))
            yield from [(f"{one.name}_unit", unit)] if unit else []
