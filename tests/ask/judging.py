"""Questions whose meaning is known, and how an outcome compares with it: right, safe or wrong."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from doseloop.ask.conversation import Conversation
from doseloop.ask.outcome import AskedBack, Declined, Outcome, StartedOver, Understood

Turn = Callable[[Conversation, str], tuple[Outcome, Conversation]]


def canonical(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan without the order of what has none."""
    filters = sorted(
        (f["field"], f["op"], str(f["value"] if f["op"] == "between" else sorted(f["value"], key=str)))
        if isinstance(f["value"], list)
        else (f["field"], f["op"], str(f["value"]))
        for f in plan["filters"]
    )
    return plan | {
        "metrics": sorted((m["stat"], m["quantity"] or "") for m in plan["metrics"]),
        "group_by": sorted(plan["group_by"]),
        "filters": filters,
        "compare": sorted((c["kind"], c["source"]) for c in plan["compare"]),
    }


def kind_of(outcome: Outcome) -> str:
    """What became of a question, as the files call it."""
    names = {AskedBack: "clarify", Declined: "decline", StartedOver: "reset", Understood: "answer"}
    return names[type(outcome)]


def judged(expected: dict[str, Any], outcome: Outcome) -> str:
    """`right`, `safe` (no answer where one was due, or the other kind of refusal) or `wrong`."""
    if kind_of(outcome) != expected["kind"]:
        return "wrong" if isinstance(outcome, Understood) else "safe"
    if isinstance(outcome, Understood):
        same = canonical(outcome.plan.model_dump(mode="json")) == canonical(expected["plan"])
        return "right" if same else "wrong"
    return "right"


def results(path: Path, turn: Turn, languages: tuple[str, ...] = ("en",)) -> Iterator[tuple[str, str, str]]:
    """(outcome, id, text) of each question of a file, with the conversations that the reader itself keeps."""
    conversations: dict[str, Conversation] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        if question.get("lang", "en") in languages:
            before = conversations.get(question["conversation"], Conversation())
            outcome, conversations[question["conversation"]] = turn(before, question["text"])
            yield judged(question["expect"], outcome), question["id"], question["text"]


def tally(path: Path, turn: Turn, languages: tuple[str, ...] = ("en",)) -> tuple[Counter[str], list[str]]:
    """How many were right, safe and wrong, and the wrong ones."""
    found = list(results(path, turn, languages))
    return Counter(one for one, _, _ in found), [f"{name}: {text}" for one, name, text in found if one == "wrong"]
