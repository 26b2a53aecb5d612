"""What the results are split by."""

from typing import Final

from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading

_TARGETS: Final = ("dimension", "grain_word", "grouping", "grain")


def _by(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("by", chunk.start)
    if chunk.value == "also_by" or walk.how == "add":
        walk.said.appends_groups = True
        walk.used()
    if _order_metric(walk):
        return
    if not _targets(walk):
        raise NoReading("nothing to split by")


def _order_metric(walk: Walk) -> bool:
    """Whether "by" belongs to an order, as in "top 10 by DLP": the metric is said next."""
    return walk.next_is("quantity", "stat", "count", "dose", "exceedance", "rate", "missing_rate", "repeat") is not None and (
        walk.said.superlative is not None or walk.said.order is not None or "top" in walk.said.cues
    )


def _targets(walk: Walk) -> bool:
    any_found = False
    while (target := walk.take(*_TARGETS)) is not None:
        _take_target(walk, target)
        any_found = True
        following = walk.peek(1)
        if walk.next_is("and") and following is not None and following.kind in _TARGETS:
            walk.take("and")
        elif walk.next_is("and") and following is not None and following.kind == "by":
            return True
    return any_found


def _take_target(walk: Walk, target: Chunk) -> None:
    if target.kind == "dimension":
        walk.said.groups.append(target.slot("d").value)
    elif target.kind == "grouping":
        walk.said.groups.append(target.value)
    else:
        _set_grain(walk, target)


def _set_grain(walk: Walk, target: Chunk) -> None:
    grain = target.slot("g").value if target.kind == "grain_word" else target.value
    if walk.said.grain not in (None, grain):
        raise NoReading("two grains")
    walk.said.grain = grain


def _grain(walk: Walk, chunk: Chunk) -> None:
    if walk.how == "remove":
        walk.used()
        walk.said.clears.add("grain")
        return
    _set_grain(walk, chunk)


def _grouping(walk: Walk, chunk: Chunk) -> None:
    walk.said.groups.append(chunk.value)


def _which(walk: Walk, chunk: Chunk) -> None:
    """"Which scanner has ...", "which five protocols ..."."""
    top = walk.take("top")
    if top is not None:
        walk.said.limit, walk.said.superlative = top.slot("n"), top.value
    if (target := walk.take("dimension")) is not None:
        walk.said.groups.append(target.slot("d").value)
        walk.said.cue("which_one" if _is_one(walk, target) else "which_many", chunk.start)
        return
    if (target := walk.take("grain_word")) is not None:
        _set_grain(walk, target)
        walk.said.cue("which_one", chunk.start)
        return
    if chunk.value == "which" and walk.tokens[chunk.start].text == "what":
        walk.said.cue("what_is", chunk.start)
        return
    raise NoReading("which of what")


def _is_one(walk: Walk, target: Chunk) -> bool:
    return not walk.tokens[target.end - 1].text.endswith("s")


def _who(walk: Walk, chunk: Chunk) -> None:
    raise AskBack("ambiguous_entity", "group", ("operator", "physician"))


def _dimension(walk: Walk, chunk: Chunk) -> None:
    """A dimension without a word that makes it a group: what stands around it decides."""
    dimension = chunk.slot("d").value
    if walk.how in ("remove", "except"):
        walk.used()
        walk.said.clears.add(f"group {dimension}")
        return
    if walk.how == "add" and walk.used():
        walk.said.appends_groups = True
        walk.said.groups.append(dimension)
        return
    if walk.take("breakdown"):
        walk.said.groups.append(dimension)
        return
    walk.said.bare_groups.append((dimension, chunk.start, not _is_one(walk, chunk)))


def _breakdown(walk: Walk, chunk: Chunk) -> None:
    raise NoReading("a breakdown of nothing")


def _ungroup(walk: Walk, chunk: Chunk) -> None:
    walk.said.clears.add("groups")


def _grain_word(walk: Walk, chunk: Chunk) -> None:
    raise NoReading("a unit of time alone")


RULES: Final[dict[str, Rule]] = {
    "by": _by,
    "which": _which,
    "who": _who,
    "dimension": _dimension,
    "grain": _grain,
    "grain_word": _grain_word,
    "grouping": _grouping,
    "breakdown": _breakdown,
    "ungroup": _ungroup,
}
