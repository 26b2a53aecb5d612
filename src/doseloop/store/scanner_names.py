"""Names that each scanner has used, and which of an exam's it had never used before.

A name is noted at the scanner as the exam's objects name it, and looked up at all names of one device, so that merging scanners and
taking it back writes nothing here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from django.db.models import Q

from doseloop.access.scope import Scope
from doseloop.model.exam import ExamRecord
from doseloop.reference.names import normalised
from doseloop.store.models import Event, Exam, Part, ScannerName
from doseloop.store.prepared import Rows, Slot

_LEVEL = ScannerName.Level


@dataclass(frozen=True, slots=True)
class Unseen:
    """Names of an exam that its scanner had not used before it, and what the scanner did in the days before."""

    scanner_name: str
    names: tuple[str, ...]
    """As written."""
    exams: int
    new_names: int
    procedures: tuple[str, ...]
    """Of the exam's parts; empty for none."""


def note(scanner: int, record: ExamRecord) -> None:
    """Note the names of an exam of the scanner, as its objects name that. An exam without a start is not noted: it comes before
    none."""
    started_at = record.started_at.local
    if not started_at:
        return
    names = list(_names_of(record))
    known = _known(scanner, [written for _, written in names])
    for level, written in names:
        row = known.get((level, written)) or _new(scanner, level, written, started_at)
        if started_at < row[1]:
            ScannerName.objects.filter(pk=row[0]).update(first_at=started_at)


def _known(scanner: int, written: list[str]) -> dict[tuple[str, str], tuple[int, str]]:
    """Key and first start of each known name, by level and as written."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for begin in range(0, len(written), len(_SLOTS)):
        some = dict(zip_longest(_SLOTS, written[begin : begin + len(_SLOTS)], fillvalue=""))
        found |= {(level, name): (key, first) for key, level, name, first in _KNOWN.all(scanner=scanner, **some)}
    return found


_SLOTS = ("w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7")
_KNOWN = Rows(
    lambda: ScannerName.objects.filter(
        scanner_id=Slot("scanner"), written__in=[Slot(name) for name in _SLOTS]
    ).values_list("pk", "level", "written", "first_at")
)


def _new(scanner: int, level: str, written: str, started_at: str) -> tuple[int, str]:
    """Of a name that another worker noted meanwhile, what that worker noted."""
    given = {"name": normalised(written), "first_at": started_at}
    row, _ = ScannerName.objects.get_or_create(scanner_id=scanner, level=level, written=written, defaults=given)
    return row.pk, row.first_at


def unseen(scope: Scope, exam: int, days: int) -> Unseen | None:
    """The exam's names that no exam of its scanner had before, with the scanner's last `days`; None where there is none."""
    row = _EXAM.first(exam=exam)
    if row is None or not scope.sees(row[0]):
        return None
    _, scanner, scanner_name, started_at, protocol = row
    first = {name for (name,) in _FIRST.all(scanner=scanner, started_at=started_at)} if started_at else set()
    if not first:
        return None
    written = dict.fromkeys(name for name in (protocol, *(one for (one,) in _PROTOCOLS.all(exam=exam))) if name)
    new = [one for one in written if normalised(one) in first and not _used_before(scanner, one, started_at)]
    return Unseen(scanner_name, tuple(new), *_lately(scanner, started_at, days), _procedures(exam)) if new else None


_FIRST = Rows(
    lambda: (
        ScannerName.objects.filter(first_at=Slot("started_at"))
        .filter(Q(scanner_id=Slot("scanner")) | Q(scanner__root=Slot("scanner")))
        .values_list("name")
    )
)
"""Names of which the first exam began just then: as a rule none, which is all that has to be asked."""
_EXAM = Rows(
    lambda: Exam.objects.filter(pk=Slot("exam")).values_list(
        "site_id", "scanner_id", "scanner__name", "started_at", "protocol_name"
    )
)
_PROTOCOLS = Rows(
    lambda: Event.objects.filter(exam_id=Slot("exam")).order_by("protocol").values_list("protocol").distinct()
)


def _used_before(scanner: int, written: str, started_at: str) -> bool:
    """A name without a word to compare (`1`, `--`) counts as used: it names nothing."""
    name = normalised(written)
    return not any(letter.isalpha() for letter in name) or bool(
        _BEFORE.first(scanner=scanner, name=name, started_at=started_at)
    )


_BEFORE = Rows(
    lambda: (
        ScannerName.objects.filter(name=Slot("name"), first_at__lt=Slot("started_at"))
        .filter(Q(scanner_id=Slot("scanner")) | Q(scanner__root=Slot("scanner")))
        .values_list("pk")[:1]
    )
)


def _lately(scanner: int, started_at: str, days: int) -> tuple[int, int]:
    """Exams, and names that were new, in the days before."""
    since = (datetime.fromisoformat(started_at) - timedelta(days=days)).isoformat()
    exams = Exam.objects.filter(scanner=scanner, part_of=None, started_at__gte=since, started_at__lt=started_at)
    of_device = Q(scanner=scanner) | Q(scanner__root=scanner)
    names = ScannerName.objects.filter(of_device, first_at__gte=since, first_at__lt=started_at)
    return exams.count(), names.values("name").distinct().count()


def _procedures(exam: int) -> tuple[str, ...]:
    rows = Part.objects.filter(exam=exam).order_by("position").values_list("procedure__name", flat=True)
    return tuple(name or "" for name in rows)


def _names_of(record: ExamRecord) -> Iterator[tuple[str, str]]:
    found = [(_LEVEL.EXAM, record.study.protocol_name or "")]
    for part in record.parts:
        for event in part.events:
            protocol = getattr(event.detail, "protocol", None)
            found.append((_LEVEL.ACQUISITION, protocol.value if protocol else ""))
    return ((level, written) for level, written in dict.fromkeys(found) if written.strip())
