"""Limits of numbers, and windows of time."""

from typing import Final

from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.said import Bound
from doseloop.ask.windows import window_of


def _bound(walk: Walk, chunk: Chunk) -> None:
    op, _, field = chunk.value.partition(" ")
    amount = chunk.slot("a")
    place = amount if amount is not None else chunk
    unit = place.slot("u") or place.slot("v")
    low, high = place.slot("low"), place.slot("high")
    first_unit = place.slot("v")
    if high is not None and (low >= high or (first_unit is not None and first_unit.value != unit.value)):
        raise NoReading("the range is empty or in two units")
    known = unit.value if unit is not None else None
    left, right = walk.beside()
    walk.said.bounds.append(Bound(op, low, high, known, field or None, chunk.start, walk.used(), left, right))


def _hours(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "lt":
        hour = chunk.slot("a") if chunk.slot("a") is not None else chunk.slot("b")
        walk.said.bounds.append(Bound("lt", hour, None, None, "hour_of_day", chunk.start, walk.used()))
        return
    if chunk.value == "gte":
        walk.said.bounds.append(Bound("gte", chunk.slot("a"), None, None, "hour_of_day", chunk.start, walk.used()))
        return
    raise AskBack("underspecified", "hour_of_day")


def _window(walk: Walk, chunk: Chunk) -> None:
    if walk.how == "remove" and "instead_of" in walk.said.cues:
        walk.used()
        return
    if walk.how in ("remove", "except"):
        raise NoReading("a time that is left out has no place in the plan")
    before = walk.previous()
    if chunk.value == "last" and walk.tokens[chunk.end - 1].text.endswith(walk.plural_endings):
        raise AskBack("ambiguous_time", "time")
    if chunk.value == "n_last" and before is not None and before.value in ("over", "higher"):
        raise AskBack("ambiguous_unit", "filter", ("age_years", "weight_kg"))
    walk.said.windows.append(window_of(chunk, walk.today))


def _vague_time(walk: Walk, chunk: Chunk) -> None:
    raise AskBack("ambiguous_time", "time")


RULES: Final[dict[str, Rule]] = {"bound": _bound, "hours": _hours, "window": _window, "vague_time": _vague_time}
