"""What came in last, and which scanner has gone quiet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.models import Flag


@dataclass(frozen=True, slots=True)
class Arrival:
    """An exam of which an object arrived (UTC). Missing values are None."""

    exam_id: int
    received_at: datetime
    started_at: str
    scanner_name: str
    modality: str
    procedures: tuple[str, ...]
    """Names of its parts' procedures; empty where none was recognised."""
    protocol_name: str
    dlp_mgy_cm: float | None
    dap_gy_cm2: float | None
    ka_r_mgy: float | None
    settled: bool
    excluded_as: str
    open_flags: int


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


def arrivals(scope: Scope, most: int = 12) -> tuple[Arrival, ...]:
    """The exams that were last added to, the latest first."""
    followed = Q(flags__state__in=(Flag.State.OPEN, Flag.State.CASE))
    rows = (
        visible.exams(scope)
        .select_related("scanner")
        .prefetch_related("parts__procedure")
        .annotate(open_flags=Count("flags", filter=followed, distinct=True))
        .order_by("-received_at", "-pk")[:most]
    )
    return tuple(
        Arrival(
            exam_id=row.pk,
            received_at=row.received_at,
            started_at=row.started_at,
            scanner_name=row.scanner.name,
            modality=row.modality,
            procedures=tuple(dict.fromkeys(part.procedure.name for part in row.parts.all() if part.procedure)),
            protocol_name=row.protocol_name,
            dlp_mgy_cm=row.dlp_mgy_cm,
            dap_gy_cm2=row.dap_gy_cm2,
            ka_r_mgy=row.ka_r_mgy,
            settled=row.settled,
            excluded_as=row.excluded_as,
            open_flags=row.open_flags,
        )
        for row in rows
    )


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
