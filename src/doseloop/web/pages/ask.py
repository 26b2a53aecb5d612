"""Questions in plain words: what they mean, their answers, and the conversation about them."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.ask.answer import Answer
from doseloop.ask.conversation import Conversation
from doseloop.ask.department import Department
from doseloop.ask.live_department import department_of_record, readers_of
from doseloop.ask.noted import answered_and_noted, seen
from doseloop.ask.outcome import AskedBack, Declined, Outcome, Understood
from doseloop.ask.plan import Plan, canonical, plan_of
from doseloop.ask.plan_address import from_address, to_address
from doseloop.ask.replies import Reply, asked_back, declined
from doseloop.ask.spoken import said_of
from doseloop.ask.text import MAX_CHARACTERS
from doseloop.model.errors import NotAnswerable, UnusableInput
from doseloop.report.table import Table
from doseloop.store import answer_remarks, saved_questions
from doseloop.store.audit import Seen
from doseloop.store.site_list import display_units
from doseloop.web.actor import actor_of
from doseloop.web.ask_change import changed, removed
from doseloop.web.ask_chips import chips
from doseloop.web.ask_examples import examples
from doseloop.web.ask_suggestion import suggestion_of
from doseloop.web.ask_tables import table_of
from doseloop.web.ask_talk import Talk, Told, keep, ring, talk_of
from doseloop.web.ask_view import address_of, kept_said, shown
from doseloop.web.clock import now_here
from doseloop.web.exports import export_links, export_routes
from doseloop.web.facts import the_facts
from doseloop.web.rights import needs

_UNSAID = "unanswered"
"""In the address of a question that was not answered: its words stay out of addresses, since they may name a patient."""


@needs(Right.SEE)
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """The page: empty, with an answer, or with a question back."""
    if text := request.GET.get("plan", ""):
        return _answer(request, from_address(text))
    if _UNSAID in request.GET:
        return _unanswered(request, talk_of(request))
    if question := request.GET.get("q", "").strip():
        return _turn(request, question, Talk(), Conversation())
    return _page(request, {"examples": examples(_department(request)), "saved": _saved(request)})


@needs(Right.SEE)
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """The next turn: a follow-up of the plan that was shown, or the answer to a question back."""
    after = request.POST.get("plan", "")
    talk, plan = talk_of(request), from_address(after) if after else None
    before = talk.conversation(plan, answers="answers" in request.POST)
    return _turn(request, request.POST.get("q", "").strip(), talk.up_to(plan) if plan else talk, before)


@needs(Right.SEE)
@require_safe
def change(request: HttpRequest) -> HttpResponse:
    """One part of a plan changed or taken away; leads to the answer of the new plan."""
    plan, part = from_address(request.GET.get("plan", "")), request.GET.get("part", "")
    made = removed(plan, part) if "remove" in request.GET else changed(plan, part, request.GET)
    return redirect(address_of(made))


@needs(Right.SEE)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the plan under a name of the account's own."""
    plan = from_address(request.POST.get("plan", ""))
    saved_questions.save(_account(request), request.POST.get("name", ""), canonical(plan), actor_of(request))
    return redirect(address_of(plan))


@needs(Right.SEE)
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Take a saved question away."""
    given = request.POST.get("question", "")
    if not given.isdecimal():
        raise UnusableInput("Which question is not said.")
    saved_questions.remove(_account(request), int(given[:15]), actor_of(request))
    return redirect("ask")


@needs(Right.SEE)
@require_POST
def wrong(request: HttpRequest) -> HttpResponse:
    """Keep what somebody says is wrong with an answer."""
    text = request.POST.get("plan", "")
    plan = from_address(text) if text else None
    scope: Scope = request.access  # type: ignore[attr-defined]
    held = canonical(plan) if plan else None
    answer_remarks.keep(
        scope, ring(), request.POST.get("q", ""), held, request.POST.get("remark", ""), actor_of(request)
    )
    return redirect(f"{address_of(plan, request.POST.get('q', ''))}&told=1" if plan else "ask")


@needs(Right.AUDIT)
@require_safe
def remarks(request: HttpRequest) -> HttpResponse:
    """What people said is wrong with answers."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    listed = [_told(one) for one in answer_remarks.remarks(scope, ring(), actor_of(request))]
    return render(request, "doseloop/ask_remarks.html", {"remarks": listed})


def _told(one: answer_remarks.Remark) -> dict[str, Any]:
    plan = plan_of(one.plan) if one.plan else None
    return {"remark": one, "said": said_of(plan) if plan else "", "address": address_of(plan) if plan else ""}


@needs(Right.AUDIT)
@require_POST
def remark_done(request: HttpRequest, remark: int) -> HttpResponse:
    """A remark was looked after."""
    answer_remarks.set_done(request.access, remark, actor_of(request))  # type: ignore[attr-defined]
    return redirect("ask-remarks")


def answer_table(request: HttpRequest) -> Table:
    """The answer's table as a file has it."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    return table_of(_for_file(request).table, display_units(scope), "answer", "Answer", whole=True)


def _patients(request: HttpRequest) -> set[Seen]:
    return seen(_for_file(request), request.access)  # type: ignore[attr-defined]


def _for_file(request: HttpRequest) -> Answer:
    """The answer, counted once for a file and noted as asked; the file itself is noted where it is made."""
    if not hasattr(request, "answer"):
        plan, scope = from_address(request.GET.get("plan", "")), request.access  # type: ignore[attr-defined]
        suggested = talk_of(request).up_to(plan).told.suggested
        found = answered_and_noted(
            plan, scope, the_facts(), now_here(), actor_of(request), in_file=True, suggested=suggested
        )
        request.answer = found  # type: ignore[attr-defined]
    return request.answer  # type: ignore[attr-defined, no-any-return]


def _account(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _department(request: HttpRequest) -> Department:
    return department_of_record(request.access, the_facts(), now_here())  # type: ignore[attr-defined]


def _turn(request: HttpRequest, question: str, talk: Talk, before: Conversation) -> HttpResponse:
    outcome, after = readers_of(_department(request)).next_turn(before, question[: MAX_CHARACTERS + 1])
    keep(request, _after(talk, question, outcome, after))
    if isinstance(outcome, Understood):
        return redirect(address_of(outcome.plan, question))
    return redirect(f"/ask/?{_UNSAID}") if isinstance(outcome, AskedBack | Declined) else redirect("ask")


def _after(talk: Talk, question: str, outcome: Outcome, after: Conversation) -> Talk:
    if isinstance(outcome, Understood):
        told = Told(question, outcome.repairs, outcome.kept, outcome.follows)
        return Talk(after.plans, told)
    if isinstance(outcome, AskedBack):
        return Talk(after.plans, talk.told, after.open)
    if isinstance(outcome, Declined):
        return Talk(after.plans, talk.told, None, (question, outcome))
    return Talk()


def _answer(request: HttpRequest, plan: Plan) -> HttpResponse:
    scope: Scope = request.access  # type: ignore[attr-defined]
    talk = talk_of(request)
    now = talk.up_to(plan)
    if now != talk or talk.open or talk.refused:
        keep(request, replace(now, open=None, refused=None, suggested=None))
    question = request.GET.get("q", "")
    told = now.told if now.told.question == question or (now.told.suggested and not question) else Told()
    context = {
        **_shown_plan(request, plan),
        "question": question[:MAX_CHARACTERS],
        "asked": (question or told.question)[:MAX_CHARACTERS],
        "suggested": told.suggested,
        "repairs": told.repairs,
        "kept": kept_said(told.kept) if told.follows else "",
        "follows": told.follows,
        "can_undo": len(now.plans) > 1,
        "told": "told" in request.GET,
    }
    try:
        found = answered_and_noted(plan, scope, the_facts(), now_here(), actor_of(request), suggested=told.suggested)
    except NotAnswerable as error:
        return _page(request, {**context, "reply": Reply(error.said, error.offer), "refused": True})
    return _page(
        request, {**context, **shown(found, plan, scope, display_units(scope), export_links(request, "ask-answer"))}
    )


def _shown_plan(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    return {
        "plan": to_address(plan),
        "read_as": said_of(plan),
        "chips": chips(plan, _department(request)),
        "saved": _saved(request),
    }


def _unanswered(request: HttpRequest, talk: Talk) -> HttpResponse:
    """A question back, or a refusal; the answer before stays what a follow-up changes."""
    before = {"plan": to_address(talk.plans[-1]), "before": address_of(talk.plans[-1])} if talk.plans else {}
    if talk.open is not None:
        reply = asked_back(talk.open.asked, talk.open.text)
        waiting = {**before, "question": talk.open.text, "reply": reply, "answers": True, "saved": _saved(request)}
        return _page(request, {**waiting, **suggestion_of(talk, _department(request))})
    if talk.refused is not None:
        question, why = talk.refused
        return _page(
            request, {**before, "question": question, "reply": declined(why), "refused": True, "saved": _saved(request)}
        )
    return redirect("ask")


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    scope: Scope = request.access  # type: ignore[attr-defined]
    held = Right.AUDIT in request.rights  # type: ignore[attr-defined]
    remarks_open = answer_remarks.count_open(scope) if held else 0
    return render(request, "doseloop/ask.html", {**context, "remarks_open": remarks_open})


def _saved(request: HttpRequest) -> list[dict[str, Any]]:
    """The account's questions; one that an older version saved and this one does not know is left out."""
    found = []
    for one in saved_questions.saved_questions(_account(request)):
        try:
            found.append({"id": one.id, "name": one.name, "address": address_of(plan_of(one.plan))})
        except UnusableInput:
            continue
    return found


routes = [
    path("ask/", ask, name="ask"),
    path("ask/say/", say, name="ask-say"),
    path("ask/change/", change, name="ask-change"),
    path("ask/save/", save, name="ask-save"),
    path("ask/forget/", forget, name="ask-forget"),
    path("ask/wrong/", wrong, name="ask-wrong"),
    path("ask/remarks/", remarks, name="ask-remarks"),
    path("ask/remarks/<int:remark>/done/", remark_done, name="ask-remark-done"),
    *export_routes("ask/answer", "ask-answer", answer_table, _patients),
]
