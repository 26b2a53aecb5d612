"""A language model reads a question that came back: after one click it is asked, after another its reading runs."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from doseloop.access.rights import Right
from doseloop.ask.conversation import OpenQuestion
from doseloop.ask.live_department import department_of_record
from doseloop.ask.model_reading import ModelReading, NoSuggestion
from doseloop.ask.model_server import ModelServer, NotAsked
from doseloop.ask.plan_address import digest, to_address
from doseloop.ask.reader import Reader
from doseloop.store.audit import record_change
from doseloop.web.actor import actor_of
from doseloop.web.ask_suggestion import model_server, reader_for
from doseloop.web.ask_talk import Suggested, Talk, Told, keep, talk_of
from doseloop.web.ask_view import address_of
from doseloop.web.clock import now_here
from doseloop.web.facts import the_facts
from doseloop.web.rights import needs

_BACK = "/ask/?unanswered"


@needs(Right.SEE)
@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Ask the model about the open question; its reading waits for a person."""
    talk, server = talk_of(request), model_server()
    if talk.open is None or server is None:
        return redirect("ask")
    department = department_of_record(request.access, the_facts(), now_here())  # type: ignore[attr-defined]
    reader = reader_for(talk.open, department)
    if reader is None:
        return redirect(_BACK)
    made = _made(server, reader, talk.open)
    told = {"plan": digest(made.plan)[:12]} if made.plan else {"none": made.said}
    record_change(actor_of(request), "asked a language model", f"model {server.model}"[:200], after=told)
    keep(request, replace(talk, suggested=made))
    return redirect(_BACK)


@needs(Right.SEE)
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    """Let the suggested plan run: the one that was seen, and no other. Its words stay out of the address."""
    talk = talk_of(request)
    plan = talk.suggested.plan if talk.suggested else None
    if talk.open is None or plan is None or request.POST.get("plan", "") != to_address(plan):
        return redirect("ask")
    keep(request, Talk((*talk.plans, plan)[-20:], Told(talk.open.text, suggested=True)))
    return redirect(address_of(plan))


def _made(server: ModelServer, reader: Reader, question: OpenQuestion) -> Suggested:
    reading = ModelReading(reader, question.text)
    try:
        return Suggested(reading.plan(server.answer(reading.request(server.model, server.most_tokens))))
    except NotAsked as error:
        return Suggested(said=f"The language model could not be asked: {error.said}.")
    except NoSuggestion as error:
        return Suggested(said=f"The language model has no reading that can be used. {error.said}")


routes = [
    path("ask/suggest/", suggest, name="ask-suggest"),
    path("ask/run/", run, name="ask-run"),
]
