"""Repairs of values in force, applied to a study's objects before they are united, so that totals, sums and limits follow.

The record of an object is never touched: what is repaired is the copy of which an exam is made. A stated total follows its
events only where its own relation says so, that is where it was the sum of the values as they were written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, log10
from typing import Any, Final

from doseloop.harmonise.headers import filled
from doseloop.harmonise.held import HeldObject, best_first
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject
from doseloop.model.exam import ExamEvent, ExamRecord
from doseloop.model.value_repair import RepairedValue, ValueRepair

REPAIRABLE: Final = (
    *("dap_gy_cm2", "ka_r_mgy", "dlp_mgy_cm", "ctdi_vol_mgy", "exposure_mas", "tube_current_ma"),
    *("agd_mgy", "entrance_exposure_mgy"),
)
"""Quantities of events that a rule may repair."""
TOTALS: Final[Mapping[str, tuple[str, ...]]] = {
    "dlp_mgy_cm": ("dlp_mgy_cm",),
    "dap_gy_cm2": ("dap_gy_cm2", "fluoro_dap_gy_cm2", "acquisition_dap_gy_cm2"),
    "ka_r_mgy": ("ka_r_mgy", "fluoro_ka_r_mgy", "acquisition_ka_r_mgy"),
    "agd_mgy": ("agd_left_mgy", "agd_right_mgy"),
}
"""Stated totals of each quantity."""
_WHOLE: Final = {"agd_mgy": ("agd_left_mgy", "agd_right_mgy")}
"""Totals that together are the sum of the events, where it is not the quantity's own."""

_Noted = dict[tuple[int, str, str], RepairedValue]


@dataclass(frozen=True, slots=True)
class Noted:
    """What was repaired, by object, field and place."""

    events: _Noted = field(default_factory=dict)
    totals: _Noted = field(default_factory=dict)


def repaired(objects: Iterable[HeldObject], rules: Sequence[ValueRepair]) -> tuple[list[HeldObject], Noted]:
    """The objects with repaired values, and what was repaired."""
    noted = Noted()
    held = list(objects)
    for rule in rules:
        held = [_object(one, rule, noted) if one.source == rule.source else one for one in held]
    return held, noted


def with_repairs(record: ExamRecord, noted: Noted) -> ExamRecord:
    """The exam that repaired objects make, with what was repaired of its events and totals."""
    if not noted.events and not noted.totals:
        return record
    parts = tuple(
        replace(part, events=tuple(replace(one, repairs=tuple(_of_event(one, noted.events))) for one in part.events))
        for part in record.parts
    )
    return replace(record, parts=parts, repairs=tuple(noted.totals.values()))


def day_of(objects: Sequence[HeldObject]) -> str:
    """The day of a study by which rules hold, ISO: its date as the exam has it, else that of its first event; empty where
    neither is known. At least one object."""
    doses = [held.dose for held in best_first(objects)]
    dated = filled(doses[0].study, [dose.study for dose in doses]).date
    if dated:
        return dated
    starts = [event.started_at for dose in doses for event in dose.ct_events]
    starts += [event.started_at for dose in doses for event in dose.projection_events]
    return min((start.value[:10] for start in starts if start), default="")


def _object(held: HeldObject, rule: ValueRepair, noted: Noted) -> HeldObject:
    dose = held.dose
    follows = rule.of_total or _totals_follow(dose, rule)
    if not rule.of_total:
        dose = replace(
            dose,
            ct_events=tuple(_ct(event, rule, held.key, noted.events) for event in dose.ct_events),
            projection_events=tuple(
                _fields(event, (rule.quantity,), rule, held.key, noted.events) for event in dose.projection_events
            ),
        )
    if follows:
        names = TOTALS.get(rule.quantity, ())
        totals = _fields(dose.ct_totals, names, rule, held.key, noted.totals) if dose.ct_totals else None
        planes = tuple(_fields(one, names, rule, held.key, noted.totals) for one in dose.plane_totals)
        dose = replace(dose, ct_totals=totals, plane_totals=planes)
    return replace(held, dose=dose)


def _ct(event: CtEvent, rule: ValueRepair, key: int, noted: _Noted) -> CtEvent:
    sources = tuple(_fields(source, (rule.quantity,), rule, key, noted) for source in event.sources)
    mended: CtEvent = _fields(event, (rule.quantity,), rule, key, noted)
    return replace(mended, sources=sources)


def _fields(record: Any, names: Iterable[str], rule: ValueRepair, key: int, noted: _Noted) -> Any:
    changed = {}
    for name in names:
        reading = getattr(record, name, None)
        if reading is not None:
            first = noted.get((key, name, reading.place))
            original = first.original if first else reading.value
            mended = rule.of(reading.value)
            noted[key, name, reading.place] = RepairedValue(key, name, reading.place, original, mended, rule.id)
            changed[name] = replace(reading, value=mended)
    return replace(record, **changed) if changed else record


def _totals_follow(dose: DoseObject, rule: ValueRepair) -> bool:
    """Whether the stated total is nearer to the sum of the events as written than to that of the repaired ones. False where
    there is nothing to compare."""
    totals = _known([dose.ct_totals, *dose.plane_totals], _WHOLE.get(rule.quantity, (rule.quantity,)))
    events = _known([*dose.ct_events, *dose.projection_events], (rule.quantity,))
    stated, summed = fsum(totals), fsum(events)
    if not stated > 0 or not summed > 0:
        return False
    decades = log10(stated) - log10(summed)
    return abs(decades) < abs(decades - rule.power)


def _known(records: Iterable[Any], names: Iterable[str]) -> list[float]:
    return [one.value for record in records for name in names if (one := getattr(record, name, None)) is not None]


def _of_event(event: ExamEvent, noted: _Noted) -> Iterator[RepairedValue]:
    sources = event.ct.sources if event.ct else ()
    for record in (event.detail, *sources):
        for name in REPAIRABLE:
            reading = getattr(record, name, None)
            found = noted.get((event.object, name, reading.place)) if reading is not None else None
            if found:
                yield found
