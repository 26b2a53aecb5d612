"""The compliance report as tables: for its workbook, for its page, and for what differs from today."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from doseloop.model.archived_report import ReportHead
from doseloop.model.level_figure import LevelFigure
from doseloop.model.quantities import QUANTITIES, converted
from doseloop.report.compliance_changes import DOSES, FigureChange
from doseloop.report.compliance_report import STATES, ComplianceReport, ReportedSet
from doseloop.report.compliance_words import excluded_said, method, verification_said
from doseloop.report.table import Column, Row, Table, Value

TONES: Final = {"above": "above", "within": "good", "low": "caution", "too few": "quiet", "no verdict": "quiet"}
_EXCLUDED: Final = ("n_provisional", "n_outside_age", "n_outside_size", "n_other_phantom", "n_unknown_phantom")


def figures_table(report: ComplianceReport) -> Table:
    """Every comparison. Doses are in the site's display units, which the column `Unit` names."""
    columns = (
        Column("procedure", "Procedure"),
        Column("group", "Patients"),
        Column("quantity", "Quantity"),
        Column("scanner", "Scanner"),
        Column("state", "State", "state"),
        Column("median", "Median", "number"),
        Column("interval_low", "Interval from", "number"),
        Column("interval_high", "Interval to", "number"),
        Column("level", "Level", "number"),
        Column("unit", "Unit"),
        Column("source", "Set"),
        Column("verification", "Verification"),
        Column("n", "Values", "number"),
        Column("patients", "Patients counted", "number"),
        Column("least", "Patients needed", "number"),
        Column("p25", "25th percentile", "number"),
        Column("p75", "75th percentile", "number"),
        Column("sizes", "Sizes"),
        Column("said", "What was said"),
        Column("said_by", "Said by"),
        Column("words", "In words"),
        Column("level_id", "Level's key"),
        Column("data_state", "Data state", "number"),
    )
    return Table("figures", "Figures", columns, (_figure(report, one) for one in report.figures))


def summary_table(report: ComplianceReport, head: ReportHead, digest: str) -> Table:
    """What the report is, and how many comparisons stand how."""
    counts = report.counts
    rows = (
        ("Report", report.title),
        ("Number in the archive", head.number),
        ("From", report.first_day),
        ("To, included", report.last_day),
        ("Made on (UTC)", head.made_at),
        ("Made by", head.made_by),
        ("Doseloop", head.version),
        ("Data state", report.data_state),
        ("Digest of figures (SHA-256)", digest),
        ("For signature", report.for_signature),
        ("Signed by", head.signature.name if head.signature else None),
        ("Signed as", head.signature.function if head.signature else None),
        ("Signed on (UTC)", head.signature.at if head.signature else None),
        *((f"Comparisons: {state}", counts[state]) for state in STATES),
        ("Comparisons in all", len(report.figures)),
    )
    columns = (Column("what", "What"), Column("value", "Value"))
    return Table("summary", "Summary", columns, (Row(one) for one in rows))


def sets_table(report: ComplianceReport) -> Table:
    """Every set that the site compares with, used or left out."""
    columns = (
        Column("title", "Set"),
        Column("country", "Country"),
        Column("authority", "Authority"),
        Column("year", "Year", "number"),
        Column("status", "Status"),
        Column("verification", "Verification"),
        Column("confirmed", "Confirmed by the site"),
        Column("used", "In this report", "state"),
        Column("comparisons", "Comparisons", "number"),
        Column("above", "Above", "number"),
        Column("source", "Source"),
        Column("seen_at", "Read in"),
    )
    return Table("sets", "Sets", columns, _sets(report))


def excluded_table(report: ComplianceReport) -> Table:
    """What was left out of each group, once for all sets that leave out the same."""
    columns = (
        Column("procedure", "Procedure"),
        Column("group", "Patients"),
        Column("quantity", "Quantity"),
        Column("scanner", "Scanner"),
        Column("n", "Values counted", "number"),
        *(Column(key, excluded_said(key), "number") for key in _EXCLUDED),
    )
    return Table("left-out", "Left out", columns, _excluded(report))


def method_table(report: ComplianceReport) -> Table:
    """How it was computed, a sentence a row."""
    return Table("method", "Method", (Column("text", "Method"),), (Row((one,)) for one in method(report.settings)))


def changes_table(report: ComplianceReport, found: tuple[FigureChange, ...]) -> Table:
    """What differs, each value with the old and the new in the report's display units."""
    columns = (
        Column("procedure", "Procedure"),
        Column("group", "Patients"),
        Column("scanner", "Scanner"),
        Column("source", "Set"),
        Column("what", "What"),
        Column("old", "In the report"),
        Column("new", "Today"),
    )
    return Table("changes", "What differs today", columns, (_change(report, one) for one in found))


def set_named(figure: LevelFigure) -> str:
    """The set of a figure: `GB 2022, UKHSA`."""
    return f"{figure.country} {figure.year}, {figure.authority}"


def set_of(one: ReportedSet) -> str:
    """The same of a set."""
    return f"{one.country} {one.year}, {one.authority}"


def _figure(report: ComplianceReport, one: LevelFigure) -> Row:
    unit = report.unit(one.quantity)

    def dose(value: float | None) -> float | None:
        return None if value is None else converted(one.quantity, value, unit)

    values = (
        one.procedure_name, one.group, QUANTITIES[one.quantity].symbol, one.scanner_name, one.state, dose(one.median),
        dose(one.interval_low), dose(one.interval_high), dose(one.level), unit, set_named(one),
        verification_said(one.verification), one.n, one.n_patients, one.least, dose(one.p25), dose(one.p75),
        one.sizes_said, one.said, one.said_by, " ".join(one.sentences), one.level_id, report.data_state,
    )  # fmt: skip
    return Row(values, tones={"state": TONES[one.state]})


def _sets(report: ComplianceReport) -> Iterator[Row]:
    compared = Counter(one.set_id for one in report.figures)
    above = Counter(one.set_id for one in report.figures if one.state == "above")
    for one in report.sets:
        used = "left out" if one.left_out else "used" if compared[one.id] else "nothing to compare"
        yield Row(
            (
                one.title, one.country, one.authority, one.year, one.status, verification_said(one.verification),
                confirmed_said(one), used, compared[one.id], above[one.id], one.url, one.seen_at,
            ),
            tones={"used": {"left out": "caution", "used": "good"}.get(used, "quiet")},
        )  # fmt: skip


def confirmed_said(one: ReportedSet) -> str | None:
    """By whom, when and on which grounds a set was confirmed; None where nobody did."""
    if one.confirmed_by is None:
        return None
    return f"{one.confirmed_by}, {one.confirmed_on}: {one.grounds}"


def _excluded(report: ComplianceReport) -> Iterator[Row]:
    seen: dict[tuple[Value, ...], None] = {}
    for one in report.figures:
        counts = tuple(getattr(one, name) for name in _EXCLUDED)
        if any(counts):
            symbol = QUANTITIES[one.quantity].symbol
            seen[one.procedure_name, one.group, symbol, one.scanner_name, one.n, *counts] = None
    yield from map(Row, seen)


def _change(report: ComplianceReport, one: FigureChange) -> Row:
    figure = one.figure

    def told(value: Value) -> Value:
        if value is None or one.field not in DOSES:
            return value
        unit = report.unit(figure.quantity)
        return f"{converted(figure.quantity, float(str(value)), unit):.6g} {unit}"

    where = (figure.procedure_name, figure.group, figure.scanner_name, set_named(figure))
    symbol = QUANTITIES[figure.quantity].symbol
    what = f"{symbol}, {one.heading[0].lower()}{one.heading[1:]}"
    return Row((*where, what, told(one.old), told(one.new)))
