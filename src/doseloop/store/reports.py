"""The archive of reports: what was made is kept as it was, and files are made from it whenever they are opened.

The store knows nothing of what a report says: its content is bytes, held by their digest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.archived_report import ReportHead, Signature
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import ArchivedReport
from doseloop.store.sealed import opened, sealed, signed_by


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report that was made and is to be archived."""

    site: int
    title: str
    first_day: date
    last_day: date
    for_signature: bool
    data_state: int
    counts: Mapping[str, int]
    content: bytes
    figures_sha256: str
    schedule: int | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Archived:
    """A report of the archive without its content."""

    head: ReportHead
    key: int
    site: int
    site_name: str
    title: str
    first_day: date
    last_day: date
    for_signature: bool
    data_state: int
    counts: Mapping[str, int]
    figures_sha256: str
    schedule: int | None

    @property
    def is_signed(self) -> bool:
        """Whether somebody signed it."""
        return self.head.signature is not None


def archive(scope: Scope, new: NewReport, actor: Actor) -> Archived:
    """Keep a report. Errors: `NotVisible` where its site is outside the scope."""
    if not visible.sites(scope).filter(pk=new.site).exists():
        raise NotVisible("There is no such site.")
    with transaction.atomic():
        row = ArchivedReport.objects.create(
            site_id=new.site, schedule_id=new.schedule, due=new.due, title=new.title, made_at=timezone.now(),
            made_by=actor.name, version=version("doseloop"), first_day=new.first_day, last_day=new.last_day,
            for_signature=new.for_signature, data_state=new.data_state, counts=dict(new.counts),
            figures_sha256=new.figures_sha256, **sealed(new.content),
        )  # fmt: skip
        told = {"title": new.title, "from": str(new.first_day), "to": str(new.last_day), "sha256": row.sha256}
        record_change(actor, "report made", f"report {row.pk}", site=new.site, after=told)
    return archived(scope, row.pk)


def archived_reports(scope: Scope) -> tuple[Archived, ...]:
    """Every report of the scope, the newest first."""
    return tuple(map(_archived, _without_content(scope).order_by("-made_at", "-pk")))


def archived(scope: Scope, report: int) -> Archived:
    """One of them. Errors: `NotVisible`."""
    row = _without_content(scope).filter(pk=report).first()
    if row is None:
        raise NotVisible(f"There is no report {report}.")
    return _archived(row)


def content_of(scope: Scope, report: int) -> bytes:
    """What a report holds. Errors: `NotVisible`; `DamagedReport` where a byte of it is another."""
    row = _rows(scope).filter(pk=report).values_list("content", "sha256").first()
    if row is None:
        raise NotVisible(f"There is no report {report}.")
    return opened(*row, f"Report {report}")


def sign(scope: Scope, report: int, name: str, function: str, actor: Actor) -> None:
    """Put a name under a report, for good.

    Errors: `NotVisible`; `UnusableInput` where it is not for signature, is signed already, or the name or function is missing.
    """
    found = archived(scope, report)
    given = signed_by(name, function)
    if not found.for_signature:
        raise UnusableInput("This report was not made for signature: it may hold sets that nobody verified.")
    content_of(scope, report)
    with transaction.atomic():
        unsigned = _rows(scope).filter(pk=report, signed_at=None)
        if not unsigned.update(**given, signed_account=actor.name, signed_at=timezone.now()):
            raise UnusableInput("This report is signed already, and what is signed never changes.")
        sha256 = ArchivedReport.objects.values_list("sha256", flat=True).get(pk=report)
        record_change(actor, "report signed", f"report {report}", site=found.site, after={**given, "sha256": sha256})


def _rows(scope: Scope) -> "QuerySet[ArchivedReport]":
    rows = ArchivedReport.objects.all()
    return rows if scope.every_site else rows.filter(site__in=scope.sites)


def _without_content(scope: Scope) -> "QuerySet[ArchivedReport]":
    return _rows(scope).select_related("site").defer("content")


def _archived(row: ArchivedReport) -> Archived:
    return Archived(
        head=ReportHead(row.pk, row.made_at, row.made_by, row.version, _signature(row)), key=row.pk, site=row.site_id,
        site_name=row.site.name, title=row.title, first_day=row.first_day, last_day=row.last_day,
        for_signature=row.for_signature, data_state=row.data_state, counts=_counts(row.counts),
        figures_sha256=row.figures_sha256, schedule=row.schedule_id,
    )  # fmt: skip


def _counts(held: Any) -> dict[str, int]:
    return {str(state): int(number) for state, number in held.items()}


def _signature(row: ArchivedReport) -> Signature | None:
    if row.signed_at is None:
        return None
    return Signature(row.signed_name, row.signed_function, row.signed_account, row.signed_at)
