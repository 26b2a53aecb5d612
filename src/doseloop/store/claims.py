"""Claims: which worker has which waiting object, and for how long."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from doseloop.store.failpoint import failpoint
from doseloop.store.models import DoseObjectRow
from doseloop.store.prepared import Rows, Slot

_WAITING = DoseObjectRow.State.WAITING
_LONGEST_WAIT = timedelta(minutes=1)
"""More than a transaction waits for its turn before it fails."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A waiting object that a worker has for a while."""

    object: int
    sha256: str
    attempts: int
    """How often reading it was begun, this time included."""


def claim(worker: str, most: int, lease: timedelta) -> tuple[Claim, ...]:
    """Take up to `most` waiting objects, the oldest first. Each is given to one worker until the lease ends.

    No claim ends later than one lease from now: one that says so was made before the clock was set back, and counts as ended.
    By a little it may: another worker took its claim while this one waited for its turn.
    """
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_until__gt=now + lease + _LONGEST_WAIT)
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        waiting = DoseObjectRow.objects.filter(free, state=_WAITING).order_by("pk")
        rows = list(waiting.select_for_update(skip_locked=skip).values_list("pk", "sha256", "attempts")[:most])
        DoseObjectRow.objects.filter(pk__in=[pk for pk, _, _ in rows]).update(
            claimed_by=worker, claimed_until=now + lease, attempts=F("attempts") + 1
        )
        failpoint("claims: objects taken, before the commit")
    return tuple(Claim(pk, sha256, attempts + 1) for pk, sha256, attempts in rows)


def give_back(worker: str) -> int:
    """Free what a worker of that name held when it died, the attempt uncounted; for its next start. Returns how many."""
    held = DoseObjectRow.objects.filter(claimed_by=worker, state=_WAITING)
    return held.update(claimed_by="", claimed_until=None, attempts=F("attempts") - 1)


def postpone(claim: Claim, by: timedelta) -> None:
    """Let an object wait before it is tried again."""
    held_by(claim).update(claimed_by="", claimed_until=timezone.now() + by)


def held_by(claim: Claim) -> QuerySet[DoseObjectRow]:
    """The object of a claim that still holds; empty once it was processed, or claimed anew after its lease."""
    return held(claim.object, claim.attempts)


def held(key: int | Slot, attempts: int | Slot) -> QuerySet[DoseObjectRow]:
    """The object of that key, waiting and claimed for the time of that number."""
    return DoseObjectRow.objects.filter(pk=key, state=_WAITING, attempts=attempts)


_STILL_HELD = Rows(lambda: held(Slot("object"), Slot("attempts")).select_for_update().values_list("pk"))


def still_held(claim: Claim) -> bool:
    """Whether the claim still holds; if so, nobody can claim the object anew until the transaction ends."""
    return bool(_STILL_HELD.all(object=claim.object, attempts=claim.attempts))


def anything_waiting() -> bool:
    """Whether any object waits, cheap enough to ask often."""
    return DoseObjectRow.objects.filter(state=_WAITING).exists()
