"""What is wrong or missing in the exams of each scanner, as shares, and how that changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts, Session
from doseloop.facts.windows import Grain, Window

LATE_H: Final = 24
"""An exam of which an object came later than this after its start is late."""
_CLOCK_H: Final = -0.25
"""An exam that was here so long before its start has a wrong clock: a report is written when an exam ends."""
_PROJECTION: Final = ("XA", "RF", "DX", "PX")


class Defect(StrEnum):
    """What can be wrong with an exam; the value is its name in addresses and files."""

    WEIGHT = "weight"
    AGE = "age"
    DOSE = "dose"
    PROCEDURE = "procedure"
    REPAIRED = "repaired"
    IMPLAUSIBLE = "implausible"
    CONTRADICTORY = "contradictory"
    LATE = "late"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Share:
    """How many exams have a defect, of how many that could."""

    n: int
    of: int

    @property
    def share(self) -> float | None:
        """None where no exam could have it."""
        return self.n / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class ScannerQuality:
    """The defects of one scanner's exams in a window."""

    scanner: int
    scanner_name: str
    site_name: str
    modality: str
    exams: int
    defects: Mapping[Defect, Share]


@dataclass(frozen=True, slots=True)
class QualityPoint:
    """A defect of one scanner within one period."""

    period_start: date
    scanner: int
    scanner_name: str
    share: Share


def has(exams: ir.Table, defect: Defect) -> ir.BooleanValue:
    """Whether an exam has the defect. What is not known of it counts as not."""
    match defect:
        case Defect.WEIGHT:
            return exams.weight_kg.isnull()
        case Defect.AGE:
            return exams.age_years.isnull()
        case Defect.DOSE:
            return _without_dose(exams)
        case Defect.PROCEDURE:
            return exams.without_procedure
        case Defect.REPAIRED:
            return (exams.repaired > 0).fill_null(False)
        case Defect.IMPLAUSIBLE:
            return (exams.implausible > 0).fill_null(False)
        case Defect.CONTRADICTORY:
            return exams.has_issues
        case Defect.LATE:
            return (exams.delay_h > LATE_H).fill_null(False)
        case Defect.CLOCK:
            return (exams.delay_h < _CLOCK_H).fill_null(False)


def could_have(exams: ir.Table, defect: Defect) -> ir.BooleanValue:
    """Whether an exam could have the defect: MR has no dose and no procedure, and mammography asks for no weight."""
    match defect:
        case Defect.WEIGHT:
            return exams.modality != "MG"
        case Defect.DOSE | Defect.PROCEDURE:
            return exams.modality != "MR"
        case Defect.REPAIRED | Defect.IMPLAUSIBLE:
            return exams.repaired.notnull()
        case Defect.LATE | Defect.CLOCK:
            return exams.delay_h.notnull()
        case _:
            return exams.exam.notnull()


def quality(facts: Facts, scope: Scope, window: Window) -> tuple[ScannerQuality, ...]:
    """Every scanner with exams that started in the window, by site and name; excluded exams are left out."""
    with facts.session(scope) as session:
        exams = _within(session, window)
        counted = exams.group_by("scanner", "scanner_name", "site_name").agg(
            exams=exams.count(), modality=exams.modality.mode(), **_counts(exams)
        )
        rows = session.records(counted.order_by("site_name", "scanner_name", "scanner"))
    return tuple(_scanner(row) for row in rows)


def quality_trend(facts: Facts, scope: Scope, window: Window, grain: Grain, defect: Defect) -> tuple[QualityPoint, ...]:
    """A defect by period and scanner, in the order of periods; none where no exam could have it."""
    with facts.session(scope) as session:
        exams = _within(session, window)
        told = exams.filter(could_have(exams, defect))
        dated = told.mutate(period_start=told.started_at.truncate("W" if grain is Grain.WEEK else "M").date())
        points = dated.group_by("period_start", "scanner", "scanner_name").agg(
            n=has(dated, defect).sum().coalesce(0), of=dated.count()
        )
        rows = session.records(points.order_by("period_start", "scanner_name", "scanner"))
    return tuple(
        QualityPoint(row["period_start"], row["scanner"], row["scanner_name"], Share(row["n"], row["of"]))
        for row in rows
    )


def _within(session: Session, window: Window) -> ir.Table:
    exams = session.exams
    return exams.filter(
        exams.started_at >= window.first_moment, exams.started_at < window.end_moment, exams.excluded_as == ""
    )


def _counts(exams: ir.Table) -> dict[str, ir.Value]:
    found: dict[str, ir.Value] = {}
    for defect in Defect:
        of = could_have(exams, defect)
        found[defect.value] = (of & has(exams, defect)).sum().coalesce(0)
        found[f"{defect.value}_of"] = of.sum().coalesce(0)
    return found


def _scanner(row: Mapping[str, Any]) -> ScannerQuality:
    return ScannerQuality(
        row["scanner"],
        row["scanner_name"],
        row["site_name"],
        row["modality"],
        row["exams"],
        {defect: Share(row[defect.value], row[f"{defect.value}_of"]) for defect in Defect},
    )


def _without_dose(exams: ir.Table) -> ir.BooleanValue:
    """Without the total that its modality is shown by."""
    projection = exams.dap_gy_cm2.isnull() & exams.ka_r_mgy.isnull()
    return ibis.cases(
        (exams.modality == "CT", exams.dlp_mgy_cm.isnull()),
        (exams.modality.isin(_PROJECTION), projection),
        (exams.modality == "MG", exams.agd_left_mgy.isnull() & exams.agd_right_mgy.isnull()),
        (exams.modality.isin(("NM", "PT")), exams.activity_mbq.isnull()),
        else_=False,
    )
