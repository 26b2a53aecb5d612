"""References, other periods, the others; order and limit."""

from typing import Final

from doseloop.ask.composing.groups import crosses, is_one, take_kind_of, targets
from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.said import How, Measure

_COMPARED: Final = ("stat", "quantity", "dose", "count")
REFERENCES: Final = ("local_drl", "national_drl")


def _reference(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "both":
        how = walk.used()
        walk.said.references.extend((name, how) for name in REFERENCES)
        return
    _add_reference(walk, chunk)


def _within(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("within", chunk.start)
    _add_reference(walk, chunk)


def _add_reference(walk: Walk, chunk: Chunk) -> None:
    value = chunk.slot("r").value
    how: How = walk.used()
    if value == "unclear":
        value = walk.chosen.get("reference") or _unclear(how)
    if value == "it":
        raise NoReading("a reference that was not named")
    walk.said.references.append((value, how))


def _unclear(how: How) -> str:
    if how in ("remove", "except"):
        return "any"
    raise AskBack("ambiguous_reference", "reference", REFERENCES)


def _exceed(walk: Walk, chunk: Chunk) -> None:
    value = chunk.slot("r").value
    if value == "unclear":
        value = walk.chosen.get("reference") or _unclear("set")
    walk.said.exceeds.append(value)
    walk.said.cue("exceed", chunk.start)
    _, _, counted = chunk.phrase.value.partition(" ")
    if counted:
        walk.said.cue({"count": "exceedance", "rate": "rate"}[counted], chunk.start)


def _below(walk: Walk, chunk: Chunk) -> None:
    raise AskBack("underspecified", "reference")


def _peers(walk: Walk, chunk: Chunk) -> None:
    _, _, stat = chunk.value.partition(" ")
    kind = chunk.slot("d")
    if kind is not None and _names_it(walk, chunk, kind.value):
        return
    if kind is not None and is_one(walk, chunk):
        walk.said.cue("other one", chunk.start)
    walk.said.peers = True
    if stat:
        walk.said.measures.append(Measure("stat", stat, chunk.start))


def _names_it(walk: Walk, chunk: Chunk, field: str) -> bool:
    """ "The other site, Main Hospital": which one it is stands right beside it."""
    before = walk.previous()
    is_before = before is not None and before.kind == field and before.end == chunk.start
    return is_before or walk.next_is(field) is not None


def _versus(walk: Walk, chunk: Chunk) -> None:
    if crosses(walk) and targets(walk):
        return
    walk.said.cue("versus", chunk.start)


def _compare(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "contrast" and (chunk.start > 1 or walk.next_is(*_COMPARED) is None):
        raise NoReading("contrast is what was injected")
    walk.said.cue("compare", chunk.start)


def _higher(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("higher", chunk.start)


def _period(walk: Walk, chunk: Chunk) -> None:
    if walk.said.period not in (None, chunk.value):
        raise NoReading("two periods")
    walk.said.period = chunk.value
    walk.said.cue("period", chunk.start)


def _order(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "rank":
        walk.said.order = walk.said.order or "desc"
        walk.said.cue("rank", chunk.start)
        return
    if chunk.value == "first":
        _extreme_first(walk)
        return
    walk.said.order = chunk.value


def _extreme_first(walk: Walk) -> None:
    """ "Lowest median DLP first": an order of all, not the lowest alone."""
    if walk.said.superlative is None or walk.said.order is not None:
        raise NoReading("what comes first")
    walk.said.order, walk.said.superlative = walk.said.superlative, None


def _superlative(walk: Walk, chunk: Chunk) -> None:
    way, _, counted = chunk.value.partition(" ")
    if walk.said.superlative not in (None, way):
        raise NoReading("highest and lowest at once")
    walk.said.superlative = way
    walk.said.cue("superlative", chunk.start)
    if counted:
        walk.said.cue("most", chunk.start)
    if counted == "count":
        walk.said.measures.append(Measure("stat", "count", chunk.start))


def _top(walk: Walk, chunk: Chunk) -> None:
    n = chunk.slot("n")
    if n > 1000:
        raise NoReading("more rows than an answer has")
    walk.said.limit = n
    if chunk.value == "keep":
        walk.said.cue("keep", chunk.start)
        return
    walk.said.cue("top", chunk.start)
    walk.said.superlative, _, counted = chunk.value.partition(" ")
    take_kind_of(walk)
    if (target := walk.take("dimension")) is not None:
        walk.said.groups.append(target.slot("d").value)
    if counted:
        walk.said.measures.append(Measure("stat", "count", chunk.start))


def _all_rows(walk: Walk, chunk: Chunk) -> None:
    walk.said.clears.add("limit")


RULES: Final[dict[str, Rule]] = {
    "reference": _reference,
    "within": _within,
    "exceed": _exceed,
    "below": _below,
    "peers": _peers,
    "versus": _versus,
    "compare": _compare,
    "higher": _higher,
    "period": _period,
    "order": _order,
    "superlative": _superlative,
    "top": _top,
    "all_rows": _all_rows,
}
