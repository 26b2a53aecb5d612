"""Compliance reports for tests: frozen ones written by hand, and data from which real ones are made."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from doseloop.assess.level_settings import DEFAULT_SETTINGS
from doseloop.model.archived_report import ReportHead, Signature
from doseloop.model.level_figure import LevelFigure
from doseloop.report.compliance_report import ComplianceReport, ReportedLevel, ReportedScanner, ReportedSet
from doseloop.store.models import Scanner
from tests.facts.made import add_part, make_exam, make_procedure

FIRST, LAST = date(2025, 3, 1), date(2025, 3, 31)
HEAD = ReportHead(12, datetime(2025, 4, 3, 8, 15, tzinfo=UTC), "m.keane", "0.1.0")
SIGNED = replace(
    HEAD,
    signature=Signature("Dr Maeve Keane", "Medical physics expert", "m.keane", datetime(2025, 4, 4, 9, tzinfo=UTC)),
)


def figure(**given: Any) -> LevelFigure:
    """CT chest of adults on CT 1, above the United Kingdom's level."""
    values: dict[str, Any] = {
        "site": "North", "scanner": 1, "scanner_name": "CT 1", "modality": "CT", "procedure": "ct-chest",
        "procedure_name": "CT chest", "group": "adults", "indication": None, "quantity": "dlp_mgy_cm",
        "per": "examination", "level_id": "uk-1", "set_id": "uk", "set_title": "UK levels", "country": "GB",
        "authority": "UKHSA", "year": 2024, "status": "current", "verification": "primary", "usable_when_signed": True,
        "kind": "DRL", "level": 290.0, "state": "above", "close": False, "median": 401.26, "interval_low": 388.4,
        "interval_high": 420.9, "p25": 371.0, "p75": 455.5, "n": 34, "n_patients": 33, "least": 20, "enough_on": None,
        "sizes": "standard size", "sizes_said": "34 weighed", "n_provisional": 0, "n_outside_age": 0,
        "n_outside_size": 5, "n_other_phantom": 0, "n_unknown_phantom": 1,
        "sentences": ("The median is above the level.",), "said": None, "said_by": None, "first_day": FIRST,
        "last_day": LAST, "data_state": 77,
    }  # fmt: skip
    return LevelFigure(**{**values, **given})


def report(*figures: LevelFigure, **given: Any) -> ComplianceReport:
    """A report with these figures and what belongs to them."""
    sets = {one.set_id: _set(one) for one in figures}
    levels = {one.level_id: ReportedLevel(one.level_id, "Chest", "Per examination", 32, ()) for one in figures}
    scanners = {
        one.scanner: ReportedScanner(
            one.scanner, one.scanner_name, "CT", "SIEMENS", "SOMATOM Force", f"ST{one.scanner}", "75231", "VB20A"
        )
        for one in figures
    }
    values: dict[str, Any] = {
        "site": 1, "site_name": "North", "first_day": FIRST, "last_day": LAST, "for_signature": True,
        "settings": DEFAULT_SETTINGS, "units": {}, "sets": tuple(sets.values()), "levels": tuple(levels.values()),
        "scanners": tuple(scanners.values()), "figures": figures, "data_state": 77,
    }  # fmt: skip
    return ComplianceReport(**{**values, **given})


def some() -> ComplianceReport:
    """Every state once, two scanners, two sets, something that was said."""
    return report(
        figure(said="Trauma list; protocol under review.", said_by="m.keane"),
        figure(scanner=2, scanner_name="CT 2", state="within", median=250.0, interval_low=241.0, interval_high=296.0, close=True),
        figure(level_id="de-1", set_id="de", set_title="German levels", country="DE", authority="BfS", year=2022,
               level=350.0, verification="secondary"),
        figure(procedure="ct-head", procedure_name="CT head", quantity="ctdi_vol_mgy", level_id="uk-2", level=60.0,
               state="low", kind="p25", median=48.123, interval_low=46.0, interval_high=49.9),
        figure(procedure="ct-head", procedure_name="CT head", quantity="ctdi_vol_mgy", level_id="uk-3", level=47.0,
               state="too few", median=51.0, interval_low=None, interval_high=None, p25=None, p75=None, n=4, n_patients=4),
        figure(procedure="ct-kub", procedure_name="CT kidneys", level_id="uk-4", state="no verdict", median=None,
               interval_low=None, interval_high=None, p25=None, p75=None, n=0, n_patients=0, n_unknown_phantom=44),
    )  # fmt: skip


def _set(one: LevelFigure) -> ReportedSet:
    return ReportedSet(
        one.set_id, one.set_title, one.country, one.authority, one.year, one.status, one.verification,
        f"https://{one.set_id}.example/levels", "Table 2", False, None, None, None,
    )  # fmt: skip


def chests(scanner: Scanner, n: int, dlp_mgy_cm: float = 400.0, day: str = "2025-03-10") -> None:
    """Chests of adults, each a little other than the one before."""
    for number in range(n):
        exam = make_exam(scanner, f"{day}T09:30:00", age_years=50.0)
        procedure = make_procedure("ct-chest", "CT chest")
        add_part(exam, procedure, phantom_cm=32, dlp_mgy_cm=dlp_mgy_cm + number)
