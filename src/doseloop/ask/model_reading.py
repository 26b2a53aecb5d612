"""A reading by a language model, where the reader of words abstains: what it is asked, and what of its answer is let through.

Nothing here speaks to anybody (`ask.model_server` does). The model sees words of the word lists, marks and the catalogue of the
product; it never sees a name, a row or a figure. What it answers is a plan or nothing: no word of it is ever shown.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from doseloop.ask.outcome import AskedBack
from doseloop.ask.plan import Filter, Plan, plan_of
from doseloop.ask.reader import Reader
from doseloop.ask.suggesting.evidence import Evidence
from doseloop.ask.suggesting.grounding import Ungrounded, check_grounded
from doseloop.ask.suggesting.masking import NAMED, TITLES, Masked, masked
from doseloop.ask.suggesting.request import body_of
from doseloop.ask.text import MAX_CHARACTERS
from doseloop.ask.validity import NEEDS_QUANTITY, check
from doseloop.model.errors import NotAnswerable, UnusableInput

ABSTAINED: Final = frozenset(("unknown_term", "underspecified", "ambiguous_reading"))
"""Why a question is asked back without options to choose from: its words were not understood, or left over."""
_IDENTITY: Final = frozenset(("patient", "patients", "pt", "dr", "doctor"))
_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.S)


class NoSuggestion(Exception):
    """The model gave nothing that can be used."""

    def __init__(self, said: str):
        """Keep in words why; it repeats nothing that the model wrote."""
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class ModelReading:
    """One question that the reader gave back, and everything by which an answer to it is judged."""

    reader: Reader
    question: str

    @cached_property
    def masked(self) -> Masked:
        """The question as it is sent."""
        return masked(self.reader, self.question)

    @cached_property
    def evidence(self) -> Evidence:
        """What its words hold."""
        return Evidence(self.masked, self.reader.known, self.reader.vocabulary.department.now.date())

    def request(self, model: str, most_tokens: int) -> dict[str, Any]:
        """What is sent, as JSON holds it."""
        return body_of(self.masked, self.reader.known, model, most_tokens)

    def plan(self, answer: bytes) -> Plan:
        """The plan in a server's answer, with names in place of marks.

        Errors: `NoSuggestion` where it is no answer, no plan, none that can be answered, or none that the question holds.
        """
        try:
            found = self._as_read(_with_quantities(plan_of(self._named(_content(answer)))))
            check(found)
            check_grounded(found, self.evidence)
        except (NotAnswerable, Ungrounded) as error:
            raise NoSuggestion(error.said) from None
        except UnusableInput:
            raise NoSuggestion("What it answered is no plan.") from None
        return found

    def _as_read(self, plan: Plan) -> Plan:
        """A region of a modality means the procedure of it, as where words are read."""
        return plan.model_copy(update={"filters": [self._of_region(one, plan) for one in plan.filters]})

    def _of_region(self, one: Filter, plan: Plan) -> Filter:
        if one.field != "region" or not isinstance(one.value, list) or len(one.value) != 1:
            return one
        found = self.evidence.procedures_of(str(one.value[0])) if not _has(plan, "procedure") else frozenset()
        return one.model_copy(update={"field": "procedure", "value": list(found)}) if len(found) == 1 else one

    def _named(self, data: dict[str, Any]) -> dict[str, Any]:
        names = {one.said: one.names[0] for one in self.masked.marks if one.kind in NAMED and len(one.names) == 1}
        times = {one.said: one.time for one in self.masked.of("time")}
        found = dict(data)
        if isinstance(found.get("time"), str):
            time = times.get(found["time"])
            if time is None:
                raise NoSuggestion("It has a period that the question does not name.")
            found["time"] = time.model_dump(mode="json")
        if isinstance(found.get("filters"), list):
            found["filters"] = [_with_names(one, names) for one in found["filters"]]
        return found


def may_be_asked(reader: Reader, question: str, asked: AskedBack) -> bool:
    """Whether a model may be asked about a question that came back.

    Not where there are options to choose from, not about who a patient or another person is, not beside words of a refusal, and not
    where one of its names may be several: a person chooses between those.
    """
    if asked.reason not in ABSTAINED or asked.options or len(question) > MAX_CHARACTERS:
        return False
    found = reader.looked_at(question)
    if any(one.kind == "refuse" for place in found.phrases for one in place):
        return False
    if any(one.text in TITLES for one in found.tokens) or any(
        found.tokens[at - 1].text in _IDENTITY for at in _unread(found.phrases) if at
    ):
        return False
    made = masked(reader, question)
    return bool(made.phrases) and all(len(one.names) < 2 for one in made.marks)


def _unread(phrases: tuple[tuple[Any, ...], ...]) -> list[int]:
    covered = {at for place in phrases for one in place if one.kind != "unknown" for at in range(one.start, one.end)}
    return [at for at in range(len(phrases)) if at not in covered]


def _content(answer: bytes) -> dict[str, Any]:
    """What the model wrote, as JSON."""
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
        fenced = _FENCE.match(content)
        found = json.loads(fenced[1] if fenced else content)
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise NoSuggestion("What it answered cannot be read.") from None
    if not isinstance(found, dict):
        raise NoSuggestion("What it answered is no plan.")
    return found


def _has(plan: Plan, field: str) -> bool:
    return any(one.field == field for one in plan.filters)


def _with_quantities(plan: Plan) -> Plan:
    """A statistic that needs a quantity and has none is of the usual ones."""
    metrics = [
        one.model_copy(update={"quantity": "default"}) if one.quantity is None and one.stat in NEEDS_QUANTITY else one
        for one in plan.metrics
    ]
    return plan.model_copy(update={"metrics": metrics})


def _with_names(one: Any, names: dict[str, str]) -> Any:
    if not isinstance(one, dict) or not isinstance(one.get("value"), list):
        return one
    return {**one, "value": [names.get(each, each) if isinstance(each, str) else each for each in one["value"]]}
