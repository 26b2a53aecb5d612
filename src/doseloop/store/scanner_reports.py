"""The newest objects of one scanner by kind and software version, checked for what the standard requires of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from django.db.models import QuerySet

from doseloop.access.scope import Scope
from doseloop.assess.completeness import Checked, checked
from doseloop.assess.report_quality import NO_VERSION, CheckedReport
from doseloop.model.dose_object import DoseObject, Equipment, StudyHeader
from doseloop.model.errors import NotVisible
from doseloop.reference.dose_items import items_of
from doseloop.store import visible
from doseloop.store.exam_detail import ScannerShown, scanner_shown
from doseloop.store.models import DoseObjectRow
from doseloop.store.packing import unpack
from doseloop.store.scanner_merging import names_of

COUNTED = 200
"""Newest objects of one kind and version that are looked at."""
VERSIONS = 4
"""Newest versions of a kind."""
SCANNED = 5000
"""Newest objects among which those are sought."""
_OTHERS = (DoseObjectRow.Standing.SLICE, DoseObjectRow.Standing.RESEND, DoseObjectRow.Standing.DEMOGRAPHIC)


@dataclass(frozen=True, slots=True)
class _Head:
    """What of a record tells its version, read without the rest."""

    equipment: Equipment
    study: StudyHeader


def scanner(scope: Scope, key: int) -> ScannerShown:
    """The scanner. Errors: `NotVisible` where there is none at a site of the scope."""
    row = visible.scanners(scope).filter(pk=key).first()
    if row is None:
        raise NotVisible(f"There is no scanner {key}.")
    return scanner_shown(row)


def checked_reports(scope: Scope, key: int) -> tuple[CheckedReport, ...]:
    """Its newest objects, each checked, without copies that say the same. Errors: `NotVisible` as for `scanner`."""
    scanner(scope, key)
    return tuple(_checked_reports(_objects(scope, key)))


def exam_of(scope: Scope, key: int, object_id: int) -> int:
    """The exam that an object of the scanner belongs to. Errors: `NotVisible` where the scope sees no such object."""
    exam = _objects(scope, key).filter(pk=object_id).values_list("exam_id", flat=True).first()
    if exam is None:
        raise NotVisible(f"Scanner {key} has no object {object_id}.")
    return exam


def _objects(scope: Scope, key: int) -> "QuerySet[DoseObjectRow]":
    rows = DoseObjectRow.objects.filter(exam__scanner__in=names_of(scope, key), exam__in=visible.exams(scope))
    return rows.exclude(record=None).exclude(standing__in=_OTHERS)


def _checked_reports(rows: "QuerySet[DoseObjectRow]") -> Iterator[CheckedReport]:
    newest = rows.order_by("-received_at", "-pk")[:SCANNED]
    counted: Counter[tuple[str, str]] = Counter()
    for row in newest.iterator(chunk_size=100):
        if not items_of(row.kind):
            continue
        record = bytes(row.record or b"")
        head = unpack(record, _Head)
        version = row.kind, head.equipment.software_versions or NO_VERSION
        of_kind = sum(kind == row.kind for kind, _ in counted)
        if counted[version] < COUNTED and (version in counted or of_kind < VERSIONS):
            counted[version] += 1
            day = head.study.date or row.received_at.date().isoformat()
            yield CheckedReport(row.pk, *version, day, _checked(row.pk, blake2b(record).digest()))


@lru_cache(maxsize=20_000)
def _checked(key: int, digest: bytes) -> Checked:
    """What was found in an object, once for each record of it: `digest` is that of the record."""
    row = DoseObjectRow.objects.only("kind", "record").get(pk=key)
    return checked(unpack(bytes(row.record or b""), DoseObject), items_of(row.kind))
