"""The compliance report: the figures of a site over a window with all that they stand on, frozen, and their digests.

A report for signature uses only sets that are verified, or that the site confirmed; the others are named as left out.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import msgspec

from doseloop.access.scope import Scope
from doseloop.assess.level_settings import Settings
from doseloop.assess.level_words import per_said
from doseloop.facts.engine import Facts
from doseloop.facts.windows import Window
from doseloop.model.errors import DamagedReport
from doseloop.model.level_figure import LevelFigure
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.report.compliance import Compared, compliance, days_of, figures
from doseloop.store.level_confirmation import confirmations, is_confirmed, usable_when_signed
from doseloop.store.scanner_list import ScannerState, scanner_states
from doseloop.store.site_confirmation import Confirmation
from doseloop.store.site_list import display_units_of

STATES: Final = ("above", "within", "low", "too few", "no verdict")
_LAYOUT: Final = 1
_ANY_TIME: Final = timedelta(days=1)
"""Whether a scanner is silent is no matter of a report."""


@dataclass(frozen=True, slots=True)
class ReportedSet:
    """A set that the site compares with, as it was when the report was made."""

    id: str
    title: str
    country: str
    authority: str
    year: int
    status: str
    verification: str
    url: str
    seen_at: str
    left_out: bool
    """Neither verified nor confirmed, and the report is for signature."""
    confirmed_by: str | None
    confirmed_on: date | None
    grounds: str | None


@dataclass(frozen=True, slots=True)
class ReportedLevel:
    """What of a level its figures do not say."""

    id: str
    as_written: str
    """The procedure as the source calls it."""
    scope: str
    """`Per examination`, as the source says it."""
    phantom_cm: int | None
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportedScanner:
    """A scanner with any figure, and what its newest objects said of it."""

    id: int
    name: str
    modality: str
    manufacturer: str
    model: str
    station_name: str
    serial_number: str
    software_versions: str


@dataclass(frozen=True, slots=True)
class ComplianceReport:
    """Figures in the order of procedures, and within one of the chosen sets. Doses are in the quantities' own units."""

    site: int
    site_name: str
    first_day: date
    last_day: date
    """Of the window, included."""
    for_signature: bool
    settings: Settings
    units: Mapping[str, str]
    """Display unit by quantity, where the site has chosen one."""
    sets: tuple[ReportedSet, ...]
    levels: tuple[ReportedLevel, ...]
    scanners: tuple[ReportedScanner, ...]
    figures: tuple[LevelFigure, ...]
    data_state: int
    """Number of the last change of the record before it was made."""
    layout: int = _LAYOUT

    @property
    def counts(self) -> dict[str, int]:
        """How many comparisons stand how, every state with its number."""
        found = Counter(one.state for one in self.figures)
        return {state: found[state] for state in STATES}

    @property
    def window(self) -> Window:
        """The days that it looks at."""
        return Window(self.first_day, self.last_day + timedelta(days=1))

    @property
    def title(self) -> str:
        """What the report is called."""
        return f"Compliance with reference levels, {self.site_name}"

    def unit(self, quantity: str) -> str:
        """Label of the unit in which a quantity's values are shown."""
        chosen = self.units.get(quantity, "")
        known = QUANTITIES[quantity]
        return chosen if chosen in {one.label for one in known.units} else known.unit


def compliance_report(
    facts: Facts,
    scope: Scope,
    site: int,
    window: Window,
    settings: Settings,
    *,
    for_signature: bool,
) -> ComplianceReport:
    """The report from today's data. Errors: `NotVisible`."""
    found = compliance(facts, scope, site, window, settings)
    held, signed = confirmations(scope, site), {one.id for one in usable_when_signed(scope, site)}
    left_out = {one.id for one in found.sets if for_signature and one.id not in signed}
    sets = tuple(_set(one, held.get(one.id), left_out=one.id in left_out) for one in found.sets)
    compared = tuple(one for one in found.compared if one.source.id not in left_out)
    kept = replace(found, compared=compared)
    present = {key for one in compared for key in one.cells}
    first, last = days_of(window)
    return ComplianceReport(
        site=site, site_name=found.site_name, first_day=first, last_day=last, for_signature=for_signature,
        settings=settings, units=display_units_of(scope, site), sets=sets, levels=_levels(compared),
        scanners=_scanners(scope, site, present), figures=tuple(figures(kept)), data_state=found.change,
    )  # fmt: skip


def encoded(report: ComplianceReport) -> bytes:
    """The report as JSON: the same report gives the same bytes."""
    return msgspec.json.encode(report, order="sorted")


def decoded(content: bytes) -> ComplianceReport:
    """The report that was encoded. Errors: `DamagedReport` where it does not fit."""
    try:
        return msgspec.json.decode(content, type=ComplianceReport)
    except msgspec.DecodeError as error:
        raise DamagedReport(f"What is archived is no report ({type(error).__name__}).") from None


def figures_sha256(report: ComplianceReport) -> str:
    """Digest of what the report says: the same figures of the same window have the same, whenever they were made.

    It leaves out the data state, which moves with every object that comes in, what equipment said of itself, and display units.
    """
    said = replace(
        report, data_state=0, scanners=(), units={}, figures=tuple(replace(one, data_state=0) for one in report.figures)
    )
    return hashlib.sha256(encoded(said)).hexdigest()


def _set(one: LevelSet, held: Confirmation | None, *, left_out: bool) -> ReportedSet:
    confirmed = held if is_confirmed(one, held) else None
    return ReportedSet(
        id=one.id, title=one.title, country=one.country, authority=one.authority, year=one.year, status=one.status,
        verification=one.verification, url=one.url, seen_at=one.seen_at, left_out=left_out,
        confirmed_by=confirmed.by if confirmed else None, confirmed_on=confirmed.on if confirmed else None,
        grounds=confirmed.grounds if confirmed else None,
    )  # fmt: skip


def _levels(compared: Sequence[Compared]) -> tuple[ReportedLevel, ...]:
    return tuple(_level(one.level) for one in compared)


def _level(level: ReferenceLevel) -> ReportedLevel:
    return ReportedLevel(level.id, level.as_written, per_said(level), level.phantom_cm, level.views)


def _scanners(scope: Scope, site: int, present: set[int]) -> tuple[ReportedScanner, ...]:
    known = (one for one in scanner_states(scope, _ANY_TIME) if one.site == site and one.id in present)
    return tuple(_scanner(one) for one in sorted(known, key=lambda one: (one.name, one.id)))


def _scanner(one: ScannerState) -> ReportedScanner:
    return ReportedScanner(
        one.id, one.name, one.modality, one.manufacturer, one.model, one.station_name, one.serial_number,
        one.software_versions,
    )  # fmt: skip
