"""The conversation of a person with the page that answers: kept in the session, encrypted, since a question may name a patient."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from doseloop.ask.conversation import Conversation, OpenQuestion
from doseloop.ask.outcome import AskedBack, Declined
from doseloop.ask.plan import Plan, canonical, plan_of
from doseloop.model.errors import UnusableInput
from doseloop.store.keyring import KeyRing
from doseloop.store.sealed_text import seal, unseal

_KEY: Final = "ask"
_PLACE: Final = "conversation"


@dataclass(frozen=True, slots=True)
class Told:
    """How the newest plan came to be."""

    question: str = ""
    repairs: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()
    follows: bool = False
    suggested: bool = False
    """A language model suggested the reading, and a person let it run."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a language model made of the open question: a plan that waits for a person, or why there is none."""

    plan: Plan | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Every plan so far, what the newest came of, and the last question where it was not answered."""

    plans: tuple[Plan, ...] = ()
    told: Told = field(default_factory=Told)
    open: OpenQuestion | None = None
    refused: tuple[str, Declined] | None = None
    """The question, and why it is not answered."""
    suggested: Suggested | None = None

    def conversation(self, after: Plan | None, *, answers: bool) -> Conversation:
        """What the next turn follows: the plan that is shown, and the open question where it is being answered."""
        plans = self.up_to(after).plans if after is not None else ()
        if answers and self.open is not None:
            return Conversation(self.plans if self.open.previous is not None else (), self.open)
        return Conversation(plans)

    def up_to(self, plan: Plan) -> "Talk":
        """Where the plan is the newest: the turns after it are forgotten, and one that is new is added."""
        if self.plans and self.plans[-1] == plan:
            return self
        told = Told()
        if plan in self.plans:
            return Talk(self.plans[: self.plans.index(plan) + 1], told)
        return Talk((*self.plans, plan)[-20:], told)


def ring() -> KeyRing:
    """The key of what people ask."""
    found: KeyRing = settings.FOLDER.ring("questions")
    return found


def talk_of(request: HttpRequest) -> Talk:
    """The conversation of the session; an empty one where there is none or it cannot be read any more."""
    held = request.session.get(_KEY)
    try:
        text = unseal(ring(), base64.b64decode(str(held)), _PLACE) if held else None
        return _opened(json.loads(text)) if text else Talk()
    except (ValueError, binascii.Error, UnusableInput, KeyError, TypeError):
        return Talk()


def keep(request: HttpRequest, talk: Talk) -> None:
    """Keep the conversation in the session."""
    text = json.dumps(_held(talk), ensure_ascii=False)
    request.session[_KEY] = base64.b64encode(seal(ring(), text, _PLACE)).decode()


def _held(talk: Talk) -> dict[str, Any]:
    return {
        "plans": [canonical(one) for one in talk.plans],
        "told": asdict(talk.told),
        "open": _held_open(talk.open),
        "suggested": _held_suggested(talk.suggested),
        "refused": [talk.refused[0], asdict(talk.refused[1])] if talk.refused else None,
    }


def _held_suggested(made: Suggested | None) -> dict[str, Any] | None:
    return None if made is None else {"plan": canonical(made.plan) if made.plan else None, "said": made.said}


def _held_open(pending: OpenQuestion | None) -> dict[str, Any] | None:
    if pending is None:
        return None
    previous = canonical(pending.previous) if pending.previous is not None else None
    return {"text": pending.text, "asked": asdict(pending.asked), "previous": previous, "chosen": dict(pending.chosen)}


def _opened(held: Mapping[str, Any]) -> Talk:
    told = held["told"]
    refused = held["refused"]
    return Talk(
        tuple(plan_of(one) for one in held["plans"]),
        Told(
            told["question"],
            tuple((a, b) for a, b in told["repairs"]),
            tuple(told["kept"]),
            bool(told["follows"]),
            bool(told.get("suggested")),
        ),
        _opened_open(held["open"]),
        (refused[0], Declined(**refused[1])) if refused else None,
        _opened_suggested(held.get("suggested")),
    )


def _opened_suggested(held: Mapping[str, Any] | None) -> Suggested | None:
    if held is None:
        return None
    return Suggested(plan_of(held["plan"]) if held["plan"] is not None else None, str(held["said"]))


def _opened_open(held: Mapping[str, Any] | None) -> OpenQuestion | None:
    if held is None:
        return None
    asked = held["asked"]
    back = AskedBack(asked["reason"], asked["field"], tuple(asked["options"]), tuple(asked["words"]))
    previous = plan_of(held["previous"]) if held["previous"] is not None else None
    return OpenQuestion(held["text"], back, previous, dict(held["chosen"]))


def with_open(talk: Talk, after: Conversation) -> Talk:
    """With the question that was asked back."""
    return replace(talk, plans=after.plans, open=after.open, refused=None)
