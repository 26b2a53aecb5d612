"""Proposals of repairs: what the evidence of a scanner's exams says, and what a person says to it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess import unit_suspected
from doseloop.assess.powers_of_ten import Check, Proposal, look
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.value_repair import Source
from doseloop.store import decisions, outbox, value_repairs, visible
from doseloop.store.audit import Actor, Seen, record_change
from doseloop.store.event_rows import event_of_row
from doseloop.store.models import DoseObjectRow, Event, Flag, RepairProposal, Scanner
from doseloop.store.objects import dose_of
from doseloop.store.scanner_facts import scanner_facts, typical_elsewhere
from doseloop.store.value_repairs import REPAIRS, WantedRepair

_State = RepairProposal.State
_MORE = 2
"""A declined proposal comes back where its evidence holds twice the exams: it is not the same evidence then."""


@dataclass(frozen=True, slots=True)
class ProposalShown:
    """A proposal with its scanner (times UTC)."""

    id: int
    site: int
    site_name: str
    scanner: int
    scanner_name: str
    quantity: str
    source: str
    of_total: bool
    power: int
    since: str
    until: str
    exams: int
    evidence: Mapping[str, Any]
    state: str
    found_at: datetime
    judged_by: str
    judged_at: datetime | None
    reason: str

    @property
    def wanted(self) -> WantedRepair:
        """The rule that it proposes."""
        return WantedRepair(
            self.scanner, self.quantity, self.source, self.of_total, self.power, self.since, self.until  # type: ignore[arg-type]
        )  # fmt: skip


def due(looked: Mapping[int, datetime], before: datetime) -> int | None:
    """The scanner that is to be looked at next: one that sent something since, and was not looked at after `before`. None where
    there is none."""
    rows = Scanner.objects.order_by("pk").values_list("pk", "last_object_at")
    waiting = [(looked.get(pk), pk) for pk, last in rows if pk not in looked or looked[pk] < min(before, last)]
    never = [pk for at, pk in waiting if at is None]
    return never[0] if never else min(waiting)[1] if waiting else None


def look_at(scanner: int) -> int:
    """Look at the newest exams of a scanner and keep what they propose. Returns how many proposals stand.

    Nothing is done while exams of a decided repair are still to be made anew: they would be proposed again.
    """
    if decisions.pending(SYSTEM, REPAIRS).exists():
        return _standing(scanner).count()
    row = Scanner.objects.get(pk=scanner)
    facts = scanner_facts(SYSTEM, scanner).by_source
    others = typical_elsewhere(SYSTEM, scanner, row.modality) if facts else {}
    found = [(source, one) for source, of_source in facts.items() for one in look(of_source, others)[0]]
    with transaction.atomic():
        held = {_key(one): one for one in RepairProposal.objects.select_for_update().filter(scanner=scanner)}
        kept = {_write(row, source, one, held) for source, one in found}
        for key, one in held.items():
            if key not in kept and one.state == _State.PROPOSED:
                _end(one, _State.WITHDRAWN)
    return _standing(scanner).count()


def proposals(scope: Scope, state: str = "") -> tuple[ProposalShown, ...]:
    """Proposals of the scope's sites, the latest first; of all states but withdrawn where `state` is empty."""
    rows = _rows(scope).filter(state=state) if state else _rows(scope).exclude(state=_State.WITHDRAWN)
    return tuple(_shown(row) for row in rows.order_by("-found_at", "-pk"))


def proposal(scope: Scope, key: int) -> ProposalShown:
    """One proposal. Errors: `NotVisible`."""
    row = _rows(scope).filter(pk=key).first()
    if row is None:
        raise NotVisible(f"There is no proposal {key}.")
    return _shown(row)


def seen(scope: Scope, exams: Iterable[int]) -> set[Seen]:
    """Whom examples are about, for the audit."""
    rows = visible.exams(scope).filter(pk__in=list(exams)).values_list("patient_id", "site_id")
    return {Seen(*row) for row in rows}


@transaction.atomic
def accept(scope: Scope, key: int, since: str, until: str, reason: str, actor: Actor) -> str:
    """Put the proposed rule into force for these days. Returns its id. Errors: `NotVisible`, `UnusableInput`."""
    row = _locked(scope, key)
    wanted = WantedRepair(row.scanner_id, row.quantity, row.source, row.of_total, row.power, since, until)  # type: ignore[arg-type]
    made = value_repairs.put_into_force(scope, wanted, reason, actor)
    row.repair_id = value_repairs.row_of(made)
    _judge(row, _State.ACCEPTED, reason, actor)
    return made


@transaction.atomic
def decline(scope: Scope, key: int, reason: str, actor: Actor) -> None:
    """Say that the values are right. Errors: `UnusableInput` without a reason, or where it was judged before; `NotVisible`."""
    row = _locked(scope, key)
    if not reason.strip():
        raise UnusableInput("Say why: whoever looks later sees nothing but this reason.")
    _judge(row, _State.DECLINED, reason.strip(), actor)
    record_change(actor, "repair declined", f"proposal {key}", site=row.site_id, after={"reason": row.reason})


@transaction.atomic
def propose_again(scope: Scope, key: int, actor: Actor) -> None:
    """Take back what was said to a proposal; a rule that was made of it is taken back by itself, before. Errors: `NotVisible`,
    `UnusableInput`."""
    row = _locked(scope, key, {_State.DECLINED, _State.ACCEPTED})
    if row.repair and row.repair.in_force:
        raise UnusableInput("Its repair is in force. Take that back first.")
    before = {"state": row.state, "reason": row.reason}
    row.state, row.reason, row.judged_by, row.judged_at, row.repair = _State.PROPOSED, "", None, None, None
    row.save()
    _raise_flag(row)
    record_change(actor, "repair proposed again", f"proposal {key}", site=row.site_id, before=before)


def _write(scanner: Scanner, source: Source, found: Proposal, held: Mapping[Any, RepairProposal]) -> Any:
    """Keep what is found. What a person declined stays so until there is other evidence; what was accepted and is found again
    though its rule is in force is of other days."""
    key = (source, found.quantity, found.of_total, found.power)
    row = held.get(key)
    now = timezone.now()
    if row is not None and row.state in (_State.DECLINED, _State.ACCEPTED) and not _is_other(row, found):
        return key
    fresh = row is None or row.state != _State.PROPOSED
    row = row or RepairProposal(site_id=scanner.site_id, scanner=scanner, source=source, quantity=found.quantity,
                                of_total=found.of_total, power=found.power, found_at=now)  # fmt: skip
    row.since, row.until, row.exams, row.updated_at, row.state = (
        found.since,
        found.until,
        found.exams,
        now,
        _State.PROPOSED,
    )
    row.evidence = _evidence(found)
    if fresh:
        row.found_at, row.judged_by, row.judged_at, row.reason, row.repair = now, None, None, "", None
    row.save()
    _raise_flag(row)
    return key


def _is_other(row: RepairProposal, found: Proposal) -> bool:
    """Whether the evidence is not what was judged. Of a rule in force nothing is found on its own days any more."""
    if row.state == _State.ACCEPTED:
        return bool(row.repair and row.repair.in_force)
    return found.exams >= _MORE * row.judged_exams


def _evidence(found: Proposal) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(asdict(found)))
    told["examples"] = [_example(one, found) for one in found.examples]
    told["software"] = _software(found)
    return told


def _example(one: Check, found: Proposal) -> dict[str, Any]:
    """An example with the object and place of the value that is called wrong; of a total the exam alone."""
    told: dict[str, Any] = {"exam": one.exam, "day": one.day, "event": one.event + 1, "ratio": 10**one.decades}
    row = Event.objects.filter(exam=one.exam, position=one.event).first() if one.event >= 0 else None
    if row is not None:
        detail = event_of_row(row.kind, bytes(row.detail))
        reading = getattr(detail, found.quantity, None)
        place, recorded = (reading.place, reading.recorded) if reading else ("", "")
        told |= {"object": row.object_id, "place": place, "recorded": recorded}
    return told


def _software(found: Proposal) -> str:
    """The software version of the first example's report: which version writes so."""
    row = DoseObjectRow.objects.filter(exam=found.examples[0].exam).exclude(record=None).order_by("pk").first()
    return (dose_of(row).equipment.software_versions or "") if row else ""


def _raise_flag(row: RepairProposal) -> None:
    finding = unit_suspected.finding(
        row.scanner_id, row.scanner.name, row.quantity, row.source, row.of_total, row.power, row.since, row.exams
    )
    now = timezone.now()
    content = {
        "rule": finding.rule, "rule_version": finding.version, "site_id": row.site_id, "scanner_id": row.scanner_id,
        "sentence": finding.sentence, "evidence": json.loads(json.dumps(asdict(finding))), "updated_at": now,
    }  # fmt: skip
    flag, made = Flag.objects.get_or_create(key=str(finding.key), defaults={**content, "raised_at": now})
    came_back = not made and flag.state == Flag.State.WITHDRAWN
    if made or came_back:
        outbox.post(flag, now)
    if came_back:
        Flag.objects.filter(pk=flag.pk).update(**content, state=Flag.State.OPEN)
    elif not made and flag.judged_at is None:
        Flag.objects.filter(pk=flag.pk).update(**content)


def _end(row: RepairProposal, state: str) -> None:
    row.state, row.updated_at = state, timezone.now()
    row.save()
    key = unit_suspected.flag_key(row.scanner_id, row.quantity, row.source, row.of_total, row.power)
    Flag.objects.filter(key=str(key), state=Flag.State.OPEN).update(
        state=Flag.State.WITHDRAWN, updated_at=timezone.now()
    )


def _judge(row: RepairProposal, state: str, reason: str, actor: Actor) -> None:
    row.judged_by_id, row.judged_at, row.judged_exams, row.reason = actor.account, timezone.now(), row.exams, reason
    _end(row, state)


def _locked(scope: Scope, key: int, states: Iterable[str] = (_State.PROPOSED,)) -> RepairProposal:
    rows = RepairProposal.objects.filter(site__in=visible.sites(scope), pk=key)
    row = rows.select_for_update(of=("self",)).select_related("scanner").first()
    if row is None:
        raise NotVisible(f"There is no proposal {key}.")
    if row.state not in states:
        raise UnusableInput(f"This proposal is “{row.state}” by now; look at it again.")
    return row


def _standing(scanner: int) -> "QuerySet[RepairProposal]":
    return RepairProposal.objects.filter(scanner=scanner, state=_State.PROPOSED)


def _key(row: RepairProposal) -> tuple[str, str, bool, int]:
    return row.source, row.quantity, row.of_total, row.power


def _rows(scope: Scope) -> "QuerySet[RepairProposal]":
    rows = RepairProposal.objects.filter(site__in=visible.sites(scope))
    return rows.select_related("site", "scanner", "judged_by")


def _shown(row: RepairProposal) -> ProposalShown:
    return ProposalShown(
        row.pk, row.site_id, row.site.name, row.scanner_id, row.scanner.name, row.quantity, row.source, row.of_total,
        row.power, row.since, row.until, row.exams, row.evidence, row.state, row.found_at,
        row.judged_by.get_username() if row.judged_by else "", row.judged_at, row.reason,
    )  # fmt: skip
