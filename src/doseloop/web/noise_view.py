"""Dose against image noise on the page of a procedure: shown where enough acquisitions tell both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts
from doseloop.facts.noise import ProtocolNoise, noise_points, protocols_with_noise
from doseloop.facts.quantities import Quantity
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.web.charts import noise as noise_chart
from doseloop.web.charts.palette import Option
from doseloop.web.computed_note import ComputedNote, computed_note
from doseloop.web.procedure_view import ProcedureView

LEAST: Final = 10
"""Acquisitions with both; of fewer there is nothing to see."""


@dataclass(frozen=True, slots=True)
class DoseAgainstNoise:
    """The section."""

    quantity: Quantity
    n: int
    chart: Option
    table: Table
    note: ComputedNote | None
    """About the noise, which is computed."""


def dose_against_noise(
    facts: Facts, scope: Scope, procedure: str, view: ProcedureView, units: Mapping[str, str]
) -> DoseAgainstNoise | None:
    """What the section shows; None where fewer than ten acquisitions tell noise and dose."""
    looked_at = _looked_at(view)
    asked = (facts, scope, procedure, looked_at.quantity, looked_at.window, looked_at.band)
    protocols = protocols_with_noise(*asked)
    if sum(one.n for one in protocols) < LEAST:
        return None
    chart = noise_chart.option(noise_points(*asked), protocols, looked_at.quantity, looked_at.unit(units))
    return DoseAgainstNoise(
        looked_at.quantity,
        sum(one.n for one in protocols),
        chart,
        _table(protocols, looked_at.quantity, units),
        computed_note("noise_hu"),
    )


def noise_table(facts: Facts, scope: Scope, procedure: str, view: ProcedureView, units: Mapping[str, str]) -> Table:
    """Noise and dose by protocol, for a file."""
    looked_at = _looked_at(view)
    found = protocols_with_noise(facts, scope, procedure, looked_at.quantity, looked_at.window, looked_at.band)
    return _table(found, looked_at.quantity, units)


def _looked_at(view: ProcedureView) -> ProcedureView:
    """SSDE where that is looked at, else CTDIvol: what acquisitions have."""
    return view if view.quantity.per_acquisition else replace(view, quantity=Quantity.CTDI_VOL)


def _table(found: Iterable[ProtocolNoise], quantity: Quantity, units: Mapping[str, str]) -> Table:
    listed = tuple(found)
    several = len({one.phantom_cm for one in listed}) > 1
    columns = (
        Column("protocol", "Protocol"),
        Column("n", "n", "number"),
        Column("scanners", "Scanners", "number"),
        quantity_column("noise_hu", units, "Median noise"),
        quantity_column(quantity, units, "Median dose"),
    )
    rows = (
        Row((noise_chart.called(one, with_phantom=several), one.n, one.scanners, one.noise_hu, one.dose))
        for one in listed
    )
    return Table("dose-against-noise", "Dose against noise by protocol", columns, rows)
