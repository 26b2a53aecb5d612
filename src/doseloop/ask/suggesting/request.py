"""What is sent to a language model: a fixed text, the catalogue, the question with its marks, and the form of an answer."""

import json
from typing import Any, Final

from doseloop.ask.fields import TRUTHS, WHOLE, WORDS
from doseloop.ask.measures import MEASURES
from doseloop.ask.plan import Plan
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.suggesting.masking import Mark, Masked
from doseloop.ask.wording import words

_TASK: Final = (
    "Turn the question about radiation doses into one JSON object of the given schema. "
    "Use only what the question says: no figure, condition, period, split, order or number of your own. "
    "Marks such as ⟨scanner 1⟩ stand for names; write them as they are, as values of conditions. "
    "A mark ⟨time 1⟩ is a period: write it as the value of `time`. Marks ⟨word 1⟩ are words that are not known; leave them out. "
    "Leave out every part that the question does not name."
)


def body_of(masked: Masked, known: KnownNames, model: str, most_tokens: int) -> dict[str, Any]:
    """The request in the form of OpenAI's chat completions, which Ollama, vLLM and llama.cpp take too."""
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": f"{_TASK}\n\n{_catalogue()}"},
            {"role": "user", "content": "\n".join((f"Question: {masked.text}", *_marks(masked, known)))},
        ],
        "temperature": 0,
        "max_tokens": most_tokens,
        "stream": False,
        "response_format": {"type": "json_schema", "json_schema": {"name": "plan", "schema": _schema(masked)}},
    }


def _catalogue() -> str:
    """Quantities and the values that fields take: of the product, not of the record."""
    quantities = (f"{one.name}: {one.quantity.symbol}, {_modalities(one.modalities)}" for one in MEASURES.values())
    fields = (f"{name}: {said}" for name, said in words()["fields"].items())
    taken = {**{name: sorted(values) for name, values in WORDS.items()}, **{name: [True, False] for name in TRUTHS}}
    return "\n".join(
        (
            "Quantities:",
            *quantities,
            "Fields of conditions that are numbers or the like:",
            *fields,
            f"Values of fields: {json.dumps(taken)}",
            f"Whole numbers from and to: {json.dumps(dict(WHOLE))}; weekday 0 is Monday.",
        )
    )


def _modalities(modalities: frozenset[str]) -> str:
    return "of " + "/".join(sorted(modalities)) if modalities else "of any modality"


def _marks(masked: Masked, known: KnownNames) -> list[str]:
    return [f"{one.said} is {_told(one, known)}" for one in masked.marks if one.kind != "word"]


def _told(mark: Mark, known: KnownNames) -> str:
    """What a mark is: its field, and of a scanner or procedure the modality."""
    if mark.kind == "time":
        return "a period"
    table = {"scanner": known.modality_of_scanner, "procedure": known.modality_of_procedure}.get(mark.kind, {})
    modality = table.get(mark.names[0]) if len(mark.names) == 1 else None
    return f"a value of `{mark.kind}`" + (f", {modality}" if modality else "")


def _schema(masked: Masked) -> dict[str, Any]:
    """The schema of a plan, with marks in place of periods."""
    found = Plan.model_json_schema()
    times = [one.said for one in masked.of("time")]
    found["properties"]["time"] = {"enum": [*times, None]}
    for name in ("Last", "Calendar", "Between", "Since", "All"):
        found["$defs"].pop(name, None)
    return found
