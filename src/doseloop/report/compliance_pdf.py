"""The compliance report as a PDF for committee and regulator, set by Typst.

All that a person or an object named goes to Typst as data and never as markup. Fonts are those in Typst's own wheel, so that
the same report gives the same bytes on any machine; dates are the report's own.
"""

import re
from dataclasses import asdict
from datetime import date, datetime
from importlib.resources import as_file, files
from typing import Any, Final

import msgspec
import typst

from doseloop.model.archived_report import ReportHead
from doseloop.report.compliance_blocks import blocks
from doseloop.report.compliance_report import STATES, ComplianceReport, figures_sha256
from doseloop.report.compliance_tables import excluded_table, set_of, sets_table
from doseloop.report.compliance_words import STATES_SAID, method
from doseloop.report.table import Table, Value

_WITHOUT_GLYPH: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed")
"""What Typst says of a text for which no font has a character: PDF/UA then forbids the file."""
_BOX: Final = "□"
_TEMPLATE: Final = "compliance.typ"


def compliance_pdf(report: ComplianceReport, head: ReportHead) -> bytes:
    """The report on A4: the same report under the same head gives the same bytes.

    A name in a script that Typst's fonts lack is set in a font of the machine; where that has none, boxes stand for it.
    """
    told = msgspec.json.encode(told_to_typst(report, head), order="sorted").decode()
    try:
        return _set(told, own_fonts=True)
    except typst.TypstError as error:
        lacking = _lacking(error)
    try:
        return _set(told, own_fonts=False)
    except typst.TypstError as error:
        lacking |= _lacking(error)
    return _set(told.translate({ord(one): _BOX for one in lacking}), own_fonts=True)


def _lacking(error: typst.TypstError) -> set[str]:
    """The characters that no font has. Errors: the one given, where it is about anything else."""
    found = set("".join(_WITHOUT_GLYPH.findall(error.diagnostic)))
    if not found:
        raise error
    return found


def _set(told: str, *, own_fonts: bool) -> bytes:
    """As PDF/UA-1 (ISO 14289-1): tagged, so that screen readers read it in its order."""
    with as_file(files("doseloop.report") / "templates") as folder:
        made = typst.compile(
            folder / _TEMPLATE, root=folder, ignore_system_fonts=own_fonts, pdf_standards=["ua-1"],
            sys_inputs={"report": told},
        )  # fmt: skip
    return bytes(made)


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
