"""Methods of dosimetry: how each computed value is made, and which editions the record holds values of."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.dosimetry.method import Method
from doseloop.dosimetry.methods import METHODS, edition, worked_example
from doseloop.dosimetry.methods import method as method_of
from doseloop.model.quantities import QUANTITIES
from doseloop.reference.coefficients import coefficient_sets
from doseloop.report.table import Column, Row, Table
from doseloop.store.method_editions import in_use
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import needs

_COLUMNS = (
    Column("id", "Method"), Column("version", "Version", "number"), Column("quantity", "Quantity"), Column("title", "Title"),
    Column("verified", "Verified"), Column("why", "Why not"), Column("equation", "Equation"), Column("validity", "Validity"),
    Column("uncertainty", "Uncertainty"), Column("sources", "Sources"),
)  # fmt: skip


@needs(Right.SEE)
@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """The page of all methods and sets of coefficients."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    grouped: dict[str, list[Method]] = {}
    for one in METHODS:
        grouped.setdefault(one.quantity, []).append(one)
    context: dict[str, Any] = {
        "groups": [(QUANTITIES[key], found) for key, found in grouped.items()],
        "sets": list(coefficient_sets().values()),
        "editions": in_use(scope),
        "edition": edition(),
        "verified": sum(one.is_verified for one in METHODS),
        "count": len(METHODS),
        "exports": export_links(request, "methods"),
    }
    return render(request, "doseloop/methods.html", context)


@needs(Right.SEE)
@require_safe
def method(request: HttpRequest, method: str) -> HttpResponse:
    """The page of one method. Errors: `Http404`."""
    try:
        one = method_of(method)
    except KeyError as error:
        raise Http404(f"There is no method {method}.") from error
    words, example = worked_example(one)
    context = {"method": one, "quantity": QUANTITIES[one.quantity], "words": words, "example": example}
    return render(request, "doseloop/method.html", context)


def table(request: HttpRequest) -> Table:
    """Every method, for a file."""
    return Table("methods", "Methods", _COLUMNS, map(_row, METHODS))


def _row(one: Method) -> Row:
    sources = "; ".join(", ".join(filter(None, (source.title, source.place, source.url))) for source in one.sources)
    words = (one.equation, one.validity, one.uncertainty, sources)
    return Row((one.id, one.version, one.quantity, one.title, one.is_verified, one.not_verified, *words))


routes = [
    path("methods/", methods, name="methods"),
    path("methods/<slug:method>/", method, name="method"),
    *export_routes("methods/all", "methods", table),
]
