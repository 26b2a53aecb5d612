"""The procedures of the last year or of all exams, the most frequent first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.facts.procedure import ProcedureRow, procedures
from doseloop.facts.windows import Window
from doseloop.model.quantities import QUANTITIES, number_shown, unit_of
from doseloop.report.table import Column, Row, Table
from doseloop.store.site_list import display_units
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.recent import YEAR, days_of, spans
from doseloop.web.rights import needs
from doseloop.web.tables import page_table

_COLUMNS = (
    Column("name", "Procedure"),
    Column("modality", "Modality"),
    Column("exams", "Exams", "number"),
    Column("scanners", "Scanners", "number"),
    Column("quantity", "Quantity"),
    Column("median", "Median of adults", "number"),
    Column("unit", "Unit"),
    Column("n", "Values", "number"),
    Column("sizes", "Sizes of the values"),
    Column("flags", "Open flags", "number"),
)


@needs(Right.SEE)
@require_safe
def procedures_page(request: HttpRequest) -> HttpResponse:
    """The page."""
    table = page_table(procedures_table(request), export_links(request, "procedures"))
    context = {"table": table, "spans": spans(request), "is_year": days_of(request) == YEAR}
    return render(request, "doseloop/procedures.html", context)


def procedures_table(request: HttpRequest) -> Table:
    """Every procedure with exams in the period."""
    scope = request.access  # type: ignore[attr-defined]
    found = procedures(the_facts(), scope, Window.of_days_until(today_here(), days_of(request)))
    units = display_units(scope)
    return Table("procedures", "Procedures", _COLUMNS, (_row(one, units) for one in found))


def _row(one: ProcedureRow, units: dict[str, str]) -> Row:
    quantity = QUANTITIES[one.quantity]
    known = {unit.label for unit in quantity.units}
    unit = units.get(quantity.key, quantity.unit)
    unit = unit if unit in known else quantity.unit
    factor = unit_of(quantity.key, unit).per_own
    median = None if one.median is None else one.median * factor.numerator / factor.denominator
    return Row(
        (
            one.name, one.modality, one.exams, one.scanners, quantity.symbol,
            median, unit, one.n, one.sizes.words or None, one.open_flags or None,
        ),
        links={"name": reverse("procedure", args=[one.key]), "exams": f"{reverse('exams')}?procedure={one.key}"},
        shown={"median": number_shown(quantity.key, one.median, unit)},
    )  # fmt: skip


routes = [
    path("procedures/", procedures_page, name="procedures"),
    *export_routes("procedures", "procedures", procedures_table),
]
