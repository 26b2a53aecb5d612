"""The report of a conceptus dose: exposures of one exam, what a physicist entered, and the interval that comes of both.

It never holds who the patient is; pages and files add that where it may be seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from doseloop.access.scope import Scope
from doseloop.dosimetry import conceptus_dose, conceptus_typical_range
from doseloop.dosimetry.method import Method
from doseloop.dosimetry.methods import METHODS, edition
from doseloop.model.conceptus import VIEWS, UterusInEvent, View
from doseloop.model.diameter import Diameter
from doseloop.model.errors import DamagedReport
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated
from doseloop.model.quantities import QUANTITIES, number_shown, shown
from doseloop.reference.conceptus_marks import conceptus_marks
from doseloop.report.conceptus_entries import Entries, EventEntry, check
from doseloop.store.exam_detail import ExamDetail, exam_detail
from doseloop.store.exam_events import EventDetail, exam_events

QUANTITY: Final = conceptus_dose.QUANTITY
OWN: Final = "own"
"""In place of a method's id: the physicist's own interval."""
_SHOWN_DOSES: Final = ("ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy", "entrance_exposure_mgy", "activity_mbq")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An interval with what leads back to it, or why there is none."""

    low_mgy: float | None
    high_mgy: float | None
    reason: str
    method: str
    version: int
    is_verified: bool
    inputs: tuple[Input, ...] = ()
    coefficients: str = ""
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """One exposure of the exam and what it gave."""

    position: int
    kind: str
    name: str
    doses: tuple[str, ...]
    """What its object states, as people read it."""
    diameter_mm: float | None
    """Of the object, where it states one."""
    entry: EventEntry
    outcome: Outcome | None
    """None where it is left out."""


@dataclass(frozen=True, slots=True)
class MarkPassed:
    """One mark, and where the interval stands to it."""

    dose_mgy: float
    says: str
    who: str
    verification: str
    """How it was seen (`reference.conceptus_marks`)."""
    side: str
    """`below`, `across` or `above`; empty without an interval."""


@dataclass(frozen=True, slots=True)
class ConceptusReport:
    """All that a version holds."""

    exam: int
    patient_key: int
    site_name: str
    scanner: str
    started_at: str
    procedures: tuple[str, ...]
    entries: Entries
    exposures: tuple[Exposure, ...]
    result: Outcome
    typical: Outcome | None
    """The typical range of the exam's procedure, to compare with; None where it has none."""
    marks: tuple[MarkPassed, ...]
    methods: tuple[Method, ...]
    """Those that were used, as they were then."""
    edition: str
    """Of methods and coefficients (`dosimetry.methods.edition`)."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The result, and the intervals that it was made from."""
        return _outcomes(self.result, self.exposures, self.entries)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Each assumption of them once."""
        return tuple(dict.fromkeys(said for one in self.outcomes for said in one.assumptions))


def conceptus_report(scope: Scope, exam: int, entries: Entries) -> ConceptusReport:
    """The report from the exam as it is today. Errors: `NotVisible`; `UnusableInput` where an entry cannot be used."""
    check(entries)
    detail = exam_detail(scope, exam)
    exposures = tuple(_exposure(one, entries) for one in exam_events(scope, exam) if one.kind != "mr")
    result = _result(exposures, entries)
    typical = conceptus_typical_range.estimate(_procedure(detail))
    return ConceptusReport(
        exam=exam,
        patient_key=detail.patient_key,
        site_name=detail.site.name,
        scanner=detail.scanner.name,
        started_at=detail.started_at,
        procedures=tuple(part.procedure_name or "procedure not recognised" for part in detail.parts),
        entries=entries,
        exposures=exposures,
        result=result,
        typical=_outcome(typical) if isinstance(typical, Estimate) else None,
        marks=tuple(_marks(result)),
        methods=_methods(_outcomes(result, exposures, entries)),
        edition=edition(),
    )


def prefilled(scope: Scope, exam: int) -> Entries:
    """What the exam tells by itself: views of radiographs, and nothing of the uterus. Errors: `NotVisible`."""
    views: dict[str, View] = {name: name for name in VIEWS}
    found = ((one.position, views.get(one.view.upper())) for one in exam_events(scope, exam))
    return Entries(events=tuple(EventEntry(position, view=view) for position, view in found if view))


def encoded(report: ConceptusReport) -> bytes:
    """The report as JSON: the same report gives the same bytes."""
    return msgspec.json.encode(report, order="sorted")


def decoded(content: bytes) -> ConceptusReport:
    """The report that was encoded. Errors: `DamagedReport` where it does not fit."""
    try:
        return msgspec.json.decode(content, type=ConceptusReport)
    except msgspec.DecodeError as error:
        raise DamagedReport(f"What is archived is no report ({type(error).__name__}).") from None


def interval_said(outcome: Outcome) -> str:
    """`5.6 to 12.3 mGy`; an en dash without an interval."""
    if outcome.low_mgy is None or outcome.high_mgy is None:
        return shown(QUANTITY, None)
    low, high = number_shown(QUANTITY, outcome.low_mgy), number_shown(QUANTITY, outcome.high_mgy)
    return f"{high} mGy" if low == high else f"{low} to {high} mGy"


def _exposure(event: EventDetail, entries: Entries) -> Exposure:
    known = _known_diameter(event)
    entry = entries.of(event.position)
    stated_doses = (name for name in _SHOWN_DOSES if name in event.readings)
    doses = [f"{QUANTITIES[name].symbol} {shown(name, event.readings[name].value)}" for name in stated_doses]
    doses += [f"{event.phantom_cm} cm phantom"] if event.phantom_cm else []
    return Exposure(
        position=event.position,
        kind=event.kind,
        name=event.protocol or event.type or event.role,
        doses=tuple(doses),
        diameter_mm=known.value_mm if known else None,
        entry=entry,
        outcome=_of_exposure(event, entry, _diameter(entry, known, entries)),
    )


def _of_exposure(event: EventDetail, entry: EventEntry, diameter: Diameter | None) -> Outcome | None:
    if entry.counts == "left out":
        return None
    if entry.counts == "own":
        return _own(entry.own_low_mgy, entry.own_high_mgy)
    uterus = UterusInEvent(entry.placement, entry.view, diameter, entry.entrance_kerma_mgy)
    return _outcome(conceptus_dose.estimate(event.detail, uterus))


def _known_diameter(event: EventDetail) -> Diameter | None:
    """Measured in the images of the exposure, else as its object states it."""
    if event.measured_diameter_mm is not None:
        return Diameter(event.measured_diameter_mm, "water-equivalent", "images")
    stated = event.readings.get("water_equivalent_diameter_mm")
    return Diameter(stated.value, "water-equivalent", "object") if stated else None


def _diameter(entry: EventEntry, known: Diameter | None, entries: Entries) -> Diameter | None:
    """The one entered for the exposure, else the one entered for all, else that of its images or its object."""
    if entry.diameter_mm is not None:
        return Diameter(entry.diameter_mm, "effective", "site", "entered for this exposure")
    if entries.diameter_mm is not None:
        return Diameter(entries.diameter_mm, "effective", "site", "entered for all exposures")
    return known


def _result(exposures: Iterable[Exposure], entries: Entries) -> Outcome:
    match entries.basis:
        case "own":
            return _own(entries.own_low_mgy, entries.own_high_mgy)
        case "procedure":
            return _outcome(conceptus_typical_range.estimate(entries.procedure))
        case "events":
            return _outcome(conceptus_dose.total(_estimated(one.outcome) for one in exposures if one.outcome))


def _outcomes(result: Outcome, exposures: Iterable[Exposure], entries: Entries) -> tuple[Outcome, ...]:
    if entries.basis != "events":
        return (result,)
    return (result, *(one.outcome for one in exposures if one.outcome and not one.outcome.reason))


def _methods(outcomes: Iterable[Outcome]) -> tuple[Method, ...]:
    used = {one.method for one in outcomes}
    return tuple(one for one in METHODS if one.id in used)


def _estimated(one: Outcome) -> Estimated:
    if one.low_mgy is None or one.high_mgy is None:
        return NotEstimated(QUANTITY, one.method, one.reason)
    return Estimate(QUANTITY, one.high_mgy, one.method, one.version, one.is_verified, one.low_mgy, one.high_mgy)


def _own(low: float | None, high: float | None) -> Outcome:
    return Outcome(low, high, "", OWN, 1, is_verified=False, assumptions=("The interval is the physicist’s own.",))


def _outcome(found: Estimated) -> Outcome:
    if isinstance(found, NotEstimated):
        return Outcome(None, None, found.reason, found.method, 0, is_verified=False)
    return Outcome(
        found.low, found.high, "", found.method, found.version, found.verified, found.inputs, found.coefficients,
        found.assumptions,
    )  # fmt: skip


def _marks(result: Outcome) -> Iterable[MarkPassed]:
    low, high = result.low_mgy, result.high_mgy
    for one in conceptus_marks():
        side = conceptus_dose.side_of(low, high, one.dose_mgy) if low is not None and high is not None else ""
        yield MarkPassed(one.dose_mgy, one.says, one.who, one.verification, side)


def _procedure(detail: ExamDetail) -> str | None:
    """The procedure of the exam where it has one alone."""
    keys = {part.procedure_key for part in detail.parts}
    return keys.pop() if len(keys) == 1 else None
