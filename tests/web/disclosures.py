"""Known patients in every place that a page, file or command may show, and who of them stands in what came out.

A disclosure is a row about a patient in what a person receives: identity (name, number, birth date), our patient key, or an
exam, flag or object of theirs, by its address, its number or its own content (a protocol, a dose, what a rule noticed).
Counts and medians over several exams are none.
"""

import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from openpyxl import load_workbook
from pypdf import PdfReader

from doseloop.store.audit import Seen
from doseloop.store.changes import note_change
from doseloop.store.models import AuditRow, DoseObjectRow, Event, Exam, Flag, Identity, Part

_FIRST_BIRTH = date(1901, 1, 1)
_MARKS = {
    "patient": re.compile(r"(?:Kanarienvogel|KAN)(\d{4})\b|key (\d+)\b"),
    "exam": re.compile(r"/exams/(\d+)/|\b[Ee]xam (\d+)\b|(?:EXAM|EVENT|ACC)-(\d{5})"),
    "flag": re.compile(r"/flags/(\d+)/|FLAG-(\d{5})"),
}
_DOSES = re.compile(r"\b7\.(\d{5})7\b")
_BIRTHS = re.compile(r"\b(\d{1,2} [A-Z][a-z]{2} 19\d\d)\b|\b(19[0-4]\d-\d\d-\d\d)\b")
_IDENTITY = re.compile(r"Kanarienvogel\d{4}|KAN\d{4}")


@dataclass(frozen=True)
class Known:
    """What was planted: whom an exam, a flag or a birth date tells of."""

    exams: dict[int, Seen]
    flags: dict[int, Seen]
    patients: dict[int, set[Seen]]
    births: dict[str, int]

    def disclosed(self, text: str, sites: set[int], *, by_dose: bool = True) -> set[Seen]:
        """Who stands in the text. A name tells no site: it counts for each of the sites at which the patient has exams.

        A dose tells of an exam in a table that lists exams, not where it is a median that happens to be one exam's.
        """
        exams = _keys("exam", text) | ({int(one) for one in _DOSES.findall(text)} if by_dose else set())
        found = {self.exams[key] for key in exams if key in self.exams}
        found |= {self.flags[key] for key in _keys("flag", text) if key in self.flags}
        named = _keys("patient", text) | {self.births[day] for day in _births(text) if day in self.births}
        for key in named - {one.patient for one in found}:
            found |= {one for one in self.patients.get(key, ()) if one.site in sites}
        return found


def plant() -> Known:
    """Give every patient, exam, event and flag of the record a trace of its own."""
    births = {}
    for row in Identity.objects.all():
        key = row.patient_id
        born = _FIRST_BIRTH + timedelta(days=37 * key)
        Identity.objects.filter(pk=row.pk).update(
            name=f"Kanarienvogel{key:04}^Zita", number=f"KAN{key:04}", birth_date=born
        )
        births |= {f"{born.day} {born:%b %Y}": key, born.isoformat(): key}
    for exam in Exam.objects.values_list("pk", flat=True):
        trace = float(f"7.{exam:05}7")
        Exam.objects.filter(pk=exam).update(
            protocol_name=f"EXAM-{exam:05}", accession_number=f"ACC-{exam:05}", description=f"EXAM-{exam:05}",
            weight_kg=trace, dlp_mgy_cm=trace,
        )  # fmt: skip
        Part.objects.filter(exam_id=exam).update(dlp_mgy_cm=trace, ctdi_vol_mgy=trace, dap_gy_cm2=trace)
        Event.objects.filter(exam_id=exam).update(protocol=f"EVENT-{exam:05}")
        DoseObjectRow.objects.filter(exam_id=exam).exclude(reason="").update(reason=f"EXAM-{exam:05} was cut.")
    for flag in Flag.objects.values_list("pk", flat=True):
        Flag.objects.filter(pk=flag).update(sentence=f"FLAG-{flag:05} is high.")
    note_change(Exam.objects.values_list("pk", flat=True))
    exams = {pk: Seen(patient, site) for pk, patient, site in Exam.objects.values_list("pk", "patient_id", "site_id")}
    flags = {pk: exams[exam] for pk, exam in Flag.objects.values_list("pk", "exam_id") if exam is not None}
    patients: dict[int, set[Seen]] = {}
    for seen in exams.values():
        patients.setdefault(seen.patient, set()).add(seen)
    return Known(exams, flags, patients, births)


def shows_identity(text: str) -> bool:
    """Whether a name or number of a patient stands in the text."""
    return _IDENTITY.search(text) is not None


def text_of(content: bytes, name: str) -> str:
    """What a person reads in a page or file; of a page its addresses too."""
    if name.endswith("xlsx"):
        rows = (row for sheet in load_workbook(io.BytesIO(content), read_only=True) for row in sheet.values)
        return "\n".join(" ".join(repr(cell) for cell in row) for row in rows)
    if name.endswith("pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    text = content.decode()
    return text if name.endswith("csv") else html.unescape(text)


def noted(rows: Iterable[AuditRow]) -> list[Seen]:
    """Whom the audit rows name, as often as they do."""
    return sorted(Seen(row.patient_key, row.site_id or 0) for row in rows if row.patient_key is not None)


def _keys(kind: str, text: str) -> set[int]:
    return {int(next(filter(None, found))) for found in _groups(_MARKS[kind], text)}


def _births(text: str) -> set[str]:
    return {next(filter(None, found)) for found in _groups(_BIRTHS, text)}


def _groups(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, ...]]:
    return (found.groups(default="") for found in pattern.finditer(text))
