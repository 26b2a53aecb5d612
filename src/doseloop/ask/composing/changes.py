"""Words that change the question before: remove, add, only, the same for, instead, undo, start over."""

from dataclasses import replace
from typing import Final

from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import NoReading, Refuse
from doseloop.ask.said import How, Value

_HOW: Final[dict[str, How]] = {
    "remove": "remove",
    "instead_of": "remove",
    "replace": "remove",
    "except": "except",
    "add": "add",
}


def _change(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "except_after":
        _leave_out_last(walk)
        return
    walk.said.cue(chunk.value, chunk.start)
    how = _HOW.get(chunk.value)
    if how is None:
        return
    if chunk.value == "replace":
        walk.said.cue("instead_of", chunk.start)
    if walk.peek() is None:
        if how != "add":
            raise NoReading("nothing is taken away")
        walk.said.adds_all = True
        return
    walk.begin(how)


def _leave_out_last(walk: Walk) -> None:
    """ "Leaving CT3 out", "outliers excluded": what stands before is left out."""
    if "except" in walk.said.cues and walk.said.values:
        return
    if walk.said.intent == "outliers":
        walk.said.intent = None
        walk.said.values.append(Value("is_outlier", ("false",), walk.at))
        return
    if not walk.said.values:
        raise NoReading("nothing is left out")
    walk.said.values[-1] = replace(walk.said.values[-1], how="except")
    walk.said.cue("except", walk.at)


def _field_word(walk: Walk, chunk: Chunk) -> None:
    if walk.how not in ("remove", "except"):
        raise NoReading("a field without a value")
    walk.used()
    walk.said.clears.add(f"all {chunk.value}")


def _refuse(walk: Walk, chunk: Chunk) -> None:
    raise Refuse(chunk.value)


RULES: Final[dict[str, Rule]] = {"change": _change, "field_word": _field_word, "refuse": _refuse}
