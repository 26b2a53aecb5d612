"""What came in last."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.models import Flag


@dataclass(frozen=True, slots=True)
class Arrival:
    """An exam of which an object arrived (UTC). Missing values are None."""

    exam_id: int
    patient_key: int
    site_id: int
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
            patient_key=row.patient_id,
            site_id=row.site_id,
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
