"""Lists of exams: a page of them, or all for an export."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts, Session
from doseloop.facts.filters import ExamFilter
from doseloop.model.errors import UnusableInput


class OrderBy(StrEnum):
    """What exams are ordered by. Exams without the value stand last in both directions."""

    STARTED = "started"
    RECEIVED = "received"
    DLP = "dlp"
    DAP = "dap"


_COLUMNS = {
    OrderBy.STARTED: "started_at",
    OrderBy.RECEIVED: "received_at",
    OrderBy.DLP: "dlp_mgy_cm",
    OrderBy.DAP: "dap_gy_cm2",
}


@dataclass(frozen=True, slots=True)
class ExamOrder:
    """An order with its direction."""

    by: OrderBy = OrderBy.STARTED
    descending: bool = True

    def to_address(self) -> str:
        """`started` upwards, `-started` downwards."""
        return f"-{self.by}" if self.descending else str(self.by)

    @classmethod
    def from_address(cls, text: str) -> "ExamOrder":
        """The order of an address; empty is the newest first.

        Errors: `UnusableInput`.
        """
        by, descending = text.removeprefix("-"), text.startswith("-")
        if not text:
            return cls()
        if by not in {known.value for known in OrderBy}:
            raise UnusableInput(f"order: {text[:40]!r} is none of {', '.join(OrderBy)}, or one of them after a minus.")
        return cls(OrderBy(by), descending)


@dataclass(frozen=True, slots=True)
class NamedProcedure:
    """A procedure of the catalogue."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One exam of a list. Missing values are None; texts that no object told are empty."""

    exam: int
    site: int
    site_name: str
    scanner: int
    scanner_name: str
    patient: int
    """Our key of the patient: no identity."""
    study_uid: str
    accession_number: str | None
    """None where the scope does not show identity."""
    modality: str
    started_at: datetime | None
    """Wall clock of the site, naive."""
    received_at: datetime | None
    """When its newest object arrived (UTC, aware)."""
    description: str
    protocol_name: str
    requested_procedure: str
    procedures: tuple[NamedProcedure, ...]
    """Those of its parts, each once, in the order of the parts."""
    without_procedure: bool
    """Whether a part has no procedure."""
    age_years: float | None
    age_band: str
    sex: str
    height_m: float | None
    height_source: str
    weight_kg: float | None
    weight_source: str
    """As in the table of precedence (`size`); empty where there is no weight."""
    dlp_mgy_cm: float | None
    dap_gy_cm2: float | None
    ka_r_mgy: float | None
    fluoro_time_s: float | None
    agd_left_mgy: float | None
    agd_right_mgy: float | None
    activity_mbq: float | None
    effective_dose_msv: float | None
    """Of the administrations, as an object states it."""
    effective_dose_estimate_msv: float | None
    """Computed, of all of its parts together."""
    dap_corrected_gy_cm2: float | None
    ka_r_corrected_mgy: float | None
    event_count: int
    open_flags: int
    has_issues: bool
    repaired: int | None
    implausible: int | None
    """Values that a rule made, and that cannot be; None in an exam that was made before they were counted."""
    delay_h: float | None
    """Hours from its start to the arrival of its newest object."""
    settled: bool
    """False: provisional."""
    excluded_as: str
    """`phantom`, `test` or empty."""


@dataclass(frozen=True, slots=True)
class ExamPage:
    """Some of the exams that fit, and how many fit in all."""

    rows: tuple[ExamRow, ...]
    total: int


def exam_page(
    facts: Facts, scope: Scope, wanted: ExamFilter, order: ExamOrder, offset: int = 0, limit: int = 50
) -> ExamPage:
    """The exams from `offset` on, at most `limit`."""
    with facts.session(scope) as session:
        fitting = wanted.apply(session.exams)
        total = session.records(fitting.agg(total=fitting.count()))[0]["total"]
        page = session.records(_ordered(fitting, order).limit(limit, offset=offset))
        names = _procedure_names(session)
        return ExamPage(tuple(_row(record, names) for record in page), total)


def exam_rows(facts: Facts, scope: Scope, wanted: ExamFilter, order: ExamOrder) -> Iterator[ExamRow]:
    """All exams that fit, for an export: read in batches, never whole in memory."""
    with facts.session(scope, own=True) as session:
        names = _procedure_names(session)
        for batch in session.batches(_ordered(wanted.apply(session.exams), order)):
            yield from (_row(record, names) for record in batch)


def _ordered(exams: ir.Table, order: ExamOrder) -> ir.Table:
    column = exams[_COLUMNS[order.by]]
    first = column.desc(nulls_first=False) if order.descending else column.asc(nulls_first=False)
    return exams.order_by(first, exams.exam.desc() if order.descending else exams.exam.asc())


def _procedure_names(session: Session) -> dict[str, str]:
    table = session.names["procedures"]
    return dict(zip(table["procedure"].to_pylist(), table["procedure_name"].to_pylist(), strict=True))


def _row(record: Mapping[str, Any], names: Mapping[str, str]) -> ExamRow:
    values = dict(record)
    received = values.pop("received_at")
    keys = values.pop("procedures")
    return ExamRow(
        **values,
        received_at=None if received is None else received.replace(tzinfo=UTC),
        procedures=tuple(NamedProcedure(key, names.get(key, key)) for key in keys),
    )
