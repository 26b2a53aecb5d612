"""Versions of the report of a conceptus dose: saved one after the other, signed once, never changed.

The store knows nothing of what a version says: its content is bytes, held by their digest.
"""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.archived_report import Signature
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import ConceptusVersion, Exam
from doseloop.store.sealed import opened, sealed, signed_by


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A version without its content (times UTC)."""

    key: int
    exam: int
    made_at: datetime
    made_by: str
    made_with: str
    """Version of Doseloop."""
    sha256: str
    signature: Signature | None


def versions(scope: Scope, exam: int) -> tuple[SavedVersion, ...]:
    """Every version of an exam's report, the newest first; none where the scope does not see the exam."""
    return tuple(map(_saved, _rows(scope, exam).defer("content").order_by("-pk")))


def content_of(scope: Scope, exam: int, key: int) -> bytes:
    """What a version holds. Errors: `NotVisible`; `DamagedReport` where a byte of it is another."""
    row = _rows(scope, exam).filter(pk=key).values_list("content", "sha256").first()
    if row is None:
        raise NotVisible(f"There is no version {key} of that report.")
    return opened(*row, f"Version {key}")


def saved(scope: Scope, exam: int, key: int) -> SavedVersion:
    """One version. Errors: `NotVisible`."""
    row = _rows(scope, exam).defer("content").filter(pk=key).first()
    if row is None:
        raise NotVisible(f"There is no version {key} of that report.")
    return _saved(row)


def save(scope: Scope, exam: int, content: bytes, after: int | None, actor: Actor) -> SavedVersion:
    """Keep a new version. `after`: the newest version that its author saw, None for none.

    Errors: `NotVisible`; `UnusableInput` where another version was saved meanwhile.
    """
    with transaction.atomic():
        row = _locked(scope, exam)
        newest = _rows(scope, exam).order_by("-pk").values_list("pk", flat=True).first()
        if newest != after:
            raise UnusableInput("Another version was saved meanwhile: open the report anew, and look at it first.")
        made = ConceptusVersion.objects.create(
            exam=row, made_at=timezone.now(), made_by=actor.name, version=version("doseloop"), **sealed(content)
        )
        told = {"version": made.pk, "sha256": made.sha256}
        record_change(
            actor, "conceptus report saved", f"exam {exam}", patient_key=row.patient_id, site=row.site_id, after=told
        )
    return _saved(made)


def sign(scope: Scope, exam: int, key: int, name: str, function: str, actor: Actor) -> None:
    """Put a name under the newest version, for good.

    Errors: `NotVisible`; `DamagedReport`; `UnusableInput` where it is signed, is not the newest, or name or function is missing.
    """
    content_of(scope, exam, key)
    given = signed_by(name, function)
    with transaction.atomic():
        row = _locked(scope, exam)
        if _rows(scope, exam).filter(pk__gt=key).exists():
            raise UnusableInput("There is a newer version: only the newest is signed.")
        unsigned = _rows(scope, exam).filter(pk=key, signed_at=None)
        if not unsigned.update(**given, signed_account=actor.name, signed_at=timezone.now()):
            raise UnusableInput("This version is signed already, and what is signed never changes.")
        sha256 = ConceptusVersion.objects.values_list("sha256", flat=True).get(pk=key)
        record_change(
            actor, "conceptus report signed", f"exam {exam}", patient_key=row.patient_id, site=row.site_id,
            after={**given, "version": key, "sha256": sha256},
        )  # fmt: skip


def _locked(scope: Scope, exam: int) -> Exam:
    row = visible.exams(scope).select_for_update().filter(pk=exam).first()
    if row is None:
        raise NotVisible(f"There is no exam {exam}.")
    return row


def _rows(scope: Scope, exam: int) -> "QuerySet[ConceptusVersion]":
    return ConceptusVersion.objects.filter(exam__in=visible.rows_of_exam(scope, exam))


def _saved(row: ConceptusVersion) -> SavedVersion:
    signed = row.signed_at
    signature = Signature(row.signed_name, row.signed_function, row.signed_account, signed) if signed else None
    return SavedVersion(row.pk, row.exam_id, row.made_at, row.made_by, row.version, row.sha256, signature)
