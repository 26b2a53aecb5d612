"""The series in which the rule `drift` looks for a dose that stays away: exams of one protocol on one scanner.

An exam stands in one series: that of its first acquisition with dose (`store.protocol_uses`, which leaves out localisers and bolus
tracking), its age band and, in CT, its phantom. CT: the highest CTDIvol of the acquisitions with that protocol. Projection: their
KAP; of fluoroscopy and angiography, where one exam has many, the KAP of the exam.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from doseloop.access.scope import Scope
from doseloop.assess.drift import DriftSeries
from doseloop.assess.own_usual import SeriesExam
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.store import new_usuals, visible
from doseloop.store.models import Part, ProtocolUseRow
from doseloop.store.new_usuals import Begun

_BANDS: Final = {band.key: band.name for band in AGE_BANDS}
_WHOLE_EXAM: Final = frozenset({"XA", "RF"})


class _Row(NamedTuple):
    exam: int
    protocol: str
    kind: str
    started_at: str
    phantom: str | None
    dose: float | None
    band: str
    weight_kg: float | None
    dap_gy_cm2: float | None
    modality: str
    exam_protocol: str


_COLUMNS: Final = (
    *("exam_id", "protocol", "kind", "started_at", "settings__phantom_cm", "dose"),
    *("exam__age_band", "exam__weight_kg", "exam__dap_gy_cm2", "exam__modality", "exam__protocol_name"),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """An exam with its series."""

    series: str
    use: str
    quantity: str
    started_at: str
    exam: SeriesExam


def series_of(scope: Scope, scanner: int, name: str) -> tuple[DriftSeries, ...]:
    """The series of a scanner that people call `name`, in the order of names; each from its new usual on, where one is in force.

    Complete exams alone: nothing set apart, no header estimates, nothing without a start, a dose or, in CT, a known phantom. None
    where the scope does not see the scanner.
    """
    if not visible.scanners(scope).filter(pk=scanner).exists():
        return ()
    return grouped(placed(scanner), scanner, name, new_usuals.begun(scope, scanner))


def placed(scanner: int) -> tuple[Placed, ...]:
    """The exams of a scanner that stand in a series, in the order of time: those of which `series_of` makes them."""
    return tuple(_placed(_rows(scanner)))


def grouped(exams: Iterable[Placed], scanner: int, name: str, begun: Begun) -> tuple[DriftSeries, ...]:
    """Exams by their series, in the order of names; each from its new usual on."""
    found: dict[tuple[str, str, str], list[SeriesExam]] = defaultdict(list)
    for one in exams:
        if one.started_at >= begun.of(one.series):
            found[one.series, one.use, one.quantity].append(one.exam)
    return tuple(
        DriftSeries(f"scanner {scanner}", name, series, quantity, tuple(of_series), use)
        for (series, use, quantity), of_series in sorted(found.items())
    )


def _rows(scanner: int) -> Iterable[tuple[Any, ...]]:
    estimated = Part.objects.filter(exam__scanner=scanner, eligible=False)
    rows: Any = ProtocolUseRow.objects.filter(
        scanner=scanner, exam__settled=True, exam__excluded_as="", exam__part_of=None
    )
    told = rows.exclude(exam__in=estimated.values("exam")).order_by("started_at", "exam_id", "pk")
    found: Iterable[tuple[Any, ...]] = told.values_list(*_COLUMNS)
    return found


def _placed(rows: Iterable[tuple[Any, ...]]) -> Iterator[Placed]:
    """One for each exam, by its first protocol."""
    last = None
    for row in (_Row(*one) for one in rows):
        if row.exam != last and (found := _of(row)) is not None:
            yield found
        last = row.exam


def _of(row: _Row) -> Placed | None:
    at, is_ct = _moment(row.started_at), row.kind == "ct"
    is_whole = row.modality in _WHOLE_EXAM and not is_ct
    dose = row.dap_gy_cm2 if is_whole else row.dose
    if at is None or dose is None or (is_ct and not row.phantom):
        return None
    use = (row.exam_protocol.strip() or row.protocol) if is_whole else row.protocol
    group = [_BANDS.get(row.band, "age not known"), *([f"{row.phantom} cm phantom"] if is_ct else [])]
    quantity = "ctdi_vol_mgy" if is_ct else "dap_gy_cm2"
    return Placed(f"{use} ({', '.join(group)})", use, quantity, row.started_at, SeriesExam(at, dose, row.weight_kg))


def _moment(started_at: str) -> datetime | None:
    try:
        return datetime.fromisoformat(started_at).replace(tzinfo=None)
    except ValueError:
        return None


def named(series: Iterable[DriftSeries]) -> Mapping[str, DriftSeries]:
    """By what people call them."""
    return {one.protocol: one for one in series}
