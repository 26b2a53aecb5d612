"""What is said to who asked, where the answer is a question back or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doseloop.ask.outcome import AskedBack, Declined
from doseloop.ask.text import MAX_CHARACTERS
from doseloop.ask.wording import outcomes, words


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to a question back."""

    value: str
    """What is sent as the next turn."""
    said: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A question back or a refusal in words."""

    said: str
    offer: str = ""
    """What can be asked instead."""
    options: tuple[Option, ...] = ()
    unknown: tuple[str, ...] = ()
    """Words that nothing could be done with."""


def asked_back(asked: AskedBack, question: str) -> Reply:
    """A question back, with its options as people read them."""
    said = outcomes()
    options = tuple(Option(one, _option(one, said)) for one in asked.options)
    unknown = asked.words if asked.reason in ("unknown_term", "unknown_entity") else ()
    if not question.strip():
        return Reply(str(said["nothing"]))
    if asked.reason == "unknown_term" and not asked.words:
        return Reply(
            str(said["too_long"] if len(question) > MAX_CHARACTERS else said["asked_back"]["ambiguous_reading"])
        )
    form: str = said["asked_back"][asked.reason]
    filled = form.format(
        words=", ".join(f"“{one}”" for one in asked.words) or "That",
        field=_field(asked.field),
        missing=said["missing"].get(asked.field, _field(asked.field)),
    )
    if asked.reason == "unknown_entity" and not options:
        filled = filled.removesuffix(" Which do you mean?")
    return Reply(filled, options=options, unknown=unknown)


def declined(refused: Declined) -> Reply:
    """A refusal, with what can be asked instead."""
    told = outcomes()["declined"][refused.reason]
    return Reply(str(told["said"]), refused.offer or str(told["offer"]))


def _option(value: str, said: Mapping[str, Any]) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return str(said["options"].get(value, value))
    return f"{day.day} {day:%B %Y}"


def _field(name: str | None) -> str:
    said = words()
    named = outcomes()["names"].get(name) or said["dimensions"].get(name) or said["fields"].get(name)
    return str(named or "name")
