"""The audit: who saw which patient and who changed what, and whether that is still what was sealed.

Looking at it is noted as one row that names the filter and the first and last row that were shown. Patients stand here by
key; who that is, the page of the exam says.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.audit import ACTIONS, AuditRecord
from doseloop.report.table import Table
from doseloop.store import audit_list
from doseloop.store.audit import record_change
from doseloop.store.audit_chain import AuditChain
from doseloop.store.audit_list import AuditFilter
from doseloop.store.audit_verify import verify
from doseloop.web.actor import actor_of
from doseloop.web.audit_tables import by_row, by_sight
from doseloop.web.clock import zone_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.filter_chips import Chip
from doseloop.web.paging import page_number
from doseloop.web.rights import needs
from doseloop.web.tables import page_table

PAGE = 200
_CHECKED_SEALS = 60
_WORDS = {"who": "Who", "patient": "Patient key", "action": "Did", "since": "From", "until": "Before"}


@needs(Right.AUDIT)
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    wanted = AuditFilter.from_address(request.GET.dict())
    total = audit_list.count(scope, wanted, zone_of(scope))
    number = page_number(request.GET.dict(), total, PAGE)
    found = audit_list.page(scope, wanted, zone_of(scope), (number - 1) * PAGE, PAGE)
    _note_use(request, "audit page", wanted, found)
    context = {
        "table": page_table(by_sight(scope, found), export_links(request, "audit", right=Right.AUDIT)),
        "total": total,
        "wanted": wanted,
        "chips": _chips(wanted),
        "actions": {action: action for action in sorted(ACTIONS)},
        "start": (number - 1) * PAGE + 1,
        "end": (number - 1) * PAGE + len(found),
        "previous": _page(wanted, number - 1) if number > 1 else "",
        "next": _page(wanted, number + 1) if number * PAGE < total else "",
        **_chain(),
    }
    return render(request, "doseloop/audit.html", context)


def audit_table(request: HttpRequest) -> Table:
    """Every row that fits the filter of the address."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    wanted = AuditFilter.from_address(request.GET.dict())
    newest = audit_list.page(scope, wanted, zone_of(scope), 0, 1)
    _note_use(request, "audit file", wanted, newest)
    until = newest[0].id if newest else 0
    rows = (row for row in audit_list.every(scope, wanted, zone_of(scope)) if row.id <= until)
    return by_row(scope, rows)


def _note_use(request: HttpRequest, subject: str, wanted: AuditFilter, found: tuple[AuditRecord, ...]) -> None:
    shown = {"newest_row": found[0].id, "oldest_row": found[-1].id, "rows": len(found)} if found else {"rows": 0}
    if subject == "audit file":
        shown = {"newest_row": found[0].id} if found else {"rows": 0}
    after = {"filter": wanted.asked(), **shown}
    record_change(actor_of(request), "used the audit", subject, patient_key=wanted.patient, after=after)


def _chain() -> dict[str, Any]:
    """How far the audit is sealed, and whether its latest seals fit; the command looks at all of them."""
    chain = AuditChain(settings.FOLDER.key("audit"), settings.FOLDER.audit_head)
    return {"sealed": chain.last(), "checked": verify(chain, latest=_CHECKED_SEALS),
            "whole": audit_list.latest("verified the audit")}  # fmt: skip


def _chips(wanted: AuditFilter) -> tuple[Chip, ...]:
    asked = wanted.asked()
    return tuple(
        Chip(f"{_WORDS[name]}: {value}", _query({other: held for other, held in asked.items() if other != name}))
        for name, value in asked.items()
    )


def _page(wanted: AuditFilter, number: int) -> str:
    return _query({**wanted.asked(), "page": str(number)})


def _query(asked: Mapping[str, str]) -> str:
    return f"?{urlencode(asked)}"


routes = [
    path("audit/", audit, name="audit"),
    *export_routes("audit", "audit", audit_table, right=Right.AUDIT),
]
