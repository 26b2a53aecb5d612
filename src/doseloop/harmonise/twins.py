"""Events that two reports give under different UIDs, or under none, and that agree in all else that tells them apart.

A copy of a report whose UIDs were replaced on its way (by a router, a trial, an anonymiser) tells of the same exposures, and so
does the revision of a report that has no UIDs. That two exposures of one study start in the same moment, on the same plane, with
the same technique and doses, and no report holds both, is not known to happen; whether they are one cannot be decided, so that
one of them is left out and said. Of events without a UID the doses may differ.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from doseloop.harmonise.events import EventKey, doses_of
from doseloop.model.ct import CtEvent
from doseloop.model.projection import ProjectionEvent

E = TypeVar("E", CtEvent, ProjectionEvent)


def twins(reports: Sequence[Mapping[EventKey, E]]) -> frozenset[EventKey]:
    """Keys of the events to leave out. `reports` are the events of each report by key, the best report first."""
    left_out: set[EventKey] = set()
    for told in (_with_doses, _without_uid):
        alike: dict[object, dict[EventKey, None]] = {}
        for events in reports:
            for key, event in events.items():
                if key not in left_out and (what := told(event)) is not None:
                    alike.setdefault(what, {})[key] = None
        for keys in alike.values():
            left_out.update(_left_out(list(keys), reports) if len(keys) > 1 else ())
    return frozenset(left_out)


def _left_out(keys: Sequence[EventKey], reports: Sequence[Mapping[EventKey, object]]) -> list[EventKey]:
    """Those that no report holds beside one of the kept: the kept are what the report that holds most of them holds."""
    holdings = [held for events in reports if (held := {key for key in keys if key in events})]
    kept = max(holdings, key=len)
    return [key for key in keys if not any(key in held and held & kept for held in holdings)]


def _with_doses(event: CtEvent | ProjectionEvent) -> object | None:
    """What tells an event apart, its UID left aside; None where no start or no dose is known."""
    doses = doses_of(event)
    return (_technique(event), doses) if event.started_at and any(doses) else None


def _without_uid(event: CtEvent | ProjectionEvent) -> object | None:
    """What tells an event without a UID apart, its doses left aside; None where it has one, or no start is known."""
    return _technique(event) if event.started_at and not event.event_uid else None


def _technique(event: CtEvent | ProjectionEvent) -> tuple[object, ...]:
    start = event.started_at.value if event.started_at else None
    if isinstance(event, CtEvent):
        return start, event.acquisition_type.value.value if event.acquisition_type else None
    return start, event.plane.value.value if event.plane else None, event.kvp.value if event.kvp else None
