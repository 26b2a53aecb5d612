"""The suggestion of a language model as the page has it: whether one may be asked for, and what came."""

from dataclasses import replace
from typing import Any

from django.conf import settings

from doseloop.ask.conversation import OpenQuestion
from doseloop.ask.department import Department
from doseloop.ask.live_department import readers_of
from doseloop.ask.model_reading import may_be_asked
from doseloop.ask.model_server import ModelServer
from doseloop.ask.plan_address import to_address
from doseloop.ask.reader import Reader
from doseloop.ask.spoken import said_of
from doseloop.web.ask_chips import chips
from doseloop.web.ask_talk import Talk


def model_server() -> ModelServer | None:
    """The model of the settings; None where there is none."""
    held = settings.DOSELOOP
    if not held.ask_model_address:
        return None
    key = held.ask_model_key.get_secret_value()
    return ModelServer(held.ask_model_address, held.ask_model_name, key, held.ask_model_seconds, held.ask_model_tokens)


def reader_for(question: OpenQuestion, department: Department) -> Reader | None:
    """The reader of a question that came back, where a model may be asked about it; None where not."""
    reader = readers_of(department).reader_of(question.text)
    return reader if may_be_asked(reader, question.text, question.asked) else None


def suggestion_of(talk: Talk, department: Department) -> dict[str, Any]:
    """The context of an open question: what a model suggested, or whether one may be asked."""
    made = talk.suggested
    if made is not None and made.plan is not None:
        parts = [replace(one, fields=(), removable=False) for one in chips(made.plan, department) if one.part != "more"]
        return {"suggestion": to_address(made.plan), "suggestion_said": said_of(made.plan), "suggestion_chips": parts}
    note = {"suggestion_note": made.said} if made is not None else {}
    offered = talk.open is not None and model_server() is not None and reader_for(talk.open, department) is not None
    return {**note, "may_suggest": offered}
