"""Files of a case: kept as they were given, held by their digest, and never changed."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.case import StepKind
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor
from doseloop.store.case_steps import locked, step
from doseloop.store.models import CaseFile
from doseloop.store.sealed import opened, sealed

MOST_BYTES: Final = 5_000_000
MOST_BYTES_OF_CASE: Final = 50_000_000
_LONGEST_NAME = 120
_BEGIN: Final = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_TEXT: Final = (".txt", ".csv")
KINDS: Final = (*_BEGIN, *_TEXT)


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file without its content (time UTC)."""

    key: int
    name: str
    size: int
    added_at: datetime
    added_by: str


@transaction.atomic
def add_file(scope: Scope, case: int, name: str, content: bytes, actor: Actor) -> int:
    """Keep a file: its key. Closed cases take files too.

    Errors: `UnusableInput` where it is empty, too long, or not what its name says; `NotVisible`.
    """
    row = locked(scope, case, closed=None)
    said = _checked(name, content)
    held = CaseFile.objects.filter(case=row).aggregate(total=Sum("size"))["total"] or 0
    if held + len(content) > MOST_BYTES_OF_CASE:
        raise UnusableInput(f"The files of a case have at most {MOST_BYTES_OF_CASE // 1_000_000} MB together.")
    made = CaseFile.objects.create(
        case=row, name=said, size=len(content), added_at=timezone.now(), added_by=actor.name, **sealed(content)
    )
    after = {"file": made.pk, "size": made.size, "sha256": made.sha256}
    step(row, StepKind.FILE_ADDED, said, actor, after=after)
    return made.pk


def files_of(scope: Scope, case: int) -> tuple[FileShown, ...]:
    """The files of a case, the oldest first; none where the scope does not see it."""
    rows = CaseFile.objects.filter(case__in=visible.cases(scope).filter(pk=case)).defer("content").order_by("pk")
    return tuple(FileShown(row.pk, row.name, row.size, row.added_at, row.added_by) for row in rows)


def content_of(scope: Scope, case: int, key: int) -> tuple[str, bytes]:
    """Name and content of a file. Errors: `NotVisible`; `DamagedReport` where a byte of it is another."""
    row = CaseFile.objects.filter(case__in=visible.cases(scope).filter(pk=case), pk=key).first()
    if row is None:
        raise NotVisible(f"There is no file {key} of that case.")
    return row.name, opened(row.content, row.sha256, f"File {key}")


def _checked(name: str, content: bytes) -> str:
    """The name without its folders."""
    said = PurePosixPath(name.replace("\\", "/")).name.strip()
    if not said or len(said) > _LONGEST_NAME or not said.isprintable():
        raise UnusableInput(f"The file needs a name of at most {_LONGEST_NAME} characters.")
    if not content or len(content) > MOST_BYTES:
        raise UnusableInput(f"A file has at most {MOST_BYTES // 1_000_000} MB, and is not empty.")
    if not _is_what_it_says(PurePosixPath(said).suffix.lower(), content):
        raise UnusableInput(f"The file has to be what its name says: {', '.join(KINDS)}; text in UTF-8.")
    return said


def _is_what_it_says(suffix: str, content: bytes) -> bool:
    if suffix in _BEGIN:
        return content.startswith(_BEGIN[suffix])
    return suffix in _TEXT and b"\0" not in content and _is_utf8(content)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
