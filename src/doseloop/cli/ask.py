"""`doseloop ask`: questions in plain words, answered from the record, or one a line."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from doseloop.cli.options import DataOption
from doseloop.model.errors import NotAnswerable, UnusableInput
from doseloop.roles.record import open_record

_Answered = Callable[[Any], Any]


def ask(
    words: Annotated[list[str] | None, typer.Argument(help="The question.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print what the question means instead of an answer.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read {id, conversation, turn, text} a line, print one line for each.")
    ] = False,
    department: Annotated[
        Path | None, typer.Option("--department", help="Take names and clock from this file; only with --plan.")
    ] = None,
    data: DataOption = None,
) -> None:
    """Ask a question in plain words."""
    if department is not None and not plan:
        raise UnusableInput(
            "A department from a file has no record to answer from: give --plan, or leave out --department."
        )
    if not jsonl and not " ".join(words or []).strip():
        raise UnusableInput("Ask something: `doseloop ask median DLP of CT chest last month by scanner`.")
    readers, answer = _of_file(department) if department else _of_record(data)
    if jsonl:
        for line in _replies(sys.stdin, readers, None if plan else answer):
            typer.echo(json.dumps(line, ensure_ascii=False, default=_plain))
        return
    _one(" ".join(words or []), readers, answer, plan=plan, as_json=as_json)


def _of_file(department: Path) -> tuple[Any, _Answered | None]:
    from doseloop.ask.department import department_of
    from doseloop.ask.languages import Readers

    return Readers(department_of(department)), None


def _of_record(data: Path | None) -> tuple[Any, _Answered | None]:
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.ask.live_department import department_of_record, readers_of
    from doseloop.ask.noted import answered_and_noted
    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths
    from doseloop.store.audit import COMMAND

    facts, now = Facts(FactsPaths.in_data(folder.root, options.record_address)), datetime.now(UTC)
    readers = readers_of(department_of_record(SYSTEM, facts, now))
    return readers, lambda plan: answered_and_noted(plan, SYSTEM, facts, now, COMMAND)


def _one(text: str, readers: Any, answer: _Answered | None, *, plan: bool, as_json: bool) -> None:
    from doseloop.ask.conversation import Conversation

    outcome, _ = readers.next_turn(Conversation(), text)
    if plan or as_json or answer is None:
        told = reply_of(outcome) if plan else _answered(outcome, text, answer)
        typer.echo(json.dumps({"id": "1", **told} if plan else told, ensure_ascii=False, indent=1, default=_plain))
        return
    from doseloop.cli.ask_printed import print_outcome

    print_outcome(outcome, text, answer)


def _replies(lines: Iterator[str], readers: Any, answer: _Answered | None) -> Iterator[dict[str, Any]]:
    from doseloop.ask.conversation import Conversation

    conversations: dict[str, Conversation] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            given = _question(line, number)
            before = conversations.get(given["conversation"], Conversation())
            outcome, after = readers.next_turn(before, given["text"])
            conversations[given["conversation"]] = after
            told = reply_of(outcome) if answer is None else _answered(outcome, given["text"], answer)
            yield {"id": given["id"], **told}


def _question(line: str, number: int) -> dict[str, str]:
    try:
        given = json.loads(line)
        return {key: str(given[key]) for key in ("id", "conversation", "text")}
    except (ValueError, KeyError, TypeError) as error:
        raise UnusableInput(f"line {number} is no question with id, conversation and text: {error!r}") from error


def _answered(outcome: Any, text: str, answer: _Answered | None) -> dict[str, Any]:
    """The reply with what the record says: an `answer`, or with the words of why there is none."""
    from doseloop.ask.answer_json import as_json
    from doseloop.ask.outcome import AskedBack, Declined, Understood
    from doseloop.ask.replies import asked_back, declined

    told = reply_of(outcome)
    if isinstance(outcome, AskedBack):
        return {**told, "said": asked_back(outcome, text).said}
    if isinstance(outcome, Declined):
        reply = declined(outcome)
        return {**told, "said": reply.said, "offer": reply.offer}
    if not isinstance(outcome, Understood) or answer is None:
        return told
    try:
        return {**told, "answer": as_json(answer(outcome.plan))}
    except NotAnswerable as error:
        return {
            "kind": "decline",
            "reason": error.reason,
            "said": error.said,
            "offer": error.offer,
            "plan": told["plan"],
        }


def _plain(value: Any) -> str:
    return str(value.isoformat())


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
