"""Reviews of a scanner's medians by a person: the latest of each scanner, and which are due (`assess.level_review`).

A review is a decision (`store.decisions`): its subject is the scanner, and what holds is the latest review.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess.level_review import Change, Due, due
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.site_clock import clock
from doseloop.store import decisions, timeline, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam, LevelReview, Scanner, ScannerName

MOST = 1_000
"""Characters of a note."""
_ASK = frozenset((timeline.EntryKind.SOFTWARE, timeline.EntryKind.TUBE, timeline.EntryKind.REPAIR))


@dataclass(frozen=True, slots=True)
class DueReview:
    """A scanner whose medians are due for review."""

    scanner: int
    scanner_name: str
    due: Due
    last: date | None


def review(scope: Scope, scanner: int, note: str, actor: Actor) -> str:
    """Note that the medians of a scanner were reviewed today. Returns the batch's key.

    Errors: `NotVisible`; `UnusableInput` where the note is missing or too long.
    """
    row = visible.scanners(scope).filter(pk=scanner, root=None).select_related("site").first()
    if row is None:
        raise NotVisible(f"There is no scanner {scanner}.")
    said = " ".join(note.split())
    if not said or len(said) > MOST or not said.isprintable():
        raise UnusableInput(f"Say what the review found, in at most {MOST} characters.")
    told = {"on": clock(row.site.zone, timezone.now()).date().isoformat(), "by": actor.name, "note": said}
    wanted = Wanted(row.site_id, str(scanner), row.name, json.dumps(told, ensure_ascii=False))
    return decisions.decide(scope, REVIEW, [wanted], actor)


def due_reviews(scope: Scope, site: int, now: datetime | None = None) -> tuple[DueReview, ...]:
    """The scanners of a site whose medians are due for review, the longest due first."""
    moment = now or timezone.now()
    rows = visible.scanners(scope).filter(site=site, root=None).select_related("site").order_by("name", "pk")
    last = dict(LevelReview.objects.filter(scanner__in=rows).values_list("scanner", "on"))
    found = [_due(scope, row, last.get(row.pk), clock(row.site.zone, moment).date()) for row in rows]
    return tuple(sorted(filter(None, found), key=lambda one: one.due.since))


def due_review(scope: Scope, scanner: int, now: datetime | None = None) -> DueReview | None:
    """Of one scanner. None where no review is due, and for another name of one."""
    row = visible.scanners(scope).filter(pk=scanner, root=None).select_related("site").first()
    if row is None:
        return None
    last = LevelReview.objects.filter(scanner=row).values_list("on", flat=True).first()
    return _due(scope, row, last, clock(row.site.zone, now or timezone.now()).date())


def _due(scope: Scope, row: Scanner, last: date | None, today: date) -> DueReview | None:
    first = _day(Exam.objects.filter(scanner=row).exclude(started_at="").aggregate(at=Min("started_at"))["at"])
    if first is None:
        return None
    found = due(last, first, _changes(scope, row, first), today)
    return None if found is None else DueReview(row.pk, row.name, found, last)


def _changes(scope: Scope, row: Scanner, first: date) -> list[Change]:
    """Software, tube and repairs of the timeline, and names of protocols that were new after the first month."""
    entries = [one for one in timeline.timeline(scope, row.pk) if one.kind in _ASK]
    said = [Change(on, one.kind, one.note) for one in entries if (on := _day(one.on)) is not None]
    of_device = Q(scanner=row) | Q(scanner__root=row)
    names = ScannerName.objects.filter(of_device, level=ScannerName.Level.EXAM).values_list("written", "first_at")
    new = [(on, name) for name, at in names if (on := _day(at)) is not None and (on - first).days > _LEARNING_DAYS]
    return [*said, *(Change(on, "new protocol", f"“{name}”") for on, name in new)]


_LEARNING_DAYS = 60
"""In its first weeks every protocol of a scanner is new."""


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _put(wanted: Wanted) -> str:
    rows = LevelReview.objects.select_for_update().filter(scanner=int(wanted.subject))
    held = rows.first()
    if wanted.after:
        LevelReview.objects.update_or_create(scanner_id=int(wanted.subject), defaults=json.loads(wanted.after))
    else:
        rows.delete()
    if held is None:
        return ""
    return json.dumps({"on": held.on.isoformat(), "by": held.by, "note": held.note}, ensure_ascii=False)


def _moves_none(decision: Decision) -> "QuerySet[Exam]":
    """A review moves no exam."""
    return Exam.objects.none()


REVIEW = Kind("level review", "levels reviewed", _put, _moves_none)
