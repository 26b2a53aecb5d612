"""What the newest exams of a scanner say, for rules about the scanner: bounded, whatever the record holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from doseloop.access.scope import Scope
from doseloop.assess.powers_of_ten import TOTAL, Facts
from doseloop.dosimetry.reference_field import area_at_reference_point_cm2
from doseloop.model.dose_object import IMAGE_KINDS
from doseloop.model.projection import ProjectionEvent
from doseloop.model.value_repair import Source
from doseloop.store import visible
from doseloop.store.event_rows import event_of_row
from doseloop.store.models import Event, Exam

MOST_EXAMS = 400
"""The newest of a scanner: some months of it."""
MOST_EVENTS = 12
"""Of one exam, the first: an angiography has hundreds that tell the same of its unit."""
_OTHER_SCANNERS, _EXAMS_OF_OTHERS = 12, 60
_COLUMNS = (
    *("dlp_mgy_cm", "ctdi_vol_mgy", "scanning_length_mm", "dap_gy_cm2", "ka_r_mgy", "exposure_mas", "tube_current_ma"),
    "exposure_time_ms",
)
_FROM_OBJECT = ("exam_id", "position", "object__kind", "role", "kind", *_COLUMNS)
_WITH_LENGTH = ("dlp_mgy_cm", "ctdi_vol_mgy", "scanning_length_mm")
_LEFT_OUT = ("localiser", "bolus tracking")
"""CT roles of which CTDIvol and length are not of one spiral or axial run."""


@dataclass(frozen=True, slots=True)
class ScannerFacts:
    """The facts of a scanner's newest exams, by what they stand in."""

    by_source: Mapping[Source, tuple[Facts, ...]]


def scanner_facts(scope: Scope, scanner: int) -> ScannerFacts:
    """Facts of the newest exams of a scanner; none where the scope does not see it. Exams that are not settled, that a person
    set apart, or that are to be made anew are left out."""
    days = _newest(scope, scanner, MOST_EXAMS)
    rows = Event.objects.filter(exam__in=days, position__lt=MOST_EVENTS, kind__in=("ct", "projection"))
    found: dict[Source, list[Facts]] = defaultdict(list)
    for exam, position, kind, role, event_kind, *values, detail in rows.values_list(*_FROM_OBJECT, "detail"):
        known = {name: value for name, value in zip(_COLUMNS, values, strict=True) if value is not None}
        if event_kind == "ct":
            known = _of_ct(known, role)
        elif "dap_gy_cm2" in known and "ka_r_mgy" in known:
            known |= _area(bytes(detail))
        found[_source(kind)].append(Facts(exam, days[exam], position, known))
    found["report"] += _totals(days)
    return ScannerFacts({source: tuple(facts) for source, facts in found.items()})


def typical_elsewhere(scope: Scope, scanner: int, modality: str) -> dict[str, list[float]]:
    """The median of each quantity over the newest events of each other scanner of the modality."""
    others = visible.scanners(scope).filter(modality=modality).exclude(pk=scanner).order_by("-last_object_at")
    found: dict[str, list[float]] = defaultdict(list)
    for other in others.values_list("pk", flat=True)[:_OTHER_SCANNERS]:
        days = _newest(scope, other, _EXAMS_OF_OTHERS)
        rows = Event.objects.filter(exam__in=days, position__lt=MOST_EVENTS).exclude(role__in=_LEFT_OUT)
        columns = zip(*rows.values_list(*_COLUMNS), strict=True)
        for name, column in zip(_COLUMNS, columns, strict=False):
            values = [value for value in column if value]
            if values:
                found[name].append(median(values))
    return found


def _newest(scope: Scope, scanner: int, most: int) -> dict[int, str]:
    """Day of each of the newest exams, by key."""
    rows = visible.exams(scope).filter(scanner=scanner, settled=True, outdated=False, excluded_as="")
    return {pk: started[:10] for pk, started in rows.order_by("-pk").values_list("pk", "started_at")[:most]}


def _of_ct(known: dict[str, float], role: str) -> dict[str, float]:
    """Of a CT mA is a mean over what varies, and mAs is stated per rotation: they are not compared."""
    kept = ("dlp_mgy_cm",) if role in _LEFT_OUT else _WITH_LENGTH
    return {name: known[name] for name in kept if name in known}


def _area(detail: bytes) -> dict[str, float]:
    event = event_of_row("projection", detail)
    area = area_at_reference_point_cm2(event) if isinstance(event, ProjectionEvent) else None
    return {"reference_area_cm2": area} if area else {}


def _totals(days: Mapping[int, str]) -> Iterator[Facts]:
    """Stated totals beside sums. A study of several parts has several: the first of each quantity."""
    for exam, totals in Exam.objects.filter(pk__in=days).values_list("pk", "totals"):
        yield Facts(exam, days[exam], -1, dict(_stated_and_summed(totals)))


def _stated_and_summed(totals: Iterable[Any]) -> Iterator[tuple[str, float]]:
    for one in totals or ():
        if one["stated"] and one["summed"]:
            yield f"{one['quantity']}{TOTAL}", one["stated"]
            yield one["quantity"], one["summed"]


def _source(kind: str) -> Source:
    if kind == "dose screen":
        return "dose screen"
    return "image" if kind in IMAGE_KINDS else "report"
