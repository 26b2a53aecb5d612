"""The timeline of a scanner: what its objects say that changed, and what people wrote down.

What objects say is derived from the days of studies (`ScannerSpan`), so that it is the same in whatever order studies come. What
people write is a decision (`store.decisions`), so that a correction or a removal can be taken back; its subject is the
scanner's key and that of the entry, and what holds is the entry as JSON.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import decisions, scanner_merging, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Batch, Kind, Wanted
from doseloop.store.models import Decision, Exam, Scanner, ScannerSpan, TimelineEntry

LONGEST = 500
"""Characters of a note."""


class EntryKind(StrEnum):
    """What happened to a scanner."""

    SOFTWARE = "software version"
    TUBE = "tube change"
    QA = "QA"
    REPAIR = "repair"
    RENAMED = "renamed"
    MOVED = "moved"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes down; `on` is an ISO day."""

    on: str
    kind: str
    note: str

    def __post_init__(self) -> None:
        """Errors: `UnusableInput`."""
        try:
            date.fromisoformat(self.on)
        except ValueError:
            raise UnusableInput(f"{self.on[:20]!r} is no date like 2026-03-31.") from None
        if self.kind not in set(EntryKind):
            raise UnusableInput("Choose what happened from the list.")
        if len(self.note) > LONGEST or not all(one.isprintable() or one == "\n" for one in self.note):
            raise UnusableInput(f"A note has at most {LONGEST} characters that can be printed.")
        if self.kind == EntryKind.OTHER and not self.note.strip():
            raise UnusableInput("Say in the note what happened.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    on: str
    kind: str
    note: str
    source: str
    """`objects` or `hand`."""
    key: str = ""
    """Of an entry by hand."""
    until: str = ""
    """Of what objects say: the last day of a study that said so."""


def timeline(scope: Scope, scanner: int) -> tuple[Entry, ...]:
    """Everything about a scanner and its other names, the latest first. Errors: `NotVisible`."""
    if not visible.scanners(scope).filter(pk=scanner).exists():
        raise NotVisible(f"There is no scanner {scanner}.")
    names = scanner_merging.names_of(scope, scanner)
    by_hand = [
        Entry(row.on, row.kind, row.note, "hand", row.key) for row in TimelineEntry.objects.filter(scanner__in=names)
    ]
    spans = list(ScannerSpan.objects.filter(scanner__in=names))
    return tuple(sorted([*by_hand, *_said(spans)], key=lambda one: (one.on, one.kind, one.key, one.note), reverse=True))


_SAID = (
    ("software_versions", EntryKind.SOFTWARE, "First study with {value}", "{value}, before it {before}"),
    ("station_name", EntryKind.RENAMED, "", "Station {value}, before it {before}"),
    ("institution", EntryKind.MOVED, "", "At {value}, before at {before}"),
)


def _said(spans: Sequence[ScannerSpan]) -> Iterator[Entry]:
    """One entry for each value that objects gave, on the day of its first study; the first station and site are no change."""
    for field, kind, first, later in _SAID:
        days: dict[str, tuple[str, str]] = {}
        for span in spans:
            value = getattr(span, field)
            begun, ended = days.get(value, (span.first_on, span.last_on))
            days[value] = min(begun, span.first_on), max(ended, span.last_on)
        days.pop("", None)
        before = ""
        for value, (begun, ended) in sorted(days.items(), key=lambda one: one[1]):
            if note := (later if before else first).format(value=value, before=before):
                yield Entry(begun, kind, note, "objects", until=ended)
            before = value


def write_down(scope: Scope, scanner: int, written: Written, actor: Actor) -> None:
    """Add an entry. Errors: `NotVisible`."""
    _decide(scope, scanner, uuid.uuid4().hex, written, actor)


def correct(scope: Scope, scanner: int, key: str, written: Written | None, actor: Actor) -> None:
    """Write something else in place of an entry, or with None remove it. Errors: `NotVisible`."""
    names = scanner_merging.names_of(scope, scanner)
    at = TimelineEntry.objects.filter(scanner__in=names, key=key).values_list("scanner_id", flat=True).first()
    if at is None:
        raise NotVisible("There is no such entry.")
    _decide(scope, at, key, written, actor)


def entries_written(scope: Scope, scanner: int) -> tuple[Batch, ...]:
    """What people wrote down, corrected and removed, the latest first."""
    about = Q(pk__in=[])
    for key in scanner_merging.names_of(scope, scanner).values_list("pk", flat=True):
        about |= Q(subject__startswith=f"{key}/")
    return decisions.history(scope, ENTRIES, about=about)


def held(packed: str) -> Written | None:
    """What a decision about an entry holds; None where nothing does."""
    return Written(**json.loads(packed)) if packed else None


def _decide(scope: Scope, scanner: int, key: str, written: Written | None, actor: Actor) -> None:
    row = visible.scanners(scope).filter(pk=scanner).first()
    if row is None:
        raise NotVisible(f"There is no scanner {scanner}.")
    decisions.decide(scope, ENTRIES, [Wanted(row.site_id, f"{scanner}/{key}", row.name, _packed(written))], actor)


def _packed(written: Written | None) -> str:
    if written is None:
        return ""
    return json.dumps({"on": written.on, "kind": str(written.kind), "note": written.note}, ensure_ascii=False)


def _put(wanted: Wanted) -> str:
    scanner, _, key = wanted.subject.partition("/")
    Scanner.objects.select_for_update(no_key=True).get(pk=int(scanner), site=wanted.site)
    row = TimelineEntry.objects.select_for_update().filter(scanner=int(scanner), key=key).first()
    before = _packed(Written(row.on, row.kind, row.note)) if row else ""
    if not wanted.after:
        TimelineEntry.objects.filter(key=key).delete()
    else:
        TimelineEntry.objects.update_or_create(
            key=key, defaults={"scanner_id": int(scanner), **json.loads(wanted.after)}
        )
    return before


def _none(decision: Decision) -> "QuerySet[Exam]":
    """No exam holds what happened to its scanner."""
    return Exam.objects.none()


ENTRIES = Kind("timeline", "timeline changed", _put, _none)
