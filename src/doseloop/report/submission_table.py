"""Medians of a facility as a registry of reference levels asks for them: one row for each group of each scanner."""

from collections.abc import Iterator

from doseloop.model.level_figure import LevelFigure
from doseloop.model.quantities import QUANTITIES, converted
from doseloop.report.compliance_report import ComplianceReport, ReportedScanner
from doseloop.report.table import Column, Row, Table, Value


def submission_table(report: ComplianceReport) -> Table:
    """The groups of a report, once each however many levels they were compared with.

    Percentiles stand where there are as many patients as a comparison needs; a median of fewer is given, and `enough` says so.
    """
    columns = (
        Column("facility", "Facility"),
        Column("first_day", "From", "time"),
        Column("last_day", "To", "time"),
        Column("modality", "Modality"),
        Column("procedure", "Procedure's key"),
        Column("procedure_name", "Procedure"),
        Column("group", "Patients"),
        Column("quantity", "Quantity"),
        Column("per", "Per"),
        Column("views", "Projections"),
        Column("phantom_cm", "CTDI phantom, cm", "number"),
        Column("unit", "Unit"),
        Column("n", "Values", "number"),
        Column("patients", "Patients counted", "number"),
        Column("enough", "Enough"),
        Column("median", "Median", "number"),
        Column("p25", "25th percentile", "number"),
        Column("p75", "75th percentile", "number"),
        Column("sizes", "Sizes"),
        Column("scanner", "Scanner"),
        Column("manufacturer", "Manufacturer"),
        Column("model", "Model"),
        Column("software", "Software"),
        Column("data_state", "Data state", "number"),
    )
    return Table("submission", "Facility medians", columns, _rows(report))


def _rows(report: ComplianceReport) -> Iterator[Row]:
    levels = {one.id: one for one in report.levels}
    scanners = {one.id: one for one in report.scanners}
    seen: dict[tuple[Value, ...], None] = {}
    for one in report.figures:
        if one.n:
            level = levels[one.level_id]
            narrowed = (", ".join(level.views) or None, level.phantom_cm)
            seen[_row(report, one, narrowed, scanners[one.scanner])] = None
    yield from map(Row, seen)


def _row(
    report: ComplianceReport, one: LevelFigure, narrowed: tuple[Value, ...], scanner: ReportedScanner
) -> tuple[Value, ...]:
    unit = report.unit(one.quantity)
    doses = (
        None if value is None else converted(one.quantity, value, unit) for value in (one.median, one.p25, one.p75)
    )
    return (
        report.site_name, report.first_day, report.last_day, one.modality, one.procedure, one.procedure_name, one.group,
        QUANTITIES[one.quantity].symbol, one.per, *narrowed, unit, one.n, one.n_patients, one.n_patients >= one.least,
        *doses, one.sizes_said, one.scanner_name, scanner.manufacturer, scanner.model, scanner.software_versions,
        report.data_state,
    )  # fmt: skip
