"""What a scanner recorded before an exam, for the limits that an exam's values are held against."""

from collections.abc import Sequence

from doseloop.access.scope import Scope
from doseloop.store import visible
from doseloop.store.models import Event, Exam

QUANTITIES = (
    *("ctdi_vol_mgy", "dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "agd_mgy", "entrance_exposure_mgy", "exposure_mas"),
    *("kvp", "tube_current_ma"),
)
"""Quantities of events that are held against limits."""
_EXAMS, _EVENTS = 300, 3000

Past = dict[str, list[tuple[str, float]]]
"""Protocol and value by quantity, the newest exam first."""


def past_of(scope: Scope, exam: int) -> Past:
    """What the scanner recorded in the exams that came before this one: the newest of them, without those set apart. Empty
    where the scope does not see the exam."""
    row = visible.exams(scope).filter(pk=exam).values_list("scanner_id", "started_at").first()
    if row is None:
        return {}
    before = Exam.objects.filter(scanner=row[0], pk__lt=exam, excluded_as="", started_at__lt=row[1])
    keys = list(before.order_by("-pk").values_list("pk", flat=True)[:_EXAMS])
    rows = Event.objects.filter(exam__in=keys, kind__in=("ct", "projection")).order_by("-exam", "position")
    found: Past = {name: [] for name in QUANTITIES}
    for protocol, role, *values in rows.values_list("protocol", "role", *QUANTITIES)[:_EVENTS]:
        _add(found, group(protocol, role), values)
    return found


def group(protocol: str, role: str) -> str:
    """What values are compared within: fluoroscopy and acquisitions of one protocol are two."""
    return f"{protocol}, {role}" if protocol else ""


def _add(found: Past, name: str, values: Sequence[float | None]) -> None:
    for quantity, value in zip(QUANTITIES, values, strict=True):
        if value is not None:
            found[quantity].append((name, value))
