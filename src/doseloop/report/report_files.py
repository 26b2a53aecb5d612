"""Files of an archived report: made from what was archived whenever they are opened, byte for byte the same."""

import io
from collections.abc import Callable, Mapping
from typing import Final

from doseloop.model.archived_report import ReportHead
from doseloop.report.compliance_pdf import compliance_pdf
from doseloop.report.compliance_report import ComplianceReport
from doseloop.report.compliance_xlsx import write_compliance
from doseloop.report.csv import csv_lines
from doseloop.report.submission_table import submission_table
from doseloop.report.xlsx import write_book
from doseloop.store.reports import Archived

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "xlsx": _SHEET,
    "submission.csv": "text/csv; charset=utf-8",
    "submission.xlsx": _SHEET,
}
"""Type of each form in which a report is given."""


def made(report: ComplianceReport, head: ReportHead, form: str) -> bytes:
    """A file of the report: the same report gives the same bytes. `form` is one of `MEDIA_TYPES`."""
    return _MAKERS[form](report, head)


def name_of(kept: Archived, form: str) -> str:
    """`compliance-12-2026-10-31.pdf`: what the file is called."""
    return f"compliance-{kept.key}-{kept.last_day}{'-' if form.startswith('submission') else '.'}{form}"


def _pdf(report: ComplianceReport, head: ReportHead) -> bytes:
    return compliance_pdf(report, head)


def _xlsx(report: ComplianceReport, head: ReportHead) -> bytes:
    file = io.BytesIO()
    write_compliance(report, head, file)
    return file.getvalue()


def _submission_csv(report: ComplianceReport, head: ReportHead) -> bytes:
    return "".join(csv_lines(submission_table(report))).encode()


def _submission_xlsx(report: ComplianceReport, head: ReportHead) -> bytes:
    file = io.BytesIO()
    write_book((submission_table(report),), file, title=report.title, made_at=head.made_at)
    return file.getvalue()


_MAKERS: Final[Mapping[str, Callable[[ComplianceReport, ReportHead], bytes]]] = {
    "pdf": _pdf,
    "xlsx": _xlsx,
    "submission.csv": _submission_csv,
    "submission.xlsx": _submission_xlsx,
}
