"""The compliance report as a workbook: summary, figures, what was left out, sets, method."""

from typing import IO

from doseloop.model.archived_report import ReportHead
from doseloop.report.compliance_report import ComplianceReport, figures_sha256
from doseloop.report.compliance_tables import (
    excluded_table,
    figures_table,
    method_table,
    sets_table,
    summary_table,
)
from doseloop.report.xlsx import write_book


def write_compliance(report: ComplianceReport, head: ReportHead, file: IO[bytes]) -> None:
    """Write the workbook: the same report under the same head gives the same bytes."""
    tables = (
        summary_table(report, head, figures_sha256(report)),
        figures_table(report),
        excluded_table(report),
        sets_table(report),
        method_table(report),
    )
    write_book(tables, file, title=report.title, made_at=head.made_at)
