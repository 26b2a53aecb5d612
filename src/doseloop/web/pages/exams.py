"""The list of exams: filters, order and page stand in the address."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.facts.exams import ExamOrder, ExamPage, ExamRow, OrderBy, exam_page, exam_rows
from doseloop.facts.filters import ExamFilter
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.store import exam_detail, procedure_list, scanner_list, scanner_merging, site_list
from doseloop.store.audit import Seen
from doseloop.store.exam_detail import PatientIdentity
from doseloop.web.actor import note_sight
from doseloop.web.ages import age_words
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.filter_chips import chips
from doseloop.web.paging import page_number
from doseloop.web.rights import needs
from doseloop.web.tables import page_table
from doseloop.web.templatetags.doseloop import person

PAGE = 50
_MOST_EXAMS = 50_000_000
_ORDERED = {"started": OrderBy.STARTED, "dlp_mgy_cm": OrderBy.DLP, "dap_gy_cm2": OrderBy.DAP}
_IN_FILES = ("effective_dose_estimate_msv", "dap_corrected_gy_cm2", "ka_r_corrected_mgy")
"""Computed columns: the page has no room for them, and each exam's own page tells what they rest on."""
_BANDS = {band.key: band.name for band in AGE_BANDS}


@needs(Right.SEE)
@require_safe
def exams(request: HttpRequest) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    wanted, order = _wanted(request), ExamOrder.from_address(request.GET.get("order", ""))
    number, found = _page(request, scope, wanted, order)
    known = exam_detail.current_identities(scope, {row.patient for row in found.rows})
    note_sight(request, "exam list", _seen(found.rows))
    choices = _choices(scope)
    return render(
        request,
        "doseloop/exams.html",
        {
            "table": page_table(_table(scope, found.rows, known), export_links(request, "exams")),
            "total": found.total,
            "wanted": wanted,
            "order": order.to_address(),
            "sorts": _sorts(request, order),
            "chips": chips(wanted, request.GET, choices),
            "choices": choices,
            "start": (number - 1) * PAGE + 1,
            "end": (number - 1) * PAGE + len(found.rows),
            "previous": _address(request, page=str(number - 1)) if number > 1 else "",
            "next": _address(request, page=str(number + 1)) if number * PAGE < found.total else "",
        },
    )


def exams_table(request: HttpRequest) -> Table:
    """All exams that fit the filter of the address."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    wanted, order = _wanted(request), ExamOrder.from_address(request.GET.get("order", ""))
    known = exam_detail.current_identities(scope, {row.patient for row in _fitting(request)})
    return _table(scope, exam_rows(the_facts(), scope, wanted, order), known, _IN_FILES)


def _wanted(request: HttpRequest) -> ExamFilter:
    """The filter of the address; one by another name of a scanner is one by that scanner."""
    wanted = ExamFilter.from_address(request.GET.dict())
    if wanted.scanner is None:
        return wanted
    return replace(wanted, scanner=scanner_merging.counted_at(request.access, wanted.scanner))  # type: ignore[attr-defined]


def _patients(request: HttpRequest) -> set[Seen]:
    return _seen(_fitting(request))


def _fitting(request: HttpRequest) -> Iterator[ExamRow]:
    wanted = _wanted(request)
    return exam_rows(the_facts(), request.access, wanted, ExamOrder())  # type: ignore[attr-defined]


def _seen(rows: Iterable[ExamRow]) -> set[Seen]:
    return {Seen(row.patient, row.site) for row in rows}


def _table(
    scope: Scope, rows: Iterable[ExamRow], known: Mapping[int, PatientIdentity], computed: tuple[str, ...] = ()
) -> Table:
    units = site_list.display_units(scope)
    columns = (
        Column("started", "Started", "time"),
        *((Column("patient", "Patient"), Column("patient_number", "Number")) if scope.identity else ()),
        Column("procedure", "Procedure"),
        Column("scanner", "Scanner"),
        Column("sex", "Sex"),
        Column("age_years", "Age", "number", "years"),
        quantity_column("weight_kg", units, "Weight"),
        quantity_column("dlp_mgy_cm", units),
        quantity_column("dap_gy_cm2", units),
        quantity_column("ka_r_mgy", units),
        *(quantity_column(name, units) for name in computed),
        Column("events", "Events", "number"),
        Column("state", "State", "state"),
    )
    names = scanner_list.scanner_names(scope)
    named = (replace(row, scanner_name=names.get(row.scanner, row.scanner_name)) for row in rows)
    return Table("exams", "Exams", columns, (_row(scope, row, known.get(row.patient), computed) for row in named))


def _row(scope: Scope, row: ExamRow, patient: PatientIdentity | None, computed: tuple[str, ...]) -> Row:
    named = (person(patient.name), patient.number) if patient else (None, None)
    names = ", ".join(one.name for one in row.procedures)
    said = row.protocol_name or row.description or row.requested_procedure
    state, tone = _state(row)
    return Row(
        (
            row.started_at,
            *(named if scope.identity else ()),
            names or None,
            row.scanner_name,
            row.sex,
            row.age_years,
            row.weight_kg,
            row.dlp_mgy_cm,
            row.dap_gy_cm2,
            row.ka_r_mgy,
            *(getattr(row, name) for name in computed),
            row.event_count,
            state,
        ),
        links=dict.fromkeys(("started", "procedure"), reverse("exam", args=[row.exam])),
        tones={"state": tone},
        notes={"procedure": said if said != names else ""},
        shown={} if row.age_years is None else {"age_years": age_words(row.age_years)},
    )


def _state(row: ExamRow) -> tuple[str | None, str]:
    if row.excluded_as:
        return row.excluded_as, "quiet"
    if row.open_flags:
        return ("1 flag" if row.open_flags == 1 else f"{row.open_flags} flags"), "above"
    if not row.settled:
        return "provisional", "caution"
    return ("check totals", "caution") if row.has_issues else (None, "")


def _sorts(request: HttpRequest, order: ExamOrder) -> dict[str, dict[str, str]]:
    sorts = {}
    for key, by in _ORDERED.items():
        turned = ExamOrder(by, not order.descending) if by is order.by else ExamOrder(by)
        direction = "" if by is not order.by else "descending" if order.descending else "ascending"
        sorts[key] = {"address": _address(request, order=turned.to_address(), page=""), "direction": direction}
    return sorts


def _address(request: HttpRequest, **changed: str) -> str:
    kept = {**request.GET.dict(), **changed}
    return "?" + urlencode({key: value for key, value in kept.items() if value})


def _page(request: HttpRequest, scope: Scope, wanted: ExamFilter, order: ExamOrder) -> tuple[int, ExamPage]:
    """The page that is asked for; how many there are is known only with one of them."""
    asked = page_number(request.GET.dict(), _MOST_EXAMS, PAGE)
    found = exam_page(the_facts(), scope, wanted, order, (asked - 1) * PAGE, PAGE)
    number = page_number(request.GET.dict(), found.total, PAGE)
    if number == asked:
        return number, found
    return number, exam_page(the_facts(), scope, wanted, order, (number - 1) * PAGE, PAGE)


def _choices(scope: Scope) -> dict[str, Any]:
    return {
        "site": {str(site.id): site.name for site in site_list.sites(scope)},
        "scanner": {str(key): name for key, name in scanner_list.scanner_names(scope).items()},
        "procedure": procedure_list.names(),
        "modality": {"CT": "CT", "RF": "Angiography and fluoroscopy"},
        "age_band": {**_BANDS, "unknown": "age not known"},
    }


def of_procedure(key: str) -> str:
    """Address of the exams with the procedure."""
    return f"{reverse('exams')}?{replace(ExamFilter(), procedure=key).to_address()}"


routes = [path("exams/", exams, name="exams"), *export_routes("exams", "exams", exams_table, _patients)]
