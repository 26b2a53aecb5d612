"""Flags: their list, and one flag with what a person decides about it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.assess import drift
from doseloop.report.table import Column, Row, Table
from doseloop.store import case_opening
from doseloop.store import flags as record
from doseloop.store.audit import Seen
from doseloop.store.scanner_list import scanner_names
from doseloop.store.set_aside_counts import DAYS, returning_reasons
from doseloop.store.site_list import display_units
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.case_form import key_in
from doseloop.web.clock import today_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.flag_evidence import evidence
from doseloop.web.paging import page_number
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table
from doseloop.web.templatetags.doseloop import RULES

PAGE = 50


@needs(Right.SEE)
@require_safe
def flags(request: HttpRequest) -> HttpResponse:
    """The list."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    counts = record.count_by_state(scope)
    state = _state(request, counts)
    total = sum(counts.values()) if state == "all" else counts[state]
    number = page_number(request.GET.dict(), total, PAGE)
    found = record.flag_list(scope, state="" if state == "all" else state, start=(number - 1) * PAGE, most=PAGE)
    note_sight(request, "flag list", seen(found))
    context = {
        "table": page_table(_table(scope, found), export_links(request, "flags")),
        "chosen": state,
        "states": [*counts.items(), ("all", sum(counts.values()))],
        "total": total,
        "returning": returning_reasons(scope),
        "returning_days": DAYS,
        "start": (number - 1) * PAGE + 1,
        "end": (number - 1) * PAGE + len(found),
        "previous": f"?state={state}&page={number - 1}" if number > 1 else "",
        "next": f"?state={state}&page={number + 1}" if number * PAGE < total else "",
    }
    return render(request, "doseloop/flags.html", context)


@needs(Right.SEE)
@require_safe
def flag(request: HttpRequest, flag: int) -> HttpResponse:
    """One flag."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = record.flag(scope, flag)
    joined = record.joined_to(scope, flag)
    note_sight(request, f"flag {flag}", seen([found, *joined]))
    context = {
        "flag": found,
        "rule": RULES.get(found.rule, found.rule),
        "evidence": evidence(found.evidence, display_units(scope)),
        "joined": joined,
        "drift_since": _since(found),
        "today": today_here().isoformat(),
        "may_name": may(request, Right.NAME, found.site_id),
        "history": record.history(scope, flag),
        "reasons": [str(reason) for reason in record.SetAsideReason],
        "may_judge": may(request, Right.JUDGE, found.site_id),
        "cases": case_opening.cases_for(scope, found.site_id),
        "title": case_opening.suggested_title(scope, flag, RULES.get(found.rule, found.rule)),
    }
    return render(request, "doseloop/flag.html", context)


@needs(Right.JUDGE)
@require_POST
def set_aside(request: HttpRequest, flag: int) -> HttpResponse:
    """Nothing to do about it, with a reason."""
    given = request.POST
    scope: Scope = request.access  # type: ignore[attr-defined]
    record.set_aside(scope, flag, given.get("reason", ""), given.get("note", "").strip(), actor_of(request))
    return redirect("flag", flag)


@needs(Right.JUDGE)
@require_POST
def reopen(request: HttpRequest, flag: int) -> HttpResponse:
    """Take the verdict back."""
    record.reopen(request.access, flag, actor_of(request))  # type: ignore[attr-defined]
    return redirect("flag", flag)


@needs(Right.JUDGE)
@require_POST
def make_case(request: HttpRequest, flag: int) -> HttpResponse:
    """Follow it: a new case, with the title that is suggested where none is typed."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = record.flag(scope, flag)
    suggested = case_opening.suggested_title(scope, flag, RULES.get(found.rule, found.rule))
    title = request.POST.get("title", "").strip() or suggested
    return redirect("case", case_opening.open_case(scope, _of_one_cause(scope, flag), title, actor_of(request)))


@needs(Right.JUDGE)
@require_POST
def add_to_case(request: HttpRequest, flag: int) -> HttpResponse:
    """Let a case that is there follow it too."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    record.flag(scope, flag)
    case = key_in(request.POST.get("case", ""), "Choose a case from the list.")
    with transaction.atomic():
        for one in _of_one_cause(scope, flag):
            case_opening.add_flag(scope, one, case, actor_of(request))
    return redirect("case", case)


def _of_one_cause(scope: Scope, flag: int) -> list[int]:
    """The flag, and the open ones that are joined to it: a case follows a cause."""
    return [flag, *(one.id for one in record.joined_to(scope, flag) if one.state == "open")]


def flags_table(request: HttpRequest) -> Table:
    """All flags of the state that the address names."""
    return _table(request.access, _all(request))  # type: ignore[attr-defined]


def _since(found: record.FlagShown) -> str:
    """The day that a drift began on; empty for a flag of another rule."""
    return str((found.evidence.get("dated") or {}).get("since", ""))[:10] if found.rule == drift.RULE else ""


def _exported_patients(request: HttpRequest) -> set[Seen]:
    return seen(_all(request))


def _all(request: HttpRequest) -> tuple[record.FlagShown, ...]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    state = _state(request, record.count_by_state(scope))
    return tuple(one for one in record.flags(scope) if one.is_counted and state in ("all", one.state))


def seen(found: Iterable[record.FlagShown]) -> set[Seen]:
    """Whom the flags are about, for the audit."""
    return {Seen(one.patient_key, one.site_id) for one in found if one.patient_key is not None}


def _state(request: HttpRequest, counts: dict[str, Any]) -> str:
    state = request.GET.get("state", "open")
    return state if state in counts or state == "all" else "open"


def _table(scope: Scope, found: Iterable[record.FlagShown]) -> Table:
    columns = (
        Column("sentence", "What was noticed"),
        Column("rule", "Rule"),
        Column("procedure", "Procedure"),
        Column("scanner", "Scanner"),
        Column("raised", "Raised", "time"),
        Column("state", "State", "state"),
    )
    names = scanner_names(scope)
    return Table("flags", "Flags", columns, (_row(one, names) for one in found))


def _row(one: record.FlagShown, names: Mapping[int, str]) -> Row:
    tone = {"open": "above", "case": "accent"}.get(one.state, "quiet")
    scanner = names.get(one.scanner_id, one.scanner_name) if one.scanner_id is not None else ""
    return Row(
        (one.sentence, RULES.get(one.rule, one.rule), one.procedure_name, scanner, one.raised_at, one.state),
        links={"sentence": reverse("flag", args=[one.id])},
        tones={"state": tone},
        notes={"state": one.verdict, "sentence": _together(one.joined)},
    )


def _together(number: int) -> str:
    """What stands under a flag that others are joined to."""
    return f"{number} more of the same cause" if number else ""


routes = [
    path("flags/", flags, name="flags"),
    path("flags/<int:flag>/", flag, name="flag"),
    path("flags/<int:flag>/set-aside", set_aside, name="flag-set-aside"),
    path("flags/<int:flag>/reopen", reopen, name="flag-reopen"),
    path("flags/<int:flag>/case", make_case, name="flag-case"),
    path("flags/<int:flag>/add", add_to_case, name="flag-add"),
    *export_routes("flags", "flags", flags_table, _exported_patients),
]
