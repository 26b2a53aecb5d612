"""Scanners as pages list them, and which of them has gone quiet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.heartbeats import Heartbeat, heartbeats
from doseloop.store.models import Scanner


@dataclass(frozen=True, slots=True)
class ScannerState:
    """A scanner, when its last object came (UTC), how many exams it has, and whether it is silent."""

    id: int
    name: str
    site_name: str
    modality: str
    manufacturer: str
    model: str
    station_name: str
    serial_number: str
    software_versions: str
    first_object_at: datetime
    last_object_at: datetime
    exams: int
    silent: bool
    knows_hours: bool
    """Whether silence is judged by its usual hours, and not by one time for all."""
    names: int
    """How many names in objects it has."""


@dataclass(frozen=True, slots=True)
class _Named:
    id: int
    name: str
    site: str
    station: str


def scanner_states(scope: Scope, silent_after: timedelta) -> tuple[ScannerState, ...]:
    """Scanners of the scope, those that have been quiet for longest first; other names of one count with it.

    Silent by their usual hours; where there is too little history to know them, after `silent_after` without an object.
    """
    rows = visible.scanners(scope).select_related("site")
    names: dict[int, list[Scanner]] = {}
    for row in rows.order_by("-last_object_at", "pk"):
        names.setdefault(row.root_id or row.pk, []).append(row)
    counted = dict(visible.exams(scope).values_list("scanner").annotate(Count("pk")).order_by())
    roots = {row.pk: row for same in names.values() for row in same if row.root_id is None}
    beats = heartbeats(roots.values())
    found = (_state(roots[key], same, counted, beats[key], silent_after) for key, same in names.items())
    return tuple(sorted(found, key=lambda one: (one.last_object_at, one.id)))


def _state(
    root: Scanner, names: Sequence[Scanner], counted: Mapping[int, int], beat: Heartbeat, silent_after: timedelta
) -> ScannerState:
    """What its objects say of it now is what those of its newest name say."""
    newest = names[0]
    return ScannerState(
        id=root.pk,
        name=root.name,
        site_name=root.site.name,
        modality=root.modality,
        manufacturer=newest.manufacturer,
        model=newest.model,
        station_name=newest.station_name,
        serial_number=newest.serial_number,
        software_versions=newest.software_versions,
        first_object_at=min(row.first_object_at for row in names),
        last_object_at=beat.last_object_at,
        exams=sum(counted.get(row.pk, 0) for row in names),
        silent=beat.is_silent(silent_after),
        knows_hours=beat.usual is not None,
        names=len(names),
    )


def scanner_names(scope: Scope) -> dict[int, str]:
    """Name of each scanner of the scope by its key, in the order of names; other names of one are left out.

    Scanners that share a name are told apart by their site, or where that is one too by station and key.
    """
    rows = visible.scanners(scope).filter(root=None).order_by("name", "site__name", "pk")
    named: dict[str, list[_Named]] = {}
    for values in rows.values_list("pk", "name", "site__name", "station_name"):
        named.setdefault(values[1], []).append(_Named(*values))
    return {one.id: label for same in named.values() for one, label in zip(same, _told_apart(same), strict=True)}


def _told_apart(same: list[_Named]) -> list[str]:
    if len(same) == 1:
        return [same[0].name]
    of_site = [f"{one.name} ({one.site})" for one in same]
    of_station = [f"{one.name} ({one.station})" for one in same]
    for labels in (of_site, of_station):
        if len(set(labels)) == len(same) and not any(label.endswith("()") for label in labels):
            return labels
    return [f"{one.name} ({one.site}, {one.station or 'no station'}, {one.id})" for one in same]
