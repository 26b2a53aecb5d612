"""What the results are split by."""

from typing import Final

from doseloop.ask.composing.values import add_value
from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading

_TARGETS: Final = ("dimension", "by_only", "grain_word", "grouping", "grain")
_FIGURES: Final = (
    "quantity",
    "stat",
    "count",
    "dose",
    "exceedance",
    "rate",
    "missing_rate",
    "repeat",
    "missing",
    "exceed",
)


def _by(walk: Walk, chunk: Chunk) -> None:
    if walk.how in ("remove", "except"):
        _not_by(walk)
        return
    walk.said.cue("by", chunk.start)
    if chunk.value == "also_by" or walk.how == "add":
        walk.said.appends_groups = True
        walk.used()
    if _order_metric(walk):
        return
    if _names_what_is_ranked(walk):
        return
    crosses(walk)
    if not targets(walk) and not _names_both(walk) and not _only_of(walk, chunk):
        raise NoReading("nothing to split by")


def _not_by(walk: Walk) -> None:
    """ "Not by scanner": that group is taken away, what follows is meant."""
    while (target := walk.take(*_TARGETS)) is not None:
        name = target.slot("d").value if target.kind == "dimension" else target.value
        walk.said.clears.add("grain" if target.kind in ("grain", "grain_word") else f"by {name}")
    joined = walk.next_is("and")
    if walk.previous() is None or (joined is not None and joined.value != "but"):
        raise NoReading("what is not split by")
    walk.used()
    walk.begin("set")


def _only_of(walk: Walk, chunk: Chunk) -> bool:
    """ "The lowest by the CT chest", "exams by Okafor": a preposition, where one kind of exam or people follow."""
    if walk.tokens[chunk.start].text != "by":
        return False
    if walk.next_is("operator", "physician") is not None:
        return True
    if walk.next_is("procedure") is None:
        return False
    kinds = [one.kind for one in walk.row if one.kind in ("procedure", "region")]
    return len(kinds) < 2


def crosses(walk: Walk) -> bool:
    """ "A heat map, weekday by hour": whether what stands right before is the other side of the map, which is a group then."""
    before = walk.previous()
    if walk.said.chart != "heatmap" or before is None or before.kind != "dimension" or not walk.said.bare_groups:
        return False
    walk.said.groups.append(walk.said.bare_groups.pop()[0])
    return True


def _names_both(walk: Walk) -> bool:
    """ "Split into boys and girls": both kinds are named instead of what they are kinds of."""
    ahead = walk.next_is("sex", "shift", "contrast")
    return ahead is not None and ahead.value == "both"


def _names_what_is_ranked(walk: Walk) -> bool:
    """ "Sites by rate of missing weight": the dimension before "by" is the group, the figure comes next."""
    if walk.next_is(*_FIGURES) is None or not walk.said.bare_groups:
        return False
    dimension, at, _ = walk.said.bare_groups[-1]
    before = walk.previous()
    if before is None or before.kind != "dimension" or before.start != at:
        return False
    walk.said.bare_groups.pop()
    walk.said.groups.append(dimension)
    return True


def _order_metric(walk: Walk) -> bool:
    """Whether "by" belongs to an order, as in "top 10 by DLP": the metric is said next."""
    ahead = walk.peek(1) if walk.next_is("modality", "procedure", "region") else walk.peek()
    return (ahead is not None and ahead.kind in _FIGURES) and (
        walk.said.superlative is not None or walk.said.order is not None or "top" in walk.said.cues
    )


def targets(walk: Walk) -> bool:
    """Take what the results are split by; whether there was anything."""
    any_found = False
    take_kind_of(walk)
    _take_number_of_kinds(walk)
    while (target := walk.take(*_TARGETS)) is not None:
        _take_target(walk, target)
        any_found = True
        following = walk.peek(1)
        if walk.next_is("and") and following is not None and following.kind in _TARGETS:
            walk.take("and")
        elif walk.next_is("and") and following is not None and following.kind == "by":
            return True
    return any_found


def _take_number_of_kinds(walk: Walk) -> None:
    """ "For each of the two modalities": how many there are is no limit."""
    following = walk.peek(1)
    if walk.next_is("how_many") and following is not None and following.kind == "dimension":
        walk.take("how_many")


def take_kind_of(walk: Walk) -> None:
    """ "Each CT scanner": the modality stands between the word that groups and what it groups by."""
    following = walk.peek(1)
    if walk.next_is("modality") and following is not None and following.kind == "dimension":
        kind = walk.take("modality")
        if kind is not None:
            add_value(walk, "modality", (kind.value,), kind.start)


def _take_target(walk: Walk, target: Chunk) -> None:
    if target.kind == "dimension":
        walk.said.groups.append(target.slot("d").value)
    elif target.kind in ("grouping", "by_only"):
        walk.said.groups.append(target.value)
    else:
        _set_grain(walk, target)


def _set_grain(walk: Walk, target: Chunk) -> None:
    grain = target.slot("g").value if target.kind == "grain_word" else target.value
    if walk.said.grain not in (None, grain):
        raise NoReading("two grains")
    walk.said.grain = grain


def _grain(walk: Walk, chunk: Chunk) -> None:
    if walk.how in ("remove", "except"):
        walk.used()
        walk.said.clears.add("grain")
        return
    _set_grain(walk, chunk)


def _grouping(walk: Walk, chunk: Chunk) -> None:
    walk.said.groups.append(chunk.value)


def _which(walk: Walk, chunk: Chunk) -> None:
    """ "Which scanner has ...", "which five protocols ..."."""
    top = walk.take("top", "how_many")
    if top is not None:
        walk.said.limit = top.slot("n")
        walk.said.superlative = top.value.partition(" ")[0] if top.kind == "top" else walk.said.superlative
    take_kind_of(walk)
    if (target := walk.take("dimension")) is not None:
        if walk.next_is(target.slot("d").value):
            return  # "which Dr. Novak did": a title before a name
        walk.said.groups.append(target.slot("d").value)
        walk.said.cue("which_one" if chunk.value == "which of" or is_one(walk, target) else "which_many", chunk.start)
        return
    if (target := walk.take("grain_word")) is not None:
        if target.slot("g").value == "year":
            walk.said.groups.append("year")
        else:
            _set_grain(walk, target)
        walk.said.cue("which_one", chunk.start)
        return
    if top is None and _names_exams(walk):
        return
    if chunk.value == "what":
        walk.said.cue("what_is", chunk.start)
        return
    if top is None and (_goes_on_about(walk) or walk.next_is("stat", "quantity", "reference")):
        return
    raise NoReading("which of what")


def _names_exams(walk: Walk) -> bool:
    """ "Which CT exam had the highest": single exams are asked for, one where the word is of one."""
    ahead = walk.peek(1) if walk.next_is("modality", "procedure", "region") else walk.peek()
    if ahead is None or ahead.kind != "exams" or ahead.value != "exams":
        return False
    walk.said.cue("list", ahead.start)
    if is_one(walk, ahead):
        walk.said.cue("one", ahead.start)
    return True


def _goes_on_about(walk: Walk) -> bool:
    """ "Patients which weigh", "operators who did": the word joins what follows to what was named."""
    before = walk.previous()
    return before is not None and before.kind in (
        "exams",
        "dimension",
        "sex",
        "age_group",
        "listing",
        "operator",
        "physician",
    )


def _how_many(walk: Walk, chunk: Chunk) -> None:
    """ "Ten operators with the most", "the 5 exams with the highest": the number of rows."""
    walk.said.limit = chunk.slot("n")
    walk.said.cue("how_many", chunk.start)
    take_kind_of(walk)
    if (target := walk.take("dimension")) is not None:
        walk.said.groups.append(target.slot("d").value)
        return
    ahead = walk.peek(1) if walk.next_is("modality", "procedure", "region") else walk.peek()
    if walk.said.limit == 1 and walk.next_is("chart"):
        walk.said.limit = None
        return
    before = walk.previous()
    if before is not None and before.kind == "naming" and len(walk.said.bare_groups) == 1:
        return  # "of the operators ..., name the three with the lowest"
    if ahead is None or ahead.kind != "exams":
        raise NoReading("so many of what")
    walk.said.cue("list", chunk.start)


def is_one(walk: Walk, target: Chunk) -> bool:
    """Whether the word is of one, where the language tells it by the end."""
    return not walk.tokens[target.end - 1].text.endswith(walk.plural_endings)


def _who(walk: Walk, chunk: Chunk) -> None:
    if (target := walk.take("dimension")) is not None:
        walk.said.groups.append(target.slot("d").value)
        walk.said.cue("which_one", chunk.start)
        return
    if _says_of_what(walk, chunk) or _is_among(walk, chunk):
        return
    if not _goes_on_about(walk):
        raise AskBack("ambiguous_entity", "group", ("operator", "physician"))
    of_people = walk.said.groups[-1:] in (["operator"], ["physician"])
    if (walk.said.groups and walk.next_is("stat", "quantity")) or (of_people and walk.next_is("superlative")):
        walk.said.cue("which_one", chunk.start)


def _is_among(walk: Walk, chunk: Chunk) -> bool:
    """ "Among radiographers with at least 30 exams, who has the lowest": one of those who were named."""
    kinds = [one[0] for one in walk.said.bare_groups]
    if walk.next_is("superlative", "stat") is None or len(kinds) != 1 or kinds[0] not in ("operator", "physician"):
        return False
    walk.said.groups.append(kinds[0])
    walk.said.bare_groups.clear()
    walk.said.cue("which_one", chunk.start)
    return True


def _says_of_what(walk: Walk, chunk: Chunk) -> bool:
    """ "Angiographies whose air kerma exceeded the alert level": a limit of exams that were named, and nobody is asked for."""
    limit = walk.peek(1)
    is_limited = walk.next_is("quantity") is not None and limit is not None and limit.kind in ("exceed", "bound")
    return is_limited and walk.tokens[chunk.start].text == "whose" and "list" in walk.said.cues


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
    before = walk.previous()
    if before is not None and before.kind == "peers" and before.slot("d") is None:
        return  # "the others, doctors": what the others are
    if walk.take("breakdown"):
        walk.said.groups.append(dimension)
        return
    walk.said.bare_groups.append((dimension, chunk.start, not is_one(walk, chunk)))


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
    "how_many": _how_many,
    "ungroup": _ungroup,
}
