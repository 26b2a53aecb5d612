"""The audit: who saw which patient and who changed what, and whether that is still what was sealed.

Looking at it is noted as one row that names the filter and the first and last row that were shown. Patients stand here by
key; who that is, the page of the exam says.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.audit import ACTIONS, AuditRecord
from doseloop.report.table import Column, Row, Table
from doseloop.store import audit_list, site_list
from doseloop.store.audit import record_change
from doseloop.store.audit_chain import AuditChain
from doseloop.store.audit_list import AuditFilter
from doseloop.store.audit_verify import verify
from doseloop.web.actor import actor_of
from doseloop.web.clock import short_time, zone_of
from doseloop.web.exports import export_links, export_routes
from doseloop.web.filter_chips import Chip
from doseloop.web.paging import page_number
from doseloop.web.rights import needs
from doseloop.web.tables import page_table

PAGE = 50
_CHECKED_SEALS = 60
_COLUMNS = (
    Column("at", "When", "time"),
    Column("actor", "Who"),
    Column("address", "From"),
    Column("action", "Did"),
    Column("subject", "What"),
    Column("patient", "Patient"),
    Column("identified", "Identity"),
    Column("site", "Site"),
    Column("change", "Change"),
)
_WORDS = {"who": "Who", "patient": "Patient key", "action": "Did", "since": "From", "until": "Before"}
_LINKED = {"exam": "exam", "flag": "flag"}
_LONGEST = 200


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
        "table": page_table(_table(scope, found), export_links(request, "audit", right=Right.AUDIT)),
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
    return _table(scope, rows)


def of_patient(key: int) -> str:
    """Address of what is noted about the patient."""
    return f"{reverse('audit')}?{AuditFilter(patient=key).to_address()}"


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


def _table(scope: Scope, found: Iterable[AuditRecord]) -> Table:
    sites = {site.id: site.name for site in site_list.sites(scope)}
    return Table("audit", "Audit", _COLUMNS, (_row(one, sites) for one in found))


def _row(one: AuditRecord, sites: Mapping[int, str]) -> Row:
    links = {"subject": _address(one.subject)}
    if one.patient_key is not None:
        links["patient"] = of_patient(one.patient_key)
    return Row(
        (
            one.at,
            one.actor,
            one.address,
            one.action,
            one.subject,
            None if one.patient_key is None else str(one.patient_key),
            None if one.identified is None else "shown" if one.identified else "not shown",
            sites.get(one.site) if one.site is not None else None,
            change(one) or None,
        ),
        links={name: address for name, address in links.items() if address},
        shown={"at": f"{short_time(one.at)}:{one.at:%S}"},
    )


def change(one: AuditRecord) -> str:
    """What was changed, in words: `state: open → case`."""
    names = dict.fromkeys((*one.before, *one.after))
    told = "; ".join(_changed(name, one) for name in names if one.before.get(name) != one.after.get(name))
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def _changed(name: str, one: AuditRecord) -> str:
    words = name.replace("_", " ")
    if name in one.before:
        return f"{words}: {_value(one.before[name])} → {_value(one.after.get(name))}"
    return f"{words}: {_value(one.after[name])}"


def _value(held: Any) -> str:
    if isinstance(held, dict):
        return ", ".join(f"{name} {_value(value)}" for name, value in held.items()) or "–"
    if isinstance(held, list):
        return ", ".join(map(_value, held)) or "–"
    return "–" if held is None or held == "" else str(held)


def _address(subject: str) -> str:
    found = re.fullmatch(r"(?:object \d+ of )?(exam|flag) (\d+)", subject)
    return reverse(_LINKED[found.group(1)], args=[int(found.group(2))]) if found else ""


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
