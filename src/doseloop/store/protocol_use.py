"""What an exam was scanned with, and what its scanner did before with the same protocol: for the rule `wrong-protocol`."""

from collections import Counter
from dataclasses import dataclass
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.ct import CtEvent
from doseloop.store.event_rows import event_of_row
from doseloop.store.models import Event, Flag
from doseloop.store.prepared import Rows, Slot


@dataclass(frozen=True, slots=True)
class UsedScan:
    """A main acquisition as its columns have it."""

    kind: str
    protocol: str
    target_region: str
    phantom_cm: int | None
    kvp: float | None


@dataclass(frozen=True, slots=True)
class UsedProtocol:
    """An exam with its main acquisitions; texts are empty where nothing is recorded."""

    exam: int
    scanner: int
    started_at: str
    settled: bool
    age_years: float | None
    protocol_name: str
    description: str
    requested_procedure: str
    procedure: str | None
    """Of the part of the first acquisition."""
    scans: tuple[UsedScan, ...]


_EXAM = (
    *(
        "exam__site_id",
        "exam__scanner_id",
        "exam__started_at",
        "exam__settled",
        "exam__age_years",
        "exam__protocol_name",
    ),
    *("exam__description", "exam__requested_procedure", "part__procedure_id"),
)
_FIELDS = (
    *("scanner", "started_at", "settled", "age_years", "protocol_name", "description", "requested_procedure"),
    "procedure",
)
"""What each of those after the site is in `UsedProtocol`."""
_SCAN = ("kind", "protocol", "target_region", "phantom_cm", "kvp")
_ROLES = ("main", "acquisition", "fluoroscopy")
_ROWS = Rows(
    lambda: (
        Event.objects.filter(exam_id=Slot("exam"), role__in=_ROLES)
        .order_by("position")
        .values_list(*_EXAM, *_SCAN)[:MOST_SCANS]
    )
)
_RULE = "wrong-protocol"
MOST_SCANS = 200
MOST_BEFORE = 100


def used(scope: Scope, exam: int) -> UsedProtocol | None:
    """What the exam was scanned with; None where the scope does not see it or nothing was."""
    rows = _ROWS.all(exam=exam)
    if not rows or not scope.sees(rows[0][0]):
        return None
    scans = tuple(UsedScan(*row[len(_EXAM) :]) for row in rows)
    of_exam = dict(zip(_FIELDS, rows[0][1 : len(_EXAM)], strict=True))
    return UsedProtocol(exam=exam, scans=scans, **of_exam)


def kvp_before(of: UsedProtocol, bands: tuple[str, ...]) -> Counter[float]:
    """How many of the last main acquisitions of eligible patients of these age bands had each kV: same scanner and procedure."""
    known = {"scanner": of.scanner, "procedure": of.procedure, "exam": of.exam}
    return Counter(kvp for (kvp,) in _kvp(bands).all(**known, started_at=of.started_at))


@cache
def _kvp(bands: tuple[str, ...]) -> Rows:
    return Rows(lambda: _same_procedure(bands).order_by("-part__started_at").values_list("kvp")[:MOST_BEFORE])


def _same_procedure(bands: tuple[str, ...]) -> QuerySet[Event]:
    """Without exams whose own flag stands: a fault that goes on for weeks must not become the habit that it is judged by."""
    standing = Flag.objects.filter(exam=OuterRef("exam_id"), rule=_RULE, state__in=(Flag.State.OPEN, Flag.State.CASE))
    return Event.objects.filter(
        ~Exists(standing),
        part__procedure_id=Slot("procedure"),
        part__age_band__in=bands,
        part__started_at__lt=Slot("started_at"),
        part__started_at__gt="",
        part__eligible=True,
        part__scanner_id=Slot("scanner"),
        role="main",
        kvp__gt=0,
    ).exclude(exam_id=Slot("exam"))


def own_contexts(exam: int) -> list[str]:
    """Codes of the procedure context (CID 10014) of the exam's main acquisitions; empty for one without."""
    return [_context(kind, detail) for kind, detail in _OWN.all(exam=exam)]


_OWN = Rows(
    lambda: Event.objects.filter(exam_id=Slot("exam"), role="main", kind="ct").values_list("kind", "detail")[
        :MOST_SCANS
    ]
)


def contexts_before(of: UsedProtocol, protocol: str, most: int) -> list[str]:
    """The same of the last `most` main acquisitions with this protocol, within the exam's protocol, on its scanner."""
    known = {"scanner": of.scanner, "exam_protocol": of.protocol_name, "protocol": protocol}
    found = _before(most).all(**known, started_at=of.started_at, exam=of.exam)
    return [_context(kind, detail) for kind, detail in found]


@cache
def _before(most: int) -> Rows:
    return Rows(lambda: _same_protocol().order_by("-exam__started_at").values_list("kind", "detail")[:most])


def _same_protocol() -> QuerySet[Event]:
    return Event.objects.filter(
        exam__scanner_id=Slot("scanner"),
        exam__started_at__lt=Slot("started_at"),
        exam__started_at__gt="",
        exam__protocol_name=Slot("exam_protocol"),
        protocol=Slot("protocol"),
        role="main",
        kind="ct",
    ).exclude(exam_id=Slot("exam"))


def _context(kind: str, detail: bytes) -> str:
    event = event_of_row(kind, bytes(detail))
    return event.procedure_context.value.value if isinstance(event, CtEvent) and event.procedure_context else ""
