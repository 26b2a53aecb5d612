"""DICOM peers that were turned away, and what a person decides about them: admitted, or ignored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import locks, visible
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import PeerDecision, RefusedPeer

NOT_KNOWN = "not among the peers that may send"
"""The one reason for which admitting the peer helps."""

_MOST_KEPT = 1000
"""Rows of refusals; the oldest go, so that nobody fills the record by trying under new names."""
_MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Refusal:
    """How often one peer was refused for one reason, and when last (UTC). `ae` is empty where it told no name."""

    ae: str
    host: str
    reason: str
    count: int
    last_at: datetime

    @property
    def can_be_admitted(self) -> bool:
        """Whether it was refused for nothing but not being known."""
        return bool(self.ae) and self.reason == NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a peer, and when (UTC)."""

    ae: str
    host: str
    verdict: str
    decided_by: str
    decided_at: datetime


def note_refusals(counts: Mapping[tuple[str, str, str], int]) -> None:
    """Add to the counts of refusals by AE title, host and reason."""
    now = timezone.now()
    with transaction.atomic():
        locks.hold("refused peers")
        for (ae, host, reason), count in counts.items():
            row, made = RefusedPeer.objects.get_or_create(
                ae=ae, host=host, reason=reason, defaults={"first_at": now, "last_at": now, "count": count}
            )
            if not made:
                RefusedPeer.objects.filter(pk=row.pk).update(count=F("count") + count, last_at=now)
        _drop_oldest()


def _drop_oldest() -> None:
    if RefusedPeer.objects.count() > _MOST_KEPT:
        kept = RefusedPeer.objects.order_by("-last_at", "-pk").values_list("pk", flat=True)[:_MOST_KEPT]
        RefusedPeer.objects.exclude(pk__in=list(kept)).delete()


def refusals(scope: Scope, within: timedelta) -> tuple[Refusal, ...]:
    """Peers refused within the time before now that nobody has decided about, the latest first, at most 50.

    A peer that was turned away belongs to no site: nothing where the scope leaves one out.
    """
    if not visible.sees_all(scope):
        return ()
    decided = {(one.ae, one.host): one.verdict for one in PeerDecision.objects.all()}
    rows = RefusedPeer.objects.filter(last_at__gte=timezone.now() - within).order_by("-last_at", "-pk")
    found = (Refusal(row.ae, row.host, row.reason, row.count, row.last_at) for row in rows)
    return tuple(one for one in found if not _is_settled(one, decided.get((one.ae, one.host))))[:_MOST_SHOWN]


def _is_settled(refusal: Refusal, verdict: str | None) -> bool:
    """An ignored peer is not shown; an admitted one is, where something else is wrong with it."""
    return verdict == PeerDecision.Verdict.IGNORED or (verdict is not None and refusal.reason == NOT_KNOWN)


def decisions(scope: Scope) -> tuple[Decision, ...]:
    """What was decided, by AE title and host; nothing where the scope leaves a site out."""
    if not visible.sees_all(scope):
        return ()
    rows = PeerDecision.objects.order_by("ae", "host")
    return tuple(Decision(row.ae, row.host, row.verdict, row.decided_by, row.decided_at) for row in rows)


def admitted_peers() -> frozenset[tuple[str, str]]:
    """AE title and host of each peer that a person admitted. For the receiver."""
    rows = PeerDecision.objects.filter(verdict=PeerDecision.Verdict.ADMITTED)
    return frozenset(rows.values_list("ae", "host"))


def decide(scope: Scope, ae: str, host: str, verdict: str, actor: Actor) -> None:
    """Admit or ignore a peer. The receiver acts on it within seconds.

    Errors: `UnusableInput` where it is neither, no host is named, or a peer without a name is to be admitted; `NotVisible`
    where the scope leaves a site out.
    """
    if verdict not in PeerDecision.Verdict.values:
        raise UnusableInput("A peer is admitted or ignored.")
    if not host or (verdict == PeerDecision.Verdict.ADMITTED and not ae):
        raise UnusableInput("Name the peer by its AE title and host.")
    _check_sees_all(scope, ae, host)
    with transaction.atomic():
        locks.hold("decisions about peers")
        before = _verdict(ae, host)
        made = {"verdict": verdict, "decided_by": actor.name, "decided_at": timezone.now()}
        PeerDecision.objects.update_or_create(ae=ae, host=host, defaults=made)
        _record(actor, verdict, ae, host, before, verdict)


def take_back(scope: Scope, ae: str, host: str, actor: Actor) -> None:
    """Undo a decision. Errors: `UnusableInput` where there is none; `NotVisible` where the scope leaves a site out."""
    _check_sees_all(scope, ae, host)
    with transaction.atomic():
        locks.hold("decisions about peers")
        before = _verdict(ae, host)
        if not before:
            raise UnusableInput("Nothing was decided about this peer.")
        PeerDecision.objects.filter(ae=ae, host=host).delete()
        _record(actor, "took back", ae, host, before, "")


def _check_sees_all(scope: Scope, ae: str, host: str) -> None:
    if not visible.sees_all(scope):
        raise NotVisible(f"There is no peer {ae!r} from {host!r}.")


def _verdict(ae: str, host: str) -> str:
    row = PeerDecision.objects.filter(ae=ae, host=host).first()
    return row.verdict if row else ""


def _record(actor: Actor, action: str, ae: str, host: str, before: str, after: str) -> None:
    record_change(
        actor, action, f"peer {ae or 'without a name'} from {host}", before={"verdict": before}, after={"verdict": after}
    )  # fmt: skip
