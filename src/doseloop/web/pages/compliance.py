"""Compliance at one glance: procedures by scanner against the levels that a site compares with."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.report.compliance import Compliance, compliance, figures
from doseloop.report.table import Table
from doseloop.store import decisions, level_choice, level_reviews
from doseloop.store.site_list import display_units, largest_first, sites
from doseloop.web import compliance_tables
from doseloop.web.actor import actor_of
from doseloop.web.clock import today_here
from doseloop.web.compliance_view import PERIODS, ComplianceView, view_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table


@needs(Right.SEE)
@require_safe
def at_a_glance(request: HttpRequest) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    view, found = _looked_at(request)
    known = compliance_tables.modalities(found)
    asked = request.GET.get("modality", "")
    modality = asked if asked in known else next(iter(known), "")
    context: dict[str, Any] = {
        "view": view,
        "found": found,
        "units": display_units(scope),
        "sites": sites(scope),
        "periods": [_choice(request, text, chosen=days == view.days, days=days) for days, text in PERIODS.items()],
        "modalities": [_choice(request, one, chosen=one == modality, modality=one) for one in known],
        "modality": modality,
        "scanners": compliance_tables.scanners_of(found, modality),
        "blocks": compliance_tables.blocks(found, modality, view),
        "counts": compliance_tables.counted(found),
        "looks": page_table(compliance_tables.to_look_at(found, view, display_units(scope))),
        "due": level_reviews.due_reviews(scope, view.site) if known else (),
        "reviews": decisions.history(scope, level_reviews.REVIEW, most=10),
        "may_review": may(request, Right.JUDGE, view.site),
        "has_chosen": level_choice.has_chosen(scope, view.site),
        "exports": export_links(request, "compliance"),
    }
    return render(request, "doseloop/compliance.html", context)


@needs(Right.JUDGE)
@require_POST
def review(request: HttpRequest, scanner: int) -> HttpResponse:
    """The medians of a scanner were reviewed."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    level_reviews.review(scope, scanner, request.POST.get("note", ""), actor_of(request))
    return redirect(f"{reverse('compliance')}?{urlencode(request.GET.dict())}")


@needs(Right.JUDGE)
@require_POST
def undo_review(request: HttpRequest, batch: str) -> HttpResponse:
    """Take a review back."""
    decisions.undo(request.access, level_reviews.REVIEW, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("compliance")


def figures_of(request: HttpRequest) -> Table:
    """Every figure, for a file."""
    _, found = _looked_at(request)
    return compliance_tables.figure_table(figures(found))


def _looked_at(request: HttpRequest) -> tuple[ComplianceView, Compliance]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    view = view_of(request.GET.dict(), largest_first(scope), today_here())
    return view, compliance(the_facts(), scope, view.site, view.window, settings.DOSELOOP.level_settings)


def _choice(request: HttpRequest, text: str, *, chosen: bool, **changed: object) -> dict[str, Any]:
    return {"text": text, "chosen": chosen, "address": "?" + urlencode({**request.GET.dict(), **changed})}


routes = [
    path("compliance/", at_a_glance, name="compliance"),
    path("compliance/<int:scanner>/review/", review, name="compliance-review"),
    path("compliance/reviews/<slug:batch>/undo/", undo_review, name="compliance-review-undo"),
    *export_routes("compliance", "compliance", figures_of),
]
