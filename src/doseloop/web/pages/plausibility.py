"""Values that a scanner writes wrong by a power of ten, and exams that look like tests: proposals, and what people decide."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Table
from doseloop.store import decisions, repair_proposals, suspected_tests, value_repairs
from doseloop.store.audit import Seen
from doseloop.store.scanner_list import scanner_names
from doseloop.store.site_list import display_units
from doseloop.store.value_repairs import REPAIRS
from doseloop.web import plausibility_tables
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.charts import ratio
from doseloop.web.decision_lists import told
from doseloop.web.exports import export_links, export_routes
from doseloop.web.rights import may, needs
from doseloop.web.tables import page_table

SHOWS = ("repairs", "rules", "tests", "apart")
_MOST_EXPORTED = 50_000


@needs(Right.SEE)
@require_safe
def plausibility(request: HttpRequest) -> HttpResponse:
    """The page; `?show=` chooses proposals of repairs, rules, exams that look like tests, or those that were set apart."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    show = request.GET.get("show", "repairs")
    show = show if show in SHOWS else "repairs"
    waiting = repair_proposals.proposals(scope, "proposed")
    rules = value_repairs.repairs(scope)
    context: dict[str, Any] = {
        "show": show,
        "tabs": (
            ("repairs", "Proposed repairs", len(waiting)),
            ("rules", "Repairs in force", sum(one.in_force for one in rules)),
            ("tests", "Phantoms and tests", suspected_tests.count(scope)),
            ("apart", "Set apart", suspected_tests.count_set_apart(scope)),
        ),
        "moving": decisions.outdated_count(scope) or decisions.pending(scope, REPAIRS).count(),
        "may_name": Right.NAME in request.rights,  # type: ignore[attr-defined]
        "may_judge": Right.JUDGE in request.rights,  # type: ignore[attr-defined]
        **_shown(request, show),
    }
    return render(request, "doseloop/plausibility.html", context)


@needs(Right.SEE)
@require_safe
def proposal(request: HttpRequest, proposal: int) -> HttpResponse:
    """The evidence of a proposal, and what it would change on the days of `since` and `until`."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = repair_proposals.proposal(scope, proposal)
    examples = found.evidence["examples"]
    visible = repair_proposals.seen(scope, [one["exam"] for one in examples])
    note_sight(request, f"proposal {proposal}", visible)
    since, until = request.GET.get("since", found.since), request.GET.get("until", found.until)
    wanted = value_repairs.WantedRepair(
        found.scanner, found.quantity, found.wanted.source, found.of_total, found.power, since, until
    )
    context = {
        "proposal": found,
        "name": scanner_names(scope).get(found.scanner, found.scanner_name),
        "what": plausibility_tables.what_of(found.quantity, found.source, found.of_total),
        "symbol": QUANTITIES[found.quantity].symbol,
        "factor": value_repairs.factor_said(found.power),
        "witnesses": list(plausibility_tables.said_by(found)),
        "examples": examples if visible else [],
        "chart": ratio.option(found.evidence["points"], found.since, found.until, found.evidence["relation"]),
        "since": since,
        "until": until,
        "preview": value_repairs.preview(scope, wanted) if found.state == "proposed" else None,
        "units": display_units(scope),
        "may_name": may(request, Right.NAME, found.site),
    }
    return render(request, "doseloop/plausibility_proposal.html", context)


@needs(Right.NAME)
@require_POST
def accept(request: HttpRequest, proposal: int) -> HttpResponse:
    """Put the rule into force; the worker makes its exams anew."""
    given = request.POST
    repair_proposals.accept(
        request.access, proposal, given.get("since", ""), given.get("until", ""), given.get("reason", ""), actor_of(request)  # type: ignore[attr-defined]
    )  # fmt: skip
    return _to("rules")


@needs(Right.NAME)
@require_POST
def decline(request: HttpRequest, proposal: int) -> HttpResponse:
    """Say that the values are right, with a reason."""
    repair_proposals.decline(request.access, proposal, request.POST.get("reason", ""), actor_of(request))  # type: ignore[attr-defined]
    return redirect("plausibility")


@needs(Right.NAME)
@require_POST
def again(request: HttpRequest, proposal: int) -> HttpResponse:
    """Take back what was said to a proposal."""
    repair_proposals.propose_again(request.access, proposal, actor_of(request))  # type: ignore[attr-defined]
    return redirect("plausibility-proposal", proposal)


@needs(Right.NAME)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take a repair back; its exams are made anew from what the objects say."""
    decisions.undo(request.access, REPAIRS, batch, actor_of(request))  # type: ignore[attr-defined]
    return _to("rules")


@needs(Right.JUDGE)
@require_POST
def judge_tests(request: HttpRequest) -> HttpResponse:
    """Set the chosen exams apart, or say that they are patients', with a reason."""
    given, scope = request.POST, request.access  # type: ignore[attr-defined]
    exams = [_number(one) for one in given.getlist("exam")]
    if given.get("verdict") == "patients":
        suspected_tests.decline(scope, exams, given.get("reason", ""), actor_of(request))
    else:
        suspected_tests.set_apart(scope, exams, given.get("verdict", ""), given.get("reason", ""), actor_of(request))
    return _to("tests")


@needs(Right.JUDGE)
@require_POST
def include(request: HttpRequest, exam: int) -> HttpResponse:
    """Let an exam stand in groups again."""
    suspected_tests.take_back(request.access, exam, actor_of(request))  # type: ignore[attr-defined]
    return _to("apart")


def _shown(request: HttpRequest, show: str) -> dict[str, Any]:
    """What the chosen part of the page shows."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    if show == "tests":
        tests = suspected_tests.suspects(scope)
        note_sight(request, "suspected tests", suspected_tests.exams_seen(tests))
        return {"tests": tests, "exports": export_links(request, "plausibility-tests")}
    if show == "apart":
        apart = suspected_tests.set_apart_list(scope)
        note_sight(request, "exams set apart", suspected_tests.exams_seen(apart))
        return {"apart": apart, "exports": export_links(request, "plausibility-apart")}
    if show == "rules":
        return {
            "rules": page_table(_rules(request)),
            "batches": told(decisions.history(scope, REPAIRS), {}, "not repaired"),
            "exports": export_links(request, "plausibility-rules"),
        }
    return {"proposals": page_table(_proposals(request)), "exports": export_links(request, "plausibility")}


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise UnusableInput(f"{text[:18]!r} is no number of an exam.")
    return int(text)


def _to(show: str) -> HttpResponse:
    answer = redirect("plausibility")
    answer["Location"] += f"?show={show}"
    return answer


def _proposals(request: HttpRequest) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return plausibility_tables.proposals(repair_proposals.proposals(scope), scanner_names(scope))


def _rules(request: HttpRequest) -> Table:
    scope: Scope = request.access  # type: ignore[attr-defined]
    return plausibility_tables.rules(value_repairs.repairs(scope), scanner_names(scope))


def _tests(request: HttpRequest) -> Table:
    return plausibility_tables.tests(suspected_tests.suspects(request.access, _MOST_EXPORTED))  # type: ignore[attr-defined]


def _tests_seen(request: HttpRequest) -> set[Seen]:
    return suspected_tests.exams_seen(suspected_tests.suspects(request.access, _MOST_EXPORTED))  # type: ignore[attr-defined]


def _apart(request: HttpRequest) -> Table:
    return plausibility_tables.apart(suspected_tests.set_apart_list(request.access, _MOST_EXPORTED))  # type: ignore[attr-defined]


def _apart_seen(request: HttpRequest) -> set[Seen]:
    return suspected_tests.exams_seen(suspected_tests.set_apart_list(request.access, _MOST_EXPORTED))  # type: ignore[attr-defined]


routes = [
    path("plausibility/", plausibility, name="plausibility"),
    path("plausibility/<int:proposal>/", proposal, name="plausibility-proposal"),
    path("plausibility/<int:proposal>/accept", accept, name="plausibility-accept"),
    path("plausibility/<int:proposal>/decline", decline, name="plausibility-decline"),
    path("plausibility/<int:proposal>/again", again, name="plausibility-again"),
    path("plausibility/rules/<slug:batch>/undo", undo, name="plausibility-undo"),
    path("plausibility/tests", judge_tests, name="plausibility-judge"),
    path("plausibility/tests/<int:exam>/include", include, name="plausibility-include"),
    *export_routes("plausibility", "plausibility", _proposals),
    *export_routes("plausibility/rules", "plausibility-rules", _rules),
    *export_routes("plausibility/tests", "plausibility-tests", _tests, _tests_seen),
    *export_routes("plausibility/apart", "plausibility-apart", _apart, _apart_seen),
]
