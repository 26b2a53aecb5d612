"""The outbox: flags on their way to those who are told of them.

A row is written in the transaction that raises its flag, so that neither can be there without the other. A worker claims the
rows of one subscription that are due, sends them as one message and notes it; one that is killed in between leaves its claim,
which ends by itself, and the message goes again: at least once, never not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from doseloop.assess.registry import RULES
from doseloop.model.notification import (
    OLDEST_EXAM,
    How,
    QuietHours,
    Severity,
    Timing,
    due_at,
    may_go_at,
)
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import Flag, Notification, Subscription
from doseloop.store.visible import ABOUT_PEOPLE

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440))
"""Before each further attempt, three days in all. After the last a person has to ask for more."""
PACE: Final = timedelta(minutes=5)
"""Between two messages of one subscription: the first goes at once, what follows goes together."""
LEASE: Final = timedelta(minutes=5)
"""How long a claim holds: longer than any message takes."""
KEPT: Final = timedelta(days=180)
_LONGEST_WAIT: Final = timedelta(minutes=1)
_MOST: Final = 1000
"""Flags that one message tells of; more go with the next."""
_WAITING, _SENT, _FAILED, _NOT_NEEDED = (
    Notification.State.WAITING,
    Notification.State.SENT,
    Notification.State.FAILED,
    Notification.State.NOT_NEEDED,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A flag that a message tells of: nothing of it is about one patient but `flag`, the key of its page."""

    flag: int
    rule: str
    scanner: str
    procedure: str

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return severity_of(self.rule)

    @property
    def title(self) -> str:
        """What the rule is called."""
        return RULES[self.rule].title if self.rule in RULES else self.rule


@dataclass(frozen=True, slots=True)
class Batch:
    """What a worker has claimed: one message."""

    subscription: int
    site: int
    site_name: str
    timing: Timing
    with_links: bool
    worker: str
    rows: tuple[tuple[int, int], ...]
    """Key and number of the attempt of each row."""
    told: tuple[Told, ...]


def severity_of(rule: str) -> Severity:
    """How much a rule's flags matter; those of a rule that is not of the table matter."""
    return Severity(RULES[rule].severity) if rule in RULES else Severity.MEDIUM


def post(flag: Flag, now: datetime) -> None:
    """Put a flag that was raised, or came back, into the outbox, within the transaction that does so. Told once it is not told
    again."""
    if flag.rule in ABOUT_PEOPLE or _is_old(flag, now):
        return
    severity = severity_of(flag.rule)
    for row in Subscription.objects.filter(site_id=flag.site_id, paused_at=None).select_related("site"):
        if not severity.reaches(Severity(row.least)):
            continue
        next_at = due_at(now, timing_of(row), ZoneInfo(row.site.zone))
        same = {"subscription": row, "flag": flag, "how": row.how}
        held, made = Notification.objects.get_or_create(**same, defaults={"next_at": next_at})
        if not made and held.state == _NOT_NEEDED:
            Notification.objects.filter(pk=held.pk).update(state=_WAITING, next_at=next_at, attempts=0, said="")


def claim(worker: str, now: datetime) -> Batch | None:
    """Take what is due of one subscription; None where nothing may go now. Of several workers each row is given to one.

    Rows whose flag somebody judged meanwhile, that was withdrawn, or that counts in one that is told, are let go; rows that fall
    into quiet hours or follow a message too soon are put off.
    """
    if not _due(now).exists():
        return None
    skip = connection.features.has_select_for_update_skip_locked
    while True:
        with transaction.atomic():
            first = _due(now).order_by("next_at", "pk").values_list("subscription", flat=True).first()
            if first is None:
                return None
            row = Subscription.objects.select_related("site").get(pk=first)
            mine = _due(now).filter(subscription=row).order_by("pk").select_for_update(skip_locked=skip, of=("self",))
            held = list(mine.select_related("flag__scanner", "flag__procedure")[:_MOST])
            if not held:
                return None
            batch = _claimed(row, held, worker, now)
        if batch is not None:
            return batch


def give_back(worker: str) -> int:
    """Free what a worker of that name had claimed when it died, for its next start. Returns how many rows."""
    held = Notification.objects.filter(claimed_by=worker, state=_WAITING)
    return held.update(claimed_by="", claimed_until=None)


def note_sent(batch: Batch, now: datetime, actor: Actor) -> None:
    """Note that the message went; what waited because an earlier one did not goes next."""
    with transaction.atomic():
        _held(batch).update(state=_SENT, at=now, said="", claimed_by="", claimed_until=None)
        Subscription.objects.filter(pk=batch.subscription).update(sent_at=now)
        later = Notification.objects.filter(subscription=batch.subscription, state=_WAITING, attempts__gt=0)
        later.filter(claimed_by="").update(next_at=now)
        about = f"subscription {batch.subscription}"
        record_change(actor, "notified", about, site=batch.site, after={"flags": len(batch.told)})


def note_failed(batch: Batch, now: datetime, why: str) -> None:
    """Note an attempt that failed: each row waits for its next one, or has failed where it was the last."""
    with transaction.atomic():
        for attempt in {attempt for _, attempt in batch.rows}:
            rows = _held(batch).filter(attempts=attempt)
            ended = {"at": now, "said": why, "claimed_by": "", "claimed_until": None}
            if attempt > len(PAUSES):
                rows.update(state=_FAILED, **ended)
            else:
                rows.update(next_at=now + PAUSES[attempt - 1], **ended)


def forget_old(now: datetime) -> int:
    """Remove rows that ended half a year ago; the audit keeps that something was sent. Returns how many."""
    return Notification.objects.exclude(state=_WAITING).filter(next_at__lt=now - KEPT).delete()[0]


def timing_of(row: Subscription) -> Timing:
    """When a subscription tells."""
    quiet = None if row.quiet_begin is None or row.quiet_end is None else QuietHours(row.quiet_begin, row.quiet_end)
    return Timing(How(row.how), row.digest_at, row.wait_h, quiet)


def _claimed(row: Subscription, held: Sequence[Notification], worker: str, now: datetime) -> Batch | None:
    """The rows as one message; None where all of them are let go, put off or given up."""
    timing = timing_of(row)
    led = _told_by_their_lead(row, held)
    needed = [one for one in held if one.flag.state == Flag.State.OPEN and one.pk not in led]
    _change(set(held) - set(needed), state=_NOT_NEEDED)
    go_at = may_go_at(now, timing.quiet, ZoneInfo(row.site.zone))
    if timing.how is not How.DIGEST and row.sent_at is not None and row.sent_at <= now:
        go_at = may_go_at(max(go_at, row.sent_at + PACE), timing.quiet, ZoneInfo(row.site.zone))
    if go_at > now:
        _change(needed, next_at=go_at)
        return None
    lost = [one for one in needed if one.attempts > len(PAUSES)]
    _change(lost, state=_FAILED, said="Each worker that began to send it died.")
    taken = [one for one in needed if one.attempts <= len(PAUSES)]
    if not taken:
        return None
    for one in taken:
        one.attempts += 1
        one.claimed_by, one.claimed_until = worker, now + LEASE
    Notification.objects.bulk_update(taken, ["attempts", "claimed_by", "claimed_until"])
    rows = tuple((one.pk, one.attempts) for one in taken)
    told = tuple(_told(one.flag) for one in taken)
    return Batch(row.pk, row.site_id, row.site.name, timing, row.with_links, worker, rows, told)


def _told_by_their_lead(row: Subscription, held: Sequence[Notification]) -> set[int]:
    """Rows whose flag counts in another one of the same cause that the subscription is told of."""
    leads = {one.flag.joined_to_id for one in held if one.flag.joined_to_id is not None}
    mine = Notification.objects.filter(subscription=row, flag_id__in=leads, state__in=(_WAITING, _SENT))
    told = set(mine.values_list("flag_id", flat=True)) if leads else set()
    return {one.pk for one in held if one.flag.joined_to_id in told}


def _change(rows: Iterable[Notification], **values: Any) -> None:
    keys = [one.pk for one in rows]
    if keys:
        Notification.objects.filter(pk__in=keys).update(claimed_by="", claimed_until=None, **values)


def _due(now: datetime) -> "QuerySet[Notification]":
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_until__gt=now + LEASE + _LONGEST_WAIT)
    return Notification.objects.filter(free, state=_WAITING, next_at__lte=now, subscription__paused_at=None)


def _held(batch: Batch) -> "QuerySet[Notification]":
    """The rows of a claim that still hold: a claim that ended was perhaps made anew by another."""
    mine = {"claimed_by": batch.worker, "state": _WAITING}
    return Notification.objects.filter(pk__in=[key for key, _ in batch.rows], **mine)


def _is_old(flag: Flag, now: datetime) -> bool:
    """Whether the exam was made so long ago that its flag is no news."""
    if flag.exam is None:
        return False
    try:
        day = date.fromisoformat(flag.exam.started_at[:10])
    except ValueError:
        return False
    return day < (now - OLDEST_EXAM).date()


def _told(flag: Flag) -> Told:
    scanner, procedure = flag.scanner, flag.procedure
    return Told(flag.pk, flag.rule, scanner.name if scanner else "", procedure.name if procedure else "")
