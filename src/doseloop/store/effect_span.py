"""The time that an action is judged by: from the change before it to the one after it, without what raised the flags."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from doseloop.access.scope import Scope
from doseloop.assess import drift, level_state, protocol_change
from doseloop.assess.protocol_change import Change
from doseloop.model.action import Action
from doseloop.model.site_clock import clock
from doseloop.reference.names import normalised
from doseloop.store import protocol_changes
from doseloop.store.models import CaseAction, Flag, ProtocolUseRow

LOOK_BACK: Final = timedelta(days=365)
TOGETHER: Final = timedelta(days=1)
"""Changes of one thing that lie no further apart count as one: what is typed in an hour late is no state between them."""
_SINCE: Final = re.compile(r"since (\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?)$")
"""How the rule `drift` ends its cause."""
_Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Span:
    """Wall clocks of the site; None is not known, or never."""

    begin: datetime
    """Exams before it are of another state, or too old."""
    end: datetime | None
    """Exams from it on are of another state: it was undone, or something was changed again."""
    fault_from: datetime | None
    """First exam with what was put right, where it is dated."""
    flagged_from: datetime | None
    """From here to `flagged_until`: the exams whose group raised a flag of the case."""
    flagged_until: datetime | None


def span_of(scope: Scope, action: Action, scanner: int) -> Span:
    """The span of an action on one of its scanners."""
    changed = sorted(_other_moments(action, scanner))
    begin = max([action.at - LOOK_BACK, *(at for at in changed if at <= action.at - TOGETHER)])
    ends = [at for at in changed if at >= action.at + TOGETHER]
    if action.undone_at is not None:
        ends.append(action.undone_at)
    flags = list(Flag.objects.filter(case=action.case).select_related("exam"))
    fault = _fault_from(scope, action, scanner, flags)
    return Span(begin, min(ends, default=None), fault, *_flagged(action, scanner, flags))


def changed_elsewhere(action: Action, scanners: Iterable[int], span: Span) -> set[int]:
    """Those of the scanners on which the same was changed within the span: they are no control."""
    return {
        one
        for one in scanners
        if any(span.begin < at and (span.end is None or at < span.end) for at in _other_moments(action, one))
    }


def is_followed(action: Action, others: Iterable[Action]) -> bool:
    """Whether another action of the case that stands took its place on all of its scanners."""
    later = [one for one in others if one.at >= action.at + TOGETHER and one.undone_at is None and overlap(action, one)]
    return set(action.scanners) <= {scanner for one in later for scanner in one.scanners}


def overlap(one: Action, other: Action) -> bool:
    """Whether both may change the same exams; an action without procedure and protocol changes all."""
    return _is_same(one.procedure or "", other.procedure or "") and _is_same(
        normalised(one.protocol), normalised(other.protocol)
    )


def _is_same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _other_moments(action: Action, scanner: int) -> Iterator[datetime]:
    """When other actions changed the same on a scanner, and when that was undone."""
    on_it = Q(scanners=scanner) | Q(scanners__root=scanner)
    rows = CaseAction.objects.filter(on_it, case__site=action.site).exclude(pk=action.key).distinct()
    if action.procedure:
        rows = rows.filter(Q(procedure=None) | Q(procedure=action.procedure))
    for protocol, at, undone_at in rows.values_list("protocol", "at", "undone_at"):
        if _is_same(normalised(action.protocol), normalised(protocol)):
            yield from (datetime.fromisoformat(one) for one in (at, undone_at) if one)


def _fault_from(scope: Scope, action: Action, scanner: int, flags: Iterable[Flag]) -> datetime | None:
    """The latest beginning that the case's flags date: by then all that was put right had begun."""
    on_it = [flag for flag in flags if flag.scanner_id == scanner]
    known = protocols_of(action, scanner) if on_it else set()
    found = (
        [one for one in protocol_changes.of_scanner(scope, scanner) if one.change.protocol in known] if known else []
    )
    days = [one.change.since for flag in on_it for one in found if _began(flag, one.change, one.version)]
    days += [match[1] for flag in on_it if flag.rule == drift.RULE and (match := _SINCE.search(_cause(flag)))]
    begun = [datetime.fromisoformat(day) for day in days]
    return max((at for at in begun if at < action.at), default=None)


def _began(flag: Flag, change: Change, version: str) -> bool:
    """Whether a change of a protocol is what a flag is about: the flag tells of it, or it is the last before the flagged exam."""
    if flag.rule == protocol_change.RULE:
        is_return = all(one.is_return for one in change.differences)
        return not is_return and _cause(flag) in (f"software {version}", f"day {change.since[:10]}")
    if flag.exam is None or not change.since <= flag.exam.started_at:
        return False
    return ProtocolUseRow.objects.filter(exam=flag.exam, protocol=change.protocol).exists()


def _cause(flag: Flag) -> str:
    return str(flag.evidence.get("cause", ""))


def protocols_of(action: Action, scanner: int) -> set[str]:
    """The protocols of a scanner that an action is about, as `store.protocol_uses` names them."""
    rows = ProtocolUseRow.objects.filter(scanner=scanner)
    if action.procedure:
        rows = rows.filter(exam__parts__procedure=action.procedure)
    found = rows.order_by().values_list("protocol", flat=True).distinct()
    wanted = normalised(action.protocol)
    return {one for one in found if not wanted or wanted in names_of(one)}


def names_of(protocol: str) -> set[str]:
    """The names by which people mean a protocol of an exam and its acquisition: both together, and each."""
    return {normalised(one) for one in (protocol, *protocol.split(" / "))}


def _flagged(action: Action, scanner: int, flags: Iterable[Flag]) -> _Window:
    """The exams up to the moment at which a flag of a group was raised, from the first that its rule looked at."""
    begun, ended = list[datetime](), list[datetime]()
    for flag in flags:
        if flag.scanner_id != scanner or flag.exam_id is not None or flag.rule not in (level_state.RULE, drift.RULE):
            continue
        raised = clock(action.zone, flag.raised_at)
        since = _SINCE.search(_cause(flag))
        begun.append(datetime.fromisoformat(since[1]) if since else raised - LOOK_BACK)
        ended.append(raised)
    return min(begun, default=None), max(ended, default=None)
