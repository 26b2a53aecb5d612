"""What the pages of a conceptus dose show of a report: its result, its marks, its exposures and the fields of each."""

from typing import Any, Final

from doseloop.dosimetry.conceptus_dose import NEEDS
from doseloop.dosimetry.conceptus_typical_range import procedures
from doseloop.reference.procedures import catalogue
from doseloop.report import conceptus_words as words
from doseloop.report.conceptus_entries import EventEntry
from doseloop.report.conceptus_report import ConceptusReport, Exposure, interval_said
from doseloop.report.table import Column, Row, Table
from doseloop.store.conceptus_reports import SavedVersion
from doseloop.web.conceptus_form import MOST_EVENTS
from doseloop.web.conceptus_scale import scale
from doseloop.web.tables import page_table

_COLUMNS: Final = (
    Column("position", "No.", "number"),
    Column("name", "Exposure"),
    Column("stated", "Stated"),
    Column("where", "Uterus, and why"),
    Column("dose", "Dose to the conceptus"),
)


def result_context(report: ConceptusReport) -> dict[str, Any]:
    """What `conceptus_result.html` shows."""
    return {
        "report": report,
        "needs": NEEDS,
        "interval": interval_said(report.result) if not report.result.reason else "",
        "basis": words.BASES_SAID[report.entries.basis],
        "typical": interval_said(report.typical) if report.typical else "",
        "scale": scale(report.result, report.marks),
        "not_verified": "" if report.result.is_verified or report.result.reason else words.NOT_VERIFIED,
        "marks": [(one, words.SIDES_SAID.get(one.side, ""), words.SEEN_SAID[one.verification]) for one in report.marks],
        "assumptions": report.assumptions,
        "methods": report.methods,
    }


def version_context(report: ConceptusReport) -> dict[str, Any]:
    """What the page of a version shows beside its result."""
    rows = (_row(one) for one in report.exposures)
    return {
        "entered": list(words.entered(report.entries)),
        "exposures": page_table(Table("conceptus-exposures", "Exposures", _COLUMNS, rows)),
    }


def form_context(report: ConceptusReport, versions: tuple[SavedVersion, ...]) -> dict[str, Any]:
    """What the form is filled with."""
    own = {one.position: one for one in report.entries.events}
    shown = report.exposures if len(report.exposures) <= MOST_EVENTS else ()
    return {
        "entries": report.entries,
        "fields": [_fields(one, own.get(one.position, EventEntry(one.position))) for one in shown],
        "untold": sum(1 for one in report.exposures if one.outcome and one.outcome.reason),
        "too_many": len(report.exposures) > MOST_EVENTS,
        "placements": words.PLACEMENTS_SAID.items(),
        "counts": words.COUNTS_SAID.items(),
        "bases": words.BASES_SAID.items(),
        "procedures": [(key, catalogue().name_of(key)) for key in procedures()],
        "has_ct": any(one.kind == "ct" for one in report.exposures),
        "has_projection": any(one.kind == "projection" for one in report.exposures),
        "versions": versions,
        "newest": versions[0].key if versions else "",
        "diameter_cm": _cm(report.entries.diameter_mm),
        "depth_cm": _cm(report.entries.depth_mm),
        "weeks": "" if report.entries.gestational_age_weeks is None else f"{report.entries.gestational_age_weeks:g}",
    }


def _fields(one: Exposure, entry: EventEntry) -> dict[str, Any]:
    return {
        "exposure": one,
        "entry": entry,
        "said": _said(one),
        "reason": one.outcome.reason if one.outcome else "",
        "diameter_cm": _cm(entry.diameter_mm),
        "stated_cm": _cm(one.diameter_mm),
    }


def _cm(value_mm: float | None) -> str:
    return "" if value_mm is None else f"{value_mm / 10:g}"


def _said(one: Exposure) -> str:
    if one.outcome is None:
        return "left out"
    return "no estimate" if one.outcome.reason else interval_said(one.outcome)


def _row(one: Exposure) -> Row:
    dose = _said(one) if one.outcome is None or not one.outcome.reason else None
    reason = one.outcome.reason if one.outcome else ""
    values = (str(one.position + 1), one.name, ", ".join(one.doses), words.where(one.entry), dose)
    return Row(values, notes={"where": one.entry.note, "dose": reason})
