"""What is asked for: statistics, quantities, counts, shares, lists and kinds of answers."""

from typing import Final

from doseloop.ask.composing.walk import Rule, Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import NoReading
from doseloop.ask.said import Bound, Measure, Value

_COUNTS: Final = {"exams": "count", "patients": "distinct_patients"}
_OF_EXAMS: Final = ("sex", "age_group", "modality", "procedure", "region")


def _stat(walk: Walk, chunk: Chunk) -> None:
    walk.said.measures.append(Measure("stat", chunk.value, chunk.start, walk.used()))


def _quantity(walk: Walk, chunk: Chunk) -> None:
    how = walk.used()
    if chunk.value == "agd_mean":
        walk.said.cue("named_mean", chunk.start)
        walk.said.measures.append(Measure("stat", "mean", chunk.start, how))
        walk.said.measures.append(Measure("quantity", "agd", chunk.start, how))
        return
    walk.said.measures.append(Measure("quantity", chunk.value, chunk.start, how))


def _cue(walk: Walk, chunk: Chunk) -> None:
    if (walk.how == "remove" and chunk.kind not in ("exams", "dose")) or (walk.how, chunk.kind) == ("except", "dose"):
        raise NoReading(f"{chunk.kind} cannot be taken away")
    walk.said.cue(chunk.value, chunk.start)


def _exams(walk: Walk, chunk: Chunk) -> None:
    _cue(walk, chunk)
    counted = _counted_with(walk)
    if chunk.value in counted:
        walk.said.measures.append(Measure("stat", counted[chunk.value], chunk.start, walk.used()))
    elif _is_joined(walk, chunk):
        raise NoReading("exams and patients, and how many is not asked")


def _is_joined(walk: Walk, chunk: Chunk) -> bool:
    """ "Exams and patients": two kinds beside each other, of which one figure says nothing."""
    before = walk.row[max(0, walk.at - 3) : walk.at - 1]
    return [one.kind for one in before] == ["exams", "and"] and {before[0].value, chunk.value} == set(_COUNTS)


def _counted_with(walk: Walk) -> dict[str, str]:
    """ "The number of exams and patients": what is counted too, since it is joined to what is counted."""
    before = [one for one in walk.row[: walk.at - 1] if one.kind != "prep"]
    if not before or before[-1].kind != "and":
        return {}
    for at in range(len(before) - 2, 0, -1):
        if before[at].kind == "exams" and before[at].value in _COUNTS:
            others = {kind: stat for kind, stat in _COUNTS.items() if kind != before[at].value}
            return others if _counting(before[:at]) else {}
        if before[at].kind not in _OF_EXAMS:
            return {}
    return {}


def _counting(before: list[Chunk]) -> bool:
    """Whether a word that counts stands last, but for what says which exams."""
    return next((one.kind == "count" for one in reversed(before) if one.kind not in _OF_EXAMS), False)


def _count(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "how much" and not _counts_exams(walk):
        return
    if chunk.value == "numbers":
        walk.said.cue("numbers", chunk.start)
        return
    walk.said.cue("count", chunk.start)
    counted = "patients" if _counts_patients(walk) else "exams"
    _require_one_group(walk)
    walk.said.measures.append(Measure("stat", _COUNTS[counted], chunk.start, walk.used()))
    if counted == "patients":
        walk.said.cue("count_of_patients", chunk.start)


def _require_one_group(walk: Walk) -> None:
    """ "The number of women and the number of exams" are of different groups, which one plan has no place for."""
    before = [one.kind for one in walk.row[: walk.at - 1]]
    if before[-1:] != ["and"] or "count" not in before:
        return
    last = len(before) - 1 - before[::-1].index("count")
    if {"sex", "age_group"} & set(before[last:]):
        raise NoReading("two numbers of different groups")


def _counts_exams(walk: Walk) -> bool:
    """Whether "how much" asks for a number: exams come before any dose."""
    kinds = [
        chunk.kind for chunk in walk.row[walk.at :] if chunk.kind in ("exams", "dose", "quantity", "stat", "missing")
    ]
    return kinds[:1] == ["exams"]


def _counts_patients(walk: Walk) -> bool:
    """Whether what is counted is patients: nothing but a kind of patient or exam stands between."""
    for chunk in walk.row[walk.at :]:
        if chunk.kind == "exams":
            return chunk.value == "patients"
        if chunk.kind == "all_of":
            return chunk.value == "patients"
        if chunk.kind not in (*_OF_EXAMS, "prep"):
            return False
    return False


def _percentiles(walk: Walk, chunk: Chunk) -> None:
    """ "The 25th, 50th and 75th percentiles"."""
    names = {25: "p25", 50: "median", 75: "p75", 90: "p90", 95: "p95", 99: "p99"}
    how = walk.used()
    for n in (chunk.slot("a"), chunk.slot("b"), chunk.slot("c")):
        if n is not None and n not in names:
            raise NoReading("a percentile that is not computed")
        if n is not None:
            walk.said.measures.append(Measure("stat", names[n], chunk.start, how))


def _prep(walk: Walk, chunk: Chunk) -> None:
    """ "Replace A with B": from "with" on comes what is asked for."""
    if chunk.value == "with" and "replace" in walk.said.cues:
        walk.begin("set")


def _rate(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("rate", chunk.start)
    if chunk.value == "exceed_rate":
        walk.said.cue("exceedance", chunk.start)


def _exceedance(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("exceedance", chunk.start)


def _missing(walk: Walk, chunk: Chunk) -> None:
    if walk.how not in ("set", "except"):
        raise NoReading("what is missing cannot be changed")
    if walk.how == "except":
        _without_missing(walk, chunk)
        return
    walk.said.cue("missing", chunk.start)
    walk.said.missing = _missing_quantity(walk, chunk)


def _missing_quantity(walk: Walk, chunk: Chunk) -> str:
    named = chunk.slot("q") or walk.take("quantity")
    if named is not None:
        return str(named.value)
    last = walk.said.measures[-1] if walk.said.measures else None
    before = walk.previous()
    if last is None or last.kind != "quantity" or before is None or before.start != last.at:
        raise NoReading("missing what")
    return walk.said.measures.pop().name


def _without_missing(walk: Walk, chunk: Chunk) -> None:
    """ "Ignoring exams that have no recorded weight": those that have one."""
    quantity = _missing_quantity(walk, chunk)
    if quantity != "weight_kg":
        raise NoReading("only the weight may be asked for as recorded")
    walk.used()
    walk.said.bounds.append(Bound("not_null", 0, None, None, quantity, chunk.start))


def _repeat(walk: Walk, chunk: Chunk) -> None:
    within = chunk.slot("w")
    if within is not None and within.slot("n") != 24:
        raise NoReading("repeats are counted within 24 hours")
    walk.said.measures.append(Measure("stat", "repeat_count", chunk.start, walk.used()))


def _intent(walk: Walk, chunk: Chunk) -> None:
    if chunk.value == "outliers" and walk.how in ("except", "remove"):
        walk.used()
        walk.said.values.append(Value("is_outlier", ("false",), chunk.start, "set"))
        return
    if chunk.value == "reference":
        walk.said.cue("what_is", chunk.start)
        return
    if walk.said.intent not in (None, chunk.value):
        raise NoReading("two kinds of answer")
    walk.said.intent = chunk.value


def _review(walk: Walk, chunk: Chunk) -> None:
    walk.said.intent = "reference"
    walk.said.references.append((chunk.slot("r").value, "set"))


def _chart(walk: Walk, chunk: Chunk) -> None:
    if walk.how == "remove":
        walk.used()
        walk.said.clears.add("chart")
        return
    if walk.how == "except" or walk.said.chart not in (None, chunk.value, "line"):
        raise NoReading("two charts")
    walk.said.chart = chunk.value


def _drift(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("drift", chunk.start)


def _listing(walk: Walk, chunk: Chunk) -> None:
    cue, _, of = chunk.value.partition(" ")
    walk.said.cue(cue, chunk.start)
    walk.said.cue("patients" if of == "patients" else "exams", chunk.start)
    if of == "one":
        walk.said.cue("one", chunk.start)
    if (extreme := chunk.slot("s")) is not None:
        walk.said.superlative = extreme.value.partition(" ")[0]


def _describe(walk: Walk, chunk: Chunk) -> None:
    walk.said.intent = "describe"
    walk.said.groups.append(chunk.value)


def _nothing(walk: Walk, chunk: Chunk) -> None:
    """It only joins what stands beside it, or says what is so anyway."""


def _and(walk: Walk, chunk: Chunk) -> None:
    """ "Not the mean but the maximum" ends what is left out; "mean n max" joins two of a kind."""
    if chunk.value == "but" and walk.how == "except":
        walk.begin("set")
    before, after = walk.previous(), walk.peek()
    if chunk.value == "n" and (before is None or after is None or before.kind != after.kind):
        raise NoReading("a letter that joins nothing")


def _naming(walk: Walk, chunk: Chunk) -> None:
    """ "Name the three scanners": asks for kinds of names that are no patients'."""
    ahead = [one for one in walk.row[walk.at :] if one.kind not in ("how_many", "top", "superlative", "modality")]
    is_named_before = bool(walk.said.bare_groups) and walk.next_is("how_many", "top") is not None
    if not is_named_before and (not ahead or ahead[0].kind not in ("dimension", "all_of")):
        raise NoReading("the name of whom")


def _together(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("together", chunk.start)


def _pronoun(walk: Walk, chunk: Chunk) -> None:
    walk.said.cue("somebody", chunk.start)


RULES: Final[dict[str, Rule]] = {
    "stat": _stat,
    "quantity": _quantity,
    "dose": _cue,
    "exams": _exams,
    "moved": _cue,
    "count": _count,
    "share": _cue,
    "rate": _rate,
    "exceedance": _exceedance,
    "missing": _missing,
    "missing_rate": _missing,
    "repeat": _repeat,
    "per_exam": _nothing,
    "intent": _intent,
    "review": _review,
    "chart": _chart,
    "drift": _drift,
    "listing": _listing,
    "describe": _describe,
    "and": _and,
    "naming": _naming,
    "pronoun": _pronoun,
    "together": _together,
    "prep": _prep,
    "percentiles": _percentiles,
}
