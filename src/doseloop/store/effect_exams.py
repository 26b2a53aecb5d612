"""The exams that an action should affect, before and since, on its scanner and on others: what `assess.effect` judges.

A value is that of a part (a procedure within an exam): the part's own, or the median of its main acquisitions where only those
have the quantity. Parts that are compared share the procedure (or the protocol, where one is named), the age band and the phantom.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Final

from django.db.models import F, Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.assess import effect
from doseloop.assess.effect import DatedDose
from doseloop.model.action import Action
from doseloop.reference.names import normalised
from doseloop.store import visible
from doseloop.store.effect_span import Span, changed_elsewhere, names_of, span_of
from doseloop.store.models import Event, Exam, Part, Scanner

MOST: Final = 1500
"""Parts before the action, the newest, and since, the oldest; of its scanner, and of the others together."""
_COLUMNS = (
    *("exam_id", "pk", "exam__scanner_id", "exam__started_at", "procedure_id", "age_band", "phantom_cm", "weight_kg"),
    "exam__protocol_name",
)


@dataclass(frozen=True, slots=True)
class EffectExams:
    """What is known of one scanner of an action. Scanners are named by their keys."""

    scanner: int
    action: effect.Action
    doses: tuple[DatedDose, ...]
    exams: tuple[int, ...]
    """Key of the exam of each dose."""


def effect_exams(scope: Scope, action: Action) -> tuple[EffectExams, ...]:
    """The exams for each scanner of an action that the scope sees; without exams that are provisional or set apart."""
    seen = visible.scanners(scope).filter(site=action.site)
    own = [key for key in action.scanners if seen.filter(pk=key).exists()]
    return tuple(_on(scope, action, key, seen) for key in own)


def _on(scope: Scope, action: Action, scanner: int, seen: "QuerySet[Scanner]") -> EffectExams:
    span = span_of(scope, action, scanner)
    modality = Scanner.objects.values_list("modality", flat=True).get(pk=scanner)
    alike = seen.filter(modality=modality, root=None).exclude(pk__in=action.scanners).values_list("pk", flat=True)
    others = set(alike) - changed_elsewhere(action, alike, span)
    rows = [row for keys in ({scanner}, others) if keys for row in _rows(action, keys, span)]
    values = _values(action.quantity, [row[1] for row in rows])
    dated = [(row[0], one) for row in rows if row[1] in values and (one := _dose(action, row, values[row[1]]))]
    return EffectExams(
        scanner=scanner,
        action=effect.Action(
            scanner=str(scanner), at=action.at, expected_change=action.expected_percent / 100,
            fault_from=span.fault_from, flagged_from=span.flagged_from, flagged_until=span.flagged_until,
        ),
        doses=tuple(one for _, one in dated),
        exams=tuple(exam for exam, _ in dated),
    )  # fmt: skip


def _rows(action: Action, scanners: Iterable[int], span: Span) -> Iterator[tuple[Any, ...]]:
    at = action.at.isoformat()
    found = Part.objects.filter(
        exam__scanner__in=scanners, eligible=True, exam__settled=True, exam__part_of=None, exam__excluded_as="",
        exam__started_at__gte=span.begin.isoformat(),
    )  # fmt: skip
    if action.procedure:
        found = found.filter(procedure=action.procedure)
    if action.protocol:
        found = found.filter(_with_protocol(action.protocol, scanners, span))
    if span.end is not None:
        found = found.filter(exam__started_at__lt=span.end.isoformat())
    ordered = found.order_by("exam__started_at", "pk").values_list(*_COLUMNS)
    yield from reversed(ordered.filter(exam__started_at__lt=at).reverse()[:MOST])
    yield from ordered.filter(exam__started_at__gte=at)[:MOST]


def _with_protocol(protocol: str, scanners: Iterable[int], span: Span) -> Q:
    """Exams with a protocol of that name, whatever its spelling: of the exam, of an acquisition, or of both."""
    wanted = normalised(protocol)
    exams = Exam.objects.filter(scanner__in=scanners, started_at__gte=span.begin.isoformat())
    both = Event.objects.filter(exam__in=exams).order_by().values_list("exam__protocol_name", "protocol").distinct()
    found = Q(pk__in=())
    for of_exam, of_event in both:
        if wanted in _names(of_exam, of_event):
            found |= Q(exam__in=exams.filter(protocol_name=of_exam, events__protocol=of_event).values("pk"))
    return found


def _names(of_exam: str, of_event: str) -> set[str]:
    return names_of(of_exam) | names_of(of_event) | names_of(f"{of_exam} / {of_event}")


def _values(quantity: str, parts: list[int]) -> dict[int, float]:
    """Known values by part."""
    if quantity in _fields(Part):
        rows = Part.objects.filter(pk__in=parts).annotate(value=F(quantity)).exclude(value=None)
        return dict(rows.values_list("pk", "value"))
    if quantity not in _fields(Event):
        return {}
    events = Event.objects.filter(part__in=parts, role="main").annotate(value=F(quantity)).exclude(value=None)
    found: dict[int, list[float]] = defaultdict(list)
    for part, value in events.values_list("part_id", "value"):
        found[part].append(value)
    return {part: median(values) for part, values in found.items()}


def _fields(model: type[Part] | type[Event]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


def _dose(action: Action, row: tuple[Any, ...], value: float) -> DatedDose | None:
    """None where no object tells when it began."""
    exam, _, scanner, started_at, procedure, band, phantom, weight_kg, protocol = row
    try:
        at = datetime.fromisoformat(started_at)
    except ValueError:
        return None
    compared = normalised(action.protocol) or procedure or normalised(protocol)
    return DatedDose(
        at=at, value=value, scanner=str(scanner), group=f"{compared}/{band}/{phantom or '-'}", weight_kg=weight_kg,
        raised_flag=exam in action.left_out,
    )  # fmt: skip
