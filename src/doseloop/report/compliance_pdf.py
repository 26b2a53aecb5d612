"""The compliance report as a PDF for committee and regulator."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from doseloop.model.archived_report import ReportHead
from doseloop.report.compliance_blocks import blocks
from doseloop.report.compliance_report import STATES, ComplianceReport, figures_sha256
from doseloop.report.compliance_tables import excluded_table, set_of, sets_table
from doseloop.report.compliance_words import STATES_SAID, method
from doseloop.report.table import Table, Value
from doseloop.report.typst_pdf import set_by_typst

_TEMPLATE: Final = "compliance.typ"


def compliance_pdf(report: ComplianceReport, head: ReportHead) -> bytes:
    """The report on A4: the same report under the same head gives the same bytes."""
    return set_by_typst(_TEMPLATE, told_to_typst(report, head))


def told_to_typst(report: ComplianceReport, head: ReportHead) -> dict[str, Any]:
    """What the template shows, as plain values."""
    counts = report.counts
    made = head.made_at
    return {
        "title": report.title,
        "site": report.site_name,
        "period": f"{_day(report.first_day)} to {_day(report.last_day)}",
        "number": head.number,
        "made": _moment(made),
        "made_parts": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "made_by": head.made_by,
        "version": head.version,
        "data_state": report.data_state,
        "digest": figures_sha256(report),
        "for_signature": report.for_signature,
        "signature": _signature(head),
        "comparisons": len(report.figures),
        "counts": [{"state": one, "n": counts[one], "means": STATES_SAID[one]} for one in STATES],
        "sets": _rows(sets_table(report)),
        "left_out": [set_of(one) for one in report.sets if one.left_out],
        "procedures": [asdict(one) for one in blocks(report)],
        "excluded": _rows(excluded_table(report)),
        "confidence": f"{report.settings.confidence:.0%}".replace("%", " %"),
        "method": list(method(report.settings)),
        "scanners": [asdict(one) for one in report.scanners],
    }


def _rows(table: Table) -> list[list[str]]:
    return [[_text(value) for value in row.values] for row in table.rows]


def _text(value: Value) -> str:
    return "–" if value is None or value == "" else str(value)


def _signature(head: ReportHead) -> dict[str, str] | None:
    signed = head.signature
    if signed is None:
        return None
    return {"name": signed.name, "function": signed.function, "account": signed.account, "at": _moment(signed.at)}


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(at: datetime) -> str:
    return f"{_day(at.date())}, {at:%H:%M} UTC"
