"""The report of a conceptus dose as a PDF: one version, and the patient where identity may be seen."""

from typing import Any, Final

from doseloop.dosimetry.conceptus_dose import NEEDS
from doseloop.dosimetry.method import Method
from doseloop.report.conceptus_report import ConceptusReport, Exposure, interval_said
from doseloop.report.conceptus_words import BASES_SAID, NOT_VERIFIED, SEEN_SAID, entered, where
from doseloop.report.typst_pdf import set_by_typst
from doseloop.store.conceptus_reports import SavedVersion
from doseloop.store.exam_detail import PatientIdentity

_TEMPLATE: Final = "conceptus.typ"
MEDIA_TYPE: Final = "application/pdf"


def conceptus_pdf(report: ConceptusReport, saved: SavedVersion, patient: PatientIdentity | None) -> bytes:
    """The version on A4: the same version of the same patient gives the same bytes."""
    return set_by_typst(_TEMPLATE, _told(report, saved, patient))


def name_of(saved: SavedVersion) -> str:
    """What the file is called. It names no patient."""
    return f"conceptus-exam-{saved.exam}-version-{saved.key}.pdf"


def _told(report: ConceptusReport, saved: SavedVersion, patient: PatientIdentity | None) -> dict[str, Any]:
    made = saved.made_at
    return {
        "title": f"Dose to the conceptus, exam {report.exam}",
        "needs": NEEDS,
        "patient": _patient(report, patient),
        "exam": [
            ["Exam", f"{report.exam}, {report.started_at.replace('T', ' ')[:16]}"],
            ["Procedure", "; ".join(report.procedures) or "–"],
            ["Scanner", f"{report.scanner}, {report.site_name}"],
            ["Version", f"{saved.key}, saved {_moment(saved)} by {saved.made_by} with Doseloop {saved.made_with}"],
            ["Methods", f"edition {report.edition}"],
        ],
        "made_by": saved.made_by,
        "made_parts": [made.year, made.month, made.day, made.hour, made.minute, made.second],
        "interval": interval_said(report.result) if not report.result.reason else "No estimate",
        "reason": report.result.reason,
        "standing": "" if report.result.is_verified or report.result.reason else f"{NOT_VERIFIED}.",
        "basis": BASES_SAID[report.entries.basis],
        "typical": interval_said(report.typical) if report.typical else "",
        "entered": [list(one) for one in entered(report.entries)],
        "exposures": [_exposure(one) for one in report.exposures],
        "marks": [
            {
                "dose": f"{one.dose_mgy:g} mGy",
                "side": one.side or "–",
                "says": one.says,
                "who": f"{one.who} ({SEEN_SAID[one.verification]}).",
            }
            for one in report.marks
        ],
        "assumptions": list(report.assumptions),
        "methods": [_method(one) for one in report.methods],
        "reasoning": [one for one in report.entries.reasoning.splitlines() if one.strip()],
        "signature": _signature(saved),
        "digest": saved.sha256,
    }


def _patient(report: ConceptusReport, patient: PatientIdentity | None) -> list[list[str]]:
    if patient is None:
        return [["Patient", f"key {report.patient_key}; identity is not shown"]]
    born = f"{patient.birth_date.day} {patient.birth_date:%B %Y}" if patient.birth_date else "–"
    name = ", ".join(part for part in patient.name.replace("=", "^").split("^") if part) or "–"
    return [["Patient", name], ["Number", patient.number or "–"], ["Born", born]]


def _exposure(one: Exposure) -> list[str]:
    said = "left out" if one.outcome is None else one.outcome.reason or interval_said(one.outcome)
    how = "; ".join(part for part in (where(one.entry), one.entry.note) if part)
    return [str(one.position + 1), one.name, ", ".join(one.doses) or "–", how or "–", said]


def _method(one: Method) -> list[str]:
    """Title, equation, uncertainty, sources and verification."""
    sources = "; ".join(" ".join(part for part in (s.title, s.place, s.url) if part) for s in one.sources)
    standing = f"{NOT_VERIFIED}. {one.not_verified}" if one.not_verified else "Verified."
    return [f"{one.title} ({one.id}, version {one.version})", one.equation, one.uncertainty, sources, standing]


def _signature(saved: SavedVersion) -> dict[str, str] | None:
    signed = saved.signature
    if signed is None:
        return None
    at = f"{signed.at.day} {signed.at:%B %Y, %H:%M} UTC"
    return {"name": signed.name, "function": signed.function, "account": signed.account, "at": at}


def _moment(saved: SavedVersion) -> str:
    return f"{saved.made_at.day} {saved.made_at:%B %Y, %H:%M} UTC"
