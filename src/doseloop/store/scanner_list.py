"""Scanners as pages list them, and which of them has gone quiet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store import visible
from doseloop.store.heartbeats import Heartbeat, heartbeats
from doseloop.store.models import Scanner
from doseloop.store.scanner_merging import names_of


@dataclass(frozen=True, slots=True)
class ScannerState:
    """A scanner, when its last object came (UTC), how many exams it has, and whether it is silent."""

    id: int
    name: str
    site: int
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
    return _states(scope, visible.scanners(scope), silent_after)


def scanner_state(scope: Scope, scanner: int, silent_after: timedelta) -> ScannerState:
    """One scanner. Errors: `NotVisible` where there is none, or where it is another name of one."""
    found = _states(scope, names_of(scope, scanner), silent_after)
    if len(found) != 1 or found[0].id != scanner:
        raise NotVisible(f"There is no scanner {scanner}.")
    return found[0]


def _states(scope: Scope, rows: "QuerySet[Scanner]", silent_after: timedelta) -> tuple[ScannerState, ...]:
    names: dict[int, list[Scanner]] = {}
    for row in rows.select_related("site").order_by("-last_object_at", "pk"):
        names.setdefault(row.root_id or row.pk, []).append(row)
    of_scanner = visible.exams(scope).filter(scanner__in=rows.order_by().values("pk"))
    counted = dict(of_scanner.values_list("scanner").annotate(Count("pk")).order_by())
    roots = {row.pk: row for same in names.values() for row in same if row.root_id is None}
    beats = heartbeats(roots.values())
    found = (_state(roots[key], names[key], counted, beats[key], silent_after) for key in roots)
    return tuple(sorted(found, key=lambda one: (one.last_object_at, one.id)))


def _state(
    root: Scanner, names: Sequence[Scanner], counted: Mapping[int, int], beat: Heartbeat, silent_after: timedelta
) -> ScannerState:
    """What its objects say of it now is what those of its newest name say."""
    newest = names[0]
    return ScannerState(
        id=root.pk,
        name=root.name,
        site=root.site_id,
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


def site_of(scope: Scope, scanner: int) -> int:
    """Site of a scanner. Errors: `NotVisible`."""
    found = visible.scanners(scope).filter(pk=scanner).values_list("site", flat=True).first()
    if found is None:
        raise NotVisible(f"There is no scanner {scanner}.")
    return int(found)


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
