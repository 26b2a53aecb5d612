"""Scanners as pages list them, and which of them has gone quiet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.store import visible


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


@dataclass(frozen=True, slots=True)
class _Named:
    id: int
    name: str
    site: str
    station: str


def scanner_states(scope: Scope, silent_after: timedelta) -> tuple[ScannerState, ...]:
    """Scanners of the scope, those that have been quiet for longest first; silent where longer than `silent_after`."""
    limit = timezone.now() - silent_after
    rows = visible.scanners(scope).select_related("site").annotate(exams=Count("exam")).order_by("last_object_at", "pk")
    return tuple(
        ScannerState(
            id=row.pk,
            name=row.name,
            site_name=row.site.name,
            modality=row.modality,
            manufacturer=row.manufacturer,
            model=row.model,
            station_name=row.station_name,
            serial_number=row.serial_number,
            software_versions=row.software_versions,
            first_object_at=row.first_object_at,
            last_object_at=row.last_object_at,
            exams=row.exams,
            silent=row.last_object_at < limit,
        )
        for row in rows
    )


def scanner_names(scope: Scope) -> dict[int, str]:
    """Name of each scanner of the scope by its key, in the order of names.

    Scanners that share a name are told apart by their site, or where that is one too by station and key.
    """
    rows = visible.scanners(scope).order_by("name", "site__name", "pk")
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
