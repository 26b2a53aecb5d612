"""Writes the pages of `docs/` that the code itself says: `objects.md`, `precedence.md`, `conformance.md`,
`levels.md`, `dosimetry.md` and `methods/`.

`make docs` writes them; `tests/test_generated_docs.py` holds that they are what the code says.
"""

import ast
import inspect
import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import django
from pydicom.uid import UID
from pynetdicom import AllStoragePresentationContexts

from doseloop.model import ct, device, dose_object, image, mr, projection, reading, tracer
from doseloop.model.precedence import TABLE
from doseloop.reading import dose_screen
from doseloop.reading.kinds import IMAGES, NOT_READ, REPORTS, STORAGE
from doseloop.reading.vendors import QUIRKS
from doseloop.roles.settings import Settings
from tools.levels_doc import levels
from tools.methods_doc import method_pages

DOCS = Path(__file__).resolve().parents[1] / "docs"
_RECORDS = (
    ct.CtEvent, ct.CtSource, ct.DoseCheck, dose_object.CtTotals, projection.ProjectionEvent, projection.Filter,
    projection.BreastExposure, projection.Calibration, projection.PlaneTotals, tracer.Administration, tracer.OrganDose,
    tracer.NuclearImage, tracer.PatientState, mr.MrSeries, image.ImageHeader, dose_object.StudyHeader,
    dose_object.PatientAtStudy, dose_object.Equipment,
)  # fmt: skip
_TYPES = (*_RECORDS, device.EventDevice, reading.MakerItem)
_SIZES = ("dicom_pdu_bytes", "dicom_request_bytes", "dicom_contexts", "dicom_associations", "dicom_associations_per_peer",
          "dicom_idle_seconds", "max_object_bytes")  # fmt: skip


def objects() -> str:
    """`docs/objects.md`: kinds, makers' quirks and every field that is read."""
    return "\n".join((*_kinds(), *_unread(), *_quirks(), *_fields())) + "\n"


def conformance() -> str:
    """`docs/conformance.md`: the DICOM conformance statement of the receiver (PS3.2)."""
    return "\n".join((*_overview(), *_network(), *_contexts())) + "\n"


def precedence() -> str:
    """`docs/precedence.md`: which source of a value holds."""
    return "\n".join(_precedence()) + "\n"


def _precedence() -> Iterator[str]:
    yield "# Which source of a value holds"
    yield ""
    yield "Written by `make docs` from `model/precedence.py`, the table that the code itself asks; a test holds it to that. The"
    yield "first source that has a value holds. Doses that disagree are kept as an issue of the exam, never resolved in silence."
    yield ""
    yield "| value | sources, the first holds | why | where the standard has it |"
    yield "| --- | --- | --- | --- |"
    for row in TABLE:
        yield f"| {row.of} | {', then '.join(row.sources)} | {row.reason} | {row.source} |"


def _kinds() -> Iterator[str]:
    yield "# Objects that are read"
    yield ""
    yield "Written by `make docs` from `reading/kinds.py`, `reading/vendors/` and `model/`; a test holds it to them. An object of"
    yield "none of these kinds ends as `not dose`, with the reason."
    yield ""
    yield "| kind | what is read | known by |"
    yield "| --- | --- | --- |"
    for report in REPORTS:
        yield f"| {report.name} | {report.what} | its content, whatever its SOP class |"
    for one in IMAGES:
        classes = ", ".join(_class_name(end) for end in one.classes)
        yield f"| {one.name} | {one.what} | Modality {', '.join(one.modalities)}, else {classes} |"
    yield f"| dose screen | {_first_sentence(dose_screen)} | the maker's private elements in a secondary capture |"


def _unread() -> Iterator[str]:
    yield ""
    yield "## What is not read yet"
    yield ""
    yield "| object | what becomes of it |"
    yield "| --- | --- |"
    for what, becomes in NOT_READ:
        yield f"| {what} | {becomes} |"


def _quirks() -> Iterator[str]:
    yield ""
    yield "## What single makers do"
    yield ""
    yield "| id | what the maker does and what is made of it | seen in |"
    yield "| --- | --- | --- |"
    for quirk in QUIRKS:
        yield f"| `{quirk.id}` | {quirk.what} | {quirk.seen_in} |"


def _fields() -> Iterator[str]:
    yield ""
    yield "## Every field"
    for record in _RECORDS:
        yield ""
        yield f"### {record.__name__}"
        yield ""
        yield str(record.__doc__).split("\n\n")[0].replace("\n    ", " ")
        yield ""
        yield "| field | meaning and source |"
        yield "| --- | --- |"
        said = _attribute_docs(record)
        for field in fields(record):
            yield f"| `{field.name}` | {said.get(field.name, '')} |"


def _attribute_docs(record: type) -> dict[str, str]:
    """The docstring beneath each attribute of a dataclass."""
    assert is_dataclass(record)
    body = ast.parse(inspect.getsource(record)).body[0]
    assert isinstance(body, ast.ClassDef)
    told: dict[str, str] = {}
    for statement, beneath in pairwise((*body.body, ast.Pass())):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        told[statement.target.id] = _of_type(ast.unparse(statement.annotation))
        if isinstance(beneath, ast.Expr) and isinstance(beneath.value, ast.Constant):
            told[statement.target.id] = " ".join(str(beneath.value.value).split()).replace("|", "\\|")
    return told


def _of_type(annotation: str) -> str:
    record = next((one for one in _TYPES if re.search(rf"\b{one.__name__}\b", annotation)), None)
    return " ".join(str(record.__doc__).split("\n\n")[0].split()) if record else ""


def _overview() -> Iterator[str]:
    yield "# DICOM conformance statement"
    yield ""
    yield "Written by `make docs` from the receiver itself; a test asks a running receiver for every line (PS3.2, in short form)."
    yield "Doseloop reads doses. It stores no image: of an image the header is kept, and a further slice of a series is counted."
    yield ""
    yield "| service | role | since |"
    yield "| --- | --- | --- |"
    yield "| Verification (C-ECHO) | SCP | 0.1 |"
    yield "| Storage (C-STORE), level 0: what is kept is what dose management needs | SCP | 0.1 |"
    yield "| Store over the Web (STOW-RS, PS3.18 section 10.5) at `/dicomweb/studies` | origin server | 0.1 |"
    yield "| Media: PS3.10 files, ZIP archives, DICOMDIR | file set reader | 0.1 |"
    yield ""
    yield "Not offered: query/retrieve, storage commitment, modality performed procedure step, worklist."


def _network() -> Iterator[str]:
    yield ""
    yield "## Associations"
    yield ""
    yield "| what | default | setting |"
    yield "| --- | --- | --- |"
    for name in _SIZES:
        field = Settings.model_fields[name]
        yield f"| {field.description} | {field.default} | `{name}` |"
    yield ""
    yield "The application context is 1.2.840.10008.3.1.1.1, the implementation class UID that of pynetdicom "
    yield f"{version('pynetdicom')}. Asynchronous operations, SCP/SCU role selection, extended negotiation and user identity are"
    yield "not negotiated. TLS follows RFC 9325 (BCP 195), with client certificates where the setting asks for them."
    yield ""
    yield "| status of C-STORE | meaning |"
    yield "| --- | --- |"
    yield "| 0x0000 | the object is durable: bytes and row are on the disk |"
    yield "| 0xA700 | it cannot be taken now (disk full, record busy): send it again |"
    yield "| 0xA900 | it never will be: larger than the limit, or no object |"


def _contexts() -> Iterator[str]:
    from doseloop.receive.dimse import TRANSFER_SYNTAXES  # needs a record's settings, which a test has and `main` makes

    yield ""
    yield "## Presentation contexts"
    yield ""
    yield "Each in " + ", ".join(f"{UID(one).name} ({one})" for one in TRANSFER_SYNTAXES) + "."
    yield ""
    yield "| SOP class | UID |"
    yield "| --- | --- |"
    yield "| Verification | 1.2.840.10008.1.1 |"
    for context in AllStoragePresentationContexts:
        uid = UID(str(context.abstract_syntax))
        yield f"| {uid.name} | {uid} |"


def _class_name(end: str) -> str:
    return UID(STORAGE + end).name.removesuffix(" Storage").removesuffix(" Image")


def _first_sentence(module: object) -> str:
    return " ".join(str(inspect.getdoc(module)).split("\n\n")[0].split()).rstrip(".")


def main() -> None:
    """Write the pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")
    os.environ.setdefault("DOSELOOP_DATA", "build/docs")
    django.setup()
    for page in (objects, precedence, conformance, levels):
        (DOCS / f"{page.__name__}.md").write_text(page())
    for stale in (DOCS / "methods").glob("*.md"):
        stale.unlink()
    for name, text in method_pages().items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text)


if __name__ == "__main__":
    main()
