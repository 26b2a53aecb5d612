"""How a follow-up changes the figures: a statistic alone keeps the quantity, a quantity alone keeps the statistic."""

from typing import Final

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Metric, Plan
from doseloop.ask.planning.filters import Resolved
from doseloop.ask.planning.metrics import ALONE, free_measures, meant, metric, paired, quantities_of, without_named_mean
from doseloop.ask.said import Measure, Said

_OF_MISSING: Final = frozenset(("rate", "share", "count", "missing_rate"))
"""Cues with which a share of missing values is asked for."""
_COUNTS: Final = frozenset(
    ("count", "distinct_patients", "exceed_count", "exceed_rate", "missing_rate", "share", "repeat_count")
)


def changed_metrics(said: Said, found: Resolved, before: Plan) -> list[Metric]:
    """The metrics of the plan before, changed.

    Raises: NoReading for a change that the plan before has no place for, AskBack.
    """
    measures = without_named_mean(said, free_measures(said, found))
    if said.missing is not None and not is_condition(said):
        return _missing(said)
    if said.cues & {"exceedance", "rate", "share"}:
        return _rates(said, before)
    if not measures:
        return _without(said, before)
    if before.intent in ("list", "distribution") and not any(one.kind == "stat" for one in measures):
        return [metric("value", one) for one in quantities_of(measures)]
    if before.intent not in ("aggregate", "list"):
        raise NoReading("that answer has no statistic")
    measures = _without_excepted(measures, before)
    removed = [one.name for one in measures if one.how == "remove"]
    if "instead_of" in said.cues:
        measures = [one for one in measures if one.how != "remove"]
        removed = []
    if removed and len(removed) < len(measures):
        raise NoReading("a figure is taken away and another asked for")
    if removed:
        return _removed(removed, before)
    return _replaced(said, measures, before)


def is_condition(said: Said) -> bool:
    """Whether what is missing says which exams are meant: "only those without a recorded weight"."""
    return bool(said.cues & {"only", "those", "list"}) and not said.cues & _OF_MISSING


def _missing(said: Said) -> list[Metric]:
    if said.cues & {"exceedance", "exceed"} or ("exams" in said.cues and not said.cues & _OF_MISSING):
        raise NoReading("missing, of which exams or in how many")
    return [metric("missing_rate", said.missing)]


def _rates(said: Said, before: Plan) -> list[Metric]:
    compared = any(one.kind == "reference" for one in before.compare)
    compared = compared or any(how != "remove" for _, how in said.references)
    if not compared or any(one.name != "count" for one in said.measures):
        raise NoReading("a rate of what")
    return [metric("exceed_rate" if said.cues & {"rate", "share"} else "exceed_count")]


def _without(said: Said, before: Plan) -> list[Metric]:
    if "dose" in said.cues and any(one.stat in _COUNTS for one in before.metrics) and not said.values:
        return []
    if said.intent in ("distribution",):
        return [metric("value", one.quantity) for one in before.metrics if one.quantity not in (None, "default")]
    return list(before.metrics)


def _without_excepted(measures: list[Measure], before: Plan) -> list[Measure]:
    """ "Not the mean, the maximum": what is not meant was asked for before, and something of its kind is meant instead."""
    excepted = [one for one in measures if one.how == "except"]
    known = {one for each in before.metrics for one in (each.stat, each.quantity)}
    if any(one.name not in known for one in excepted):
        raise NoReading("what is not meant was not asked for")
    others = [one for one in measures if one.how != "except"]
    return meant([*excepted, *others]) if excepted else measures


def _removed(names: list[str], before: Plan) -> list[Metric]:
    if not set(names) <= {one for each in before.metrics for one in (each.stat, each.quantity)}:
        raise NoReading("a figure that was not asked for")
    left = [one for one in before.metrics if one.stat not in names and one.quantity not in names]
    if len(left) == len(before.metrics) or not left:
        raise NoReading("that figure was not asked for, or is the only one")
    return left


def _replaced(said: Said, measures: list[Measure], before: Plan) -> list[Metric]:
    adds = said.adds_all or all(one.how == "add" for one in measures)
    kinds = {one.kind for one in measures if one.name not in ALONE}
    if len(kinds) == 2 or not kinds:
        new = paired(measures)
    elif kinds == {"stat"}:
        quantities = _quantities(before)
        alone = [metric(one.name) for one in measures if one.name in ALONE]
        new = [metric(one.name, q) for one in measures if one.name not in ALONE for q in quantities] + alone
    else:
        new = _with_statistics(measures, before)
    return list(before.metrics) + [one for one in new if one not in before.metrics] if adds else new


def _quantities(before: Plan) -> list[str]:
    names = [one.quantity for one in before.metrics if one.quantity is not None and one.stat not in _COUNTS]
    return list(dict.fromkeys(map(str, names))) or ["default"]


def _with_statistics(measures: list[Measure], before: Plan) -> list[Metric]:
    stats = list(dict.fromkeys(one.stat for one in before.metrics if one.stat not in _COUNTS)) or ["default"]
    if "value" in stats:
        raise AskBack("underspecified", "metric")
    found = [metric(stat, one.name) for one in measures if one.kind == "quantity" for stat in stats]
    return found + [metric(one.name) for one in measures if one.name in ALONE]
