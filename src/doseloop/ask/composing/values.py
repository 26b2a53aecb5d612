"""Names and values of fields: scanners, people, sites, procedures, sex, age, contrast, days of the week."""

from dataclasses import replace
from typing import Final

from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.said import Bound, Value


def add_value(walk: Walk, field: str, names: tuple[str, ...], at: int) -> None:
    """Note a value with what it does."""
    walk.said.values.append(Value(field, names, at, walk.used()))


def _named(walk: Walk, chunk: Chunk) -> None:
    add_value(walk, chunk.kind, chunk.phrase.names or (chunk.value,), chunk.start)


def _plain(walk: Walk, chunk: Chunk) -> None:
    add_value(walk, chunk.kind, (chunk.value,), chunk.start)


def _age_group(walk: Walk, chunk: Chunk) -> None:
    ahead = walk.peek()
    if ahead is not None and ahead.kind == "protocol_age_group" and _begins_with_noun(walk, ahead):
        raise NoReading("the age before the protocol is the protocol's")
    _count_people(walk, chunk)
    _plain(walk, chunk)


def _begins_with_noun(walk: Walk, chunk: Chunk) -> bool:
    """ "Adult | protocol for children" instead of "adult protocol | for children"."""
    return walk.tokens[chunk.start].text.startswith("protocol")


def _count_people(walk: Walk, chunk: Chunk) -> None:
    """ "How many children had a CT" counts people; "how many children's CTs" and "how many adult exams" count exams."""
    before, after = walk.previous(), walk.peek()
    is_counted = before is not None and before.kind == "count" and before.end == chunk.start
    goes_on = after is not None and after.start == chunk.end
    if is_counted and not goes_on and walk.tokens[chunk.end - 1].text in walk.people:
        walk.said.cue("count_of_patients", chunk.start)
        walk.said.measures[-1] = replace(walk.said.measures[-1], name="distinct_patients")


def _sex(walk: Walk, chunk: Chunk) -> None:
    _count_people(walk, chunk)
    if chunk.value == "both":
        _grouped(walk, "sex")
        return
    _plain(walk, chunk)


def _grouped(walk: Walk, dimension: str) -> None:
    if walk.how in ("remove", "except"):
        raise NoReading("both kinds are all there is")
    walk.said.groups.append(dimension)
    walk.said.cues |= {"compared"}


def _shift(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "both":
        _grouped(walk, "shift")
        return
    raise AskBack("underspecified", "hour_of_day")


def _contrast(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "both":
        raise NoReading("contrast is no dimension of the plan")
    if chunk.end == 1 and walk.next_is("stat", "quantity", "dose", "count") is not None:
        raise NoReading("to contrast is to compare")
    _plain(walk, chunk)


def _weekday(walk: Walk, chunk: Chunk) -> None:
    how = walk.used()
    walk.said.values.extend(Value("weekday", (day,), chunk.start, how) for day in chunk.value.split())


def _shorthand(walk: Walk, chunk: Chunk) -> None:
    modality, _, region = chunk.value.partition(" ")
    add_value(walk, "modality", (modality,), chunk.start)
    if region:
        add_value(walk, "region", (region,), chunk.start)


def _unknown(walk: Walk, chunk: Chunk) -> None:
    raise AskBack("unknown_entity", chunk.value, (), words_of(walk, chunk))


def words_of(walk: Walk, chunk: Chunk) -> tuple[str, ...]:
    """The words of a phrase, as they are compared."""
    return tuple(one.text for one in walk.tokens[chunk.start : chunk.end])


def _all_of(walk: Walk, chunk: Chunk) -> None:
    if walk.how in ("remove", "except"):
        raise NoReading("all of a field is no value")
    if chunk.value == "exams":
        walk.said.cue("exams", chunk.start)
        return
    fields = {"sex", "age_group", "age_years", "weight_kg"} if chunk.value == "patients" else {chunk.value}
    if chunk.value == "patients":
        walk.said.cue("patients", chunk.start)
    walk.said.clears |= fields


def _with_field(walk: Walk, chunk: Chunk) -> None:
    walk.said.bounds.append(Bound("not_null", 0, None, None, chunk.value, chunk.start, walk.used()))


def _vague(walk: Walk, chunk: Chunk) -> None:
    if chunk.value in ("weight_kg", "age_years"):
        walk.said.cue(f"vague {chunk.value}", chunk.start)
        return
    raise AskBack("underspecified", chunk.value, (), words_of(walk, chunk))


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(("scanner", "site", "operator", "physician", "procedure", "protocol"), _named),
    "age_group": _age_group,
    **dict.fromkeys(("modality", "region", "protocol_age_group", "manufacturer"), _plain),
    "sex": _sex,
    "shift": _shift,
    "contrast": _contrast,
    "weekday": _weekday,
    "shorthand": _shorthand,
    "unknown": _unknown,
    "all_of": _all_of,
    "with_field": _with_field,
    "vague": _vague,
}
