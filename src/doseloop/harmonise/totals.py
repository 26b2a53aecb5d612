"""The totals of an exam's part: stated by a report that holds every event, else the sum of the events.

A sum counts only where each event that belongs in it has a value. A total that is not known stays None, with an issue
that says the known part: a sum of what happens to be recorded would pass for the whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum, inf
from typing import Final

from doseloop.harmonise.acquisitions import role
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import DoseObject
from doseloop.model.exam import Total
from doseloop.model.precedence import chosen
from doseloop.model.projection import ProjectionEvent
from doseloop.model.quantities import quantity, shown
from doseloop.model.reading import Reading
from doseloop.model.tracer import Administration

AGREES_WITHIN: Final = 0.02
"""A stated total and the sum of its events may differ by rounding: one part in fifty is past that."""

Judged = tuple[Total, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Added:
    """What values add up to, and how many of those that belong in the sum are known."""

    known: float | None
    count: int
    of: int

    @property
    def whole(self) -> float | None:
        """The sum where every value is known, None otherwise."""
        return self.known if self.count == self.of else None


def ct_totals(wholes: Sequence[DoseObject], events: Sequence[CtEvent]) -> list[Judged]:
    """Total DLP, mGy·cm. `wholes` are the reports that hold every event, the best first."""
    stated = [_added([one.ct_totals.dlp_mgy_cm]) for one in wholes if one.ct_totals]
    counted = [event.dlp_mgy_cm for event in events if not _may_lack_dose(event)]
    return [_judged("dlp_mgy_cm", "acquisitions", stated, _added(counted))]


def projection_totals(wholes: Sequence[DoseObject], events: Sequence[ProjectionEvent]) -> list[Judged]:
    """Totals of KAP (Gy·cm²), air kerma at the reference point (mGy) and fluoroscopy time (s) over all planes."""
    may_be_fluoroscopy = [event for event in events if event.irradiation_type is None or is_fluoroscopy(event)]
    sums = (
        ("dap_gy_cm2", "events", _added(event.dap_gy_cm2 for event in events)),
        ("ka_r_mgy", "events", _added(event.ka_r_mgy for event in events)),
        ("fluoro_time_s", "fluoroscopy runs", _added(_fluoro_time(event) for event in may_be_fluoroscopy)),
    )
    return [
        _judged(key, noun, [_added(getattr(plane, key) for plane in one.plane_totals) for one in wholes], summed)
        for key, noun, summed in sums
    ]


def breast_totals(wholes: Sequence[DoseObject], events: Sequence[ProjectionEvent]) -> list[Judged]:
    """Average glandular dose (mGy) of each breast, added up over its exposures (111637)."""
    judged = []
    for key, side in (("agd_left_mgy", "L"), ("agd_right_mgy", "R")):
        # What names no side may belong to this breast, and leaves its sum unknown.
        own = [event.agd_mgy if event.laterality == side else None for event in events if _may_be(event, side)]
        planes = [[getattr(plane, key) for plane in one.plane_totals] for one in wholes]
        stated = [_added(readings) for readings in planes if any(readings)]
        if own or stated:
            judged.append(_judged(key, "exposures", stated, _added(own)))
    return judged


def tracer_totals(administrations: Sequence[Administration]) -> list[Judged]:
    """Activity (MBq) and effective dose (mSv, where objects state one) over the administrations of a study."""
    activity = _judged("activity_mbq", "administrations", [], _added(one.activity_mbq for one in administrations))
    doses = [one.effective_dose_msv for one in administrations]
    if not any(doses):
        return [activity]
    return [activity, _judged("effective_dose_msv", "administrations", [], _added(doses))]


def contradictions(dose: DoseObject) -> tuple[str, ...]:
    """The totals that one object states and that its own events do not add up to, one sentence each with both values."""
    judged = [*ct_totals([dose], dose.ct_events)] if dose.ct_events else []
    if dose.projection_events:
        judged += projection_totals([dose], dose.projection_events)
        judged += breast_totals([dose], dose.projection_events)
    return tuple(issue for total, issues in judged if total.stated is not None for issue in issues)


def _may_be(event: ProjectionEvent, side: str) -> bool:
    return event.laterality in (side, "B", None)


def is_fluoroscopy(event: ProjectionEvent) -> bool:
    """Whether the Irradiation Event Type (113721, CID 10002) says so."""
    return event.irradiation_type is not None and "fluoroscopy" in event.irradiation_type.value.meaning.casefold()


def _fluoro_time(event: ProjectionEvent) -> Reading[float] | None:
    """Duration of a run; a run of unknown type may be none, and leaves the total unknown."""
    return event.irradiation_duration_s if event.irradiation_type else None


def _may_lack_dose(event: CtEvent) -> bool:
    """Whether an event without CT Dose (TID 10013) may be left out of a sum: scanners omit it on localisers.

    A run that counts as bolus tracking only because no large dose is recorded may be an examination.
    """
    if event.dlp_mgy_cm or event.ctdi_vol_mgy:
        return False
    return role(replace(event, dlp_mgy_cm=Reading(inf, "", ""))) != "main"


def _added(readings: Iterable[Reading[float] | None]) -> Added:
    values = list(readings)
    known = [reading.value for reading in values if reading]
    return Added(fsum(known) if known else None, len(known), len(values))


def _judged(key: str, noun: str, reports: Sequence[Added], events: Added) -> Judged:
    """The total, and what does not fit. `reports` are the planes of each whole report, added up."""
    totals = [one.whole for one in reports if one.whole is not None]
    issues = [_several(key, totals)] if totals and _differ(min(totals), max(totals)) else []
    if not totals:
        return _summed(key, noun, reports, events)
    if totals[0] == 0 and events.known:
        total, issue = _against_zero(key, noun, events)
        return total, (*issues, issue)
    held = chosen("total", {"stated": totals[0], "summed": events.whole})
    total = Total(key, totals[0], events.whole, held[0] if held else "")
    if key != "fluoro_time_s" and _contradicts(totals[0], events):
        issues.append(_disagreement(key, noun, totals[0], events))
    return total, tuple(issues)


def _summed(key: str, noun: str, reports: Sequence[Added], events: Added) -> Judged:
    if events.whole is not None:
        return Total(key, None, events.whole, "summed"), ()
    parts = [(noun, events), *(("planes", one) for one in reports)]
    known = next((_known_part(key, of_what, part) for of_what, part in parts if part.known is not None), None)
    return Total(key, None, None, ""), (f"{known}. The total is not known.",) if known else ()


def _against_zero(key: str, noun: str, events: Added) -> tuple[Total, str]:
    """A report that states 0 where its events have dose: a field that was never filled in."""
    if events.whole is None:
        issue = f"The report states a total of 0, but {_known_part(key, noun, events)}. The total is not known."
        return Total(key, 0.0, None, ""), issue
    added_up = shown(key, events.whole)
    issue = f"The report states {quantity(key).symbol} 0, its events add up to {added_up}; the sum is used."
    return Total(key, 0.0, events.whole, "summed"), issue


def _contradicts(stated: float, events: Added) -> bool:
    """Whether the sum differs from the stated total, or the known part of it is already more."""
    if events.known is None:
        return False
    return _differ(stated, events.known) if events.whole is not None else _differ(stated, max(stated, events.known))


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > AGREES_WITHIN * max(abs(one), abs(other))


def _disagreement(key: str, noun: str, stated: float, events: Added) -> str:
    partly = f"but {_known_part(key, noun, events)}"
    said = partly if events.whole is None else f"its events add up to {shown(key, events.whole)}"
    return f"The report states {quantity(key).symbol} {shown(key, stated)}, {said}; the stated total is used."


def _several(key: str, totals: Sequence[float]) -> str:
    listed = " and ".join(shown(key, total) for total in sorted(set(totals)))
    return f"Reports of the same events state different totals of {quantity(key).symbol}: {listed}."


def _known_part(key: str, noun: str, part: Added) -> str:
    has, gives = ("has", "it gives") if part.count == 1 else ("have", "they add up to")
    what = "duration" if key == "fluoro_time_s" else quantity(key).symbol
    return f"{part.count} of {part.of} {noun} {has} a {what}; {gives} {shown(key, part.known)}"
