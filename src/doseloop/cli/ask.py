"""`doseloop ask`: questions in plain words, from the command line or one a line."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from doseloop.cli.options import DataOption
from doseloop.model.errors import UnusableInput


def ask(
    words: Annotated[list[str] | None, typer.Argument(help="The question.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print what the question means instead of an answer.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read {id, conversation, turn, text} a line, print one line for each.")
    ] = False,
    department: Annotated[
        Path | None, typer.Option("--department", help="Take names and clock from this file instead of the record.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Ask a question in plain words."""
    if department is None or not plan:
        raise UnusableInput(
            "`doseloop ask` reads questions for a department that a file describes: give --plan --department FILE"
        )
    if jsonl:
        for line in _replies(sys.stdin, department):
            typer.echo(json.dumps(line, ensure_ascii=False))
        return
    question = {"id": "1", "conversation": "1", "text": " ".join(words or [])}
    for line in _replies(iter([json.dumps(question)]), department):
        typer.echo(json.dumps(line, ensure_ascii=False, indent=1))


def _replies(lines: Iterator[str], department: Path) -> Iterator[dict[str, Any]]:
    from doseloop.ask.conversation import Conversation
    from doseloop.ask.department import department_of
    from doseloop.ask.languages import Readers

    readers = Readers(department_of(department))
    conversations: dict[str, Conversation] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            given = _question(line, number)
            before = conversations.get(given["conversation"], Conversation())
            outcome, after = readers.next_turn(before, given["text"])
            conversations[given["conversation"]] = after
            yield {"id": given["id"], **reply_of(outcome)}


def _question(line: str, number: int) -> dict[str, str]:
    try:
        given = json.loads(line)
        return {key: str(given[key]) for key in ("id", "conversation", "text")}
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableInput(f"line {number} is no question with id, conversation and text: {error!r}") from error


def reply_of(outcome: Any) -> dict[str, Any]:
    """What became of a question, as the ask contract has it."""
    from doseloop.ask.outcome import AskedBack, Declined, StartedOver

    if isinstance(outcome, StartedOver):
        return {"kind": "reset"}
    if isinstance(outcome, AskedBack):
        told = asdict(outcome)
        return {"kind": "clarify", "reason": told["reason"], "field": told["field"], "options": list(told["options"]) or None,
                "words": list(told["words"])}  # fmt: skip
    if isinstance(outcome, Declined):
        return {"kind": "decline", "reason": outcome.reason, "offer": outcome.offer}
    return {
        "kind": "answer",
        "plan": outcome.plan.model_dump(mode="json"),
        "repairs": [list(one) for one in outcome.repairs],
    }
