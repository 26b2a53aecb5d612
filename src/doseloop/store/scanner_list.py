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
    """Name of each scanner of the scope by its key, in the order of names."""
    return dict(visible.scanners(scope).order_by("name").values_list("pk", "name"))
