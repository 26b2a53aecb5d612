"""Which exams used which protocols with which settings: followed by the worker's clock, an exam at a time as it changes.

The rows are derived and order does not matter: whatever changes an exam gives it a new number (`store.changes`), and its rows are
made anew from its events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from django.db import transaction

from doseloop.assess.protocol_change import Use
from doseloop.assess.protocol_fingerprint import of_exam
from doseloop.model.ct import CtEvent
from doseloop.model.projection import ProjectionEvent
from doseloop.reference.names import normalised
from doseloop.store.event_rows import event_of_row, value_of
from doseloop.store.models import Counter, Event, Exam, ProtocolUseRow

_READ: Final = "protocol uses"
MOST_USES: Final = 5000
"""The newest of a scanner that are looked at."""
_ROLES = ("main", "acquisition", "fluoroscopy")

Known = CtEvent | ProjectionEvent


class UseOf(NamedTuple):
    """One use, and what of."""

    protocol: str
    kind: str
    use: Use


def follow(most: int = 300) -> set[int]:
    """Read exams that changed since the last call, about `most` of them. Returns the scanners that they are on, or were."""
    with transaction.atomic():
        Counter.objects.get_or_create(name=_READ)
        counter = Counter.objects.select_for_update().get(name=_READ)
        changed = list(
            Exam.objects.filter(changed__gt=counter.value).order_by("changed").values_list("changed", flat=True)[:most]
        )
        if not changed:
            return set()
        exams = list(Exam.objects.filter(changed__gt=counter.value, changed__lte=changed[-1]))
        touched = _write(exams)
        counter.value = changed[-1]
        counter.save(update_fields=["value"])
    return touched


def read_until() -> int:
    """Number of the last change of an exam whose protocols are known; 0 before the first."""
    return Counter.objects.filter(name=_READ).values_list("value", flat=True).first() or 0


def _write(exams: Sequence[Exam]) -> set[int]:
    before = ProtocolUseRow.objects.filter(exam__in=exams)
    touched = set(before.values_list("scanner_id", flat=True))
    before.delete()
    counted = [one for one in exams if one.part_of_id is None and not one.excluded_as and one.started_at]
    events: dict[int, list[tuple[str, Known]]] = defaultdict(list)
    rows = Event.objects.filter(exam__in=counted, kind__in=("ct", "projection"), role__in=_ROLES).order_by("position")
    for exam, kind, protocol, detail in rows.values_list("exam_id", "kind", "protocol", "detail"):
        event = event_of_row(kind, bytes(detail))
        if isinstance(event, CtEvent | ProjectionEvent):
            events[exam].append((protocol, event))
    made = [row for exam in counted for row in _rows(exam, events[exam.pk])]
    ProtocolUseRow.objects.bulk_create(made)
    return touched | {row.scanner_id for row in made}


def _rows(exam: Exam, events: Iterable[tuple[str, Known]]) -> Iterator[ProtocolUseRow]:
    by_protocol: dict[str, list[Known]] = defaultdict(list)
    for protocol, event in events:
        by_protocol[use_name(exam.protocol_name, protocol)].append(event)
    for protocol, found in by_protocol.items():
        if protocol:
            yield ProtocolUseRow(
                exam_id=exam.pk,
                scanner_id=exam.scanner_id,
                protocol=protocol,
                name=normalised(protocol),
                kind="ct" if isinstance(found[0], CtEvent) else "projection",
                started_at=exam.started_at,
                settings=of_exam(found),
                dose=_dose(found),
            )


def use_name(exam: str, acquisition: str) -> str:
    """What a use is called, `AbdPelvis_Routine / Abdomen`: many exams share the name of an acquisition."""
    return " / ".join(dict.fromkeys(one.strip() for one in (exam, acquisition) if one.strip()))


def _dose(events: Sequence[Known]) -> float | None:
    ct = [value_of(one.ctdi_vol_mgy) for one in events if isinstance(one, CtEvent)]
    kap = [value_of(one.dap_gy_cm2) for one in events if isinstance(one, ProjectionEvent)]
    known = [value for value in ct if value is not None]
    if known:
        return max(known)
    whole = [value for value in kap if value is not None]
    return sum(whole) if whole and len(whole) == len(kap) else None


def uses_of(scanner: int) -> dict[tuple[str, str], list[Use]]:
    """The newest uses of each protocol and kind on a scanner, in the order of time."""
    rows = ProtocolUseRow.objects.filter(scanner=scanner).order_by("-started_at", "-exam_id")
    found: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for protocol, kind, *use in reversed(rows.values_list("protocol", "kind", *_USE)[:MOST_USES]):
        found[protocol, kind].append(Use(*use))
    return found


def uses_since(scanner: int, day: str) -> list[UseOf]:
    """All uses on a scanner since an ISO day, and the newest before it that `uses_of` would have had then, in the order of time."""
    rows = ProtocolUseRow.objects.filter(scanner=scanner).order_by("-started_at", "-exam_id")
    most = rows.filter(started_at__gte=day).count() + MOST_USES
    found = rows.values_list("protocol", "kind", *_USE)[:most]
    return [UseOf(protocol, kind, Use(*use)) for protocol, kind, *use in reversed(found)]


def named(names: Iterable[str], scanners: Iterable[int]) -> dict[tuple[int, str], list[Use]]:
    """The newest uses of protocols of these normalised names on these scanners, by scanner and name, in the order of time."""
    rows: Any = ProtocolUseRow.objects.filter(name__in=set(names), scanner__in=set(scanners))
    newest = rows.order_by("-started_at", "-exam_id").values_list("scanner_id", "name", *_USE)[:MOST_USES]
    found: dict[tuple[int, str], list[Use]] = defaultdict(list)
    for scanner, name, *use in reversed(newest):
        found[scanner, name].append(Use(*use))
    return found


_USE = ("exam_id", "started_at", "settings", "dose")
