"""Which figures are asked for: statistics and quantities in the order of the words, counts, shares and rates."""

from typing import Final

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Metric
from doseloop.ask.planning.filters import Resolved
from doseloop.ask.said import Measure, Said
from doseloop.ask.units import DOSES, QUANTITY_OF_FIELD

ALONE: Final = frozenset(("count", "repeat_count", "distinct_patients"))
"""Statistics that need no quantity."""


def metric(stat: str, quantity: str | None = None) -> Metric:
    """A metric, checked by the schema of the plan."""
    return Metric.model_validate({"stat": stat, "quantity": quantity})


def free_measures(said: Said, found: Resolved) -> list[Measure]:
    """The statistics and quantities that are asked for, without those that say what a limit is of."""
    return [one for one in said.measures if one.at not in found.attached or one.kind == "stat"]


def meant(measures: list[Measure]) -> list[Measure]:
    """The measures without those that are said not to be meant: "not the mean but the maximum".

    Raises: NoReading where nothing of the kind is meant instead.
    """
    left = [one for one in measures if one.how in ("set", "add")]
    if {one.kind for one in measures} - {one.kind for one in left}:
        raise NoReading("a figure that is not meant, and no other")
    return left


def quantities_of(measures: list[Measure]) -> list[str]:
    """The quantities among measures, in order.

    Raises: NoReading for a quantity that only limits.
    """
    names = [one.name for one in measures if one.kind == "quantity"]
    if "cumulative" in names:
        raise NoReading("the dose of years is asked for with a limit")
    return list(dict.fromkeys(names))


def paired(measures: list[Measure]) -> list[Metric]:
    """Each statistic with its quantities, as their order tells.

    Raises: NoReading where the order tells nothing.
    """
    alone = [metric(name) for name in dict.fromkeys(one.name for one in measures if one.name in ALONE)]
    runs = _runs(_each_quantity_once([one for one in measures if one.name not in ALONE]))
    if len(runs) == 1:
        return _single(runs[0]) + alone
    found: list[Metric] = []
    if len(runs) % 2:
        raise NoReading("a statistic or a quantity too many")
    for first, second in zip(runs[::2], runs[1::2], strict=True):
        stats, quantities = (first, second) if first[0].kind == "stat" else (second, first)
        found += [metric(s.name, q.name) for s in stats for q in quantities]
    return list(dict.fromkeys(found + alone))


def _each_quantity_once(measures: list[Measure]) -> list[Measure]:
    """ "The tube current-time product, its mean mAs": where all are of one quantity it is said once, at the end."""
    quantities = [one for one in measures if one.kind == "quantity"]
    if len(quantities) < 2 or len({one.name for one in quantities}) > 1:
        return measures
    return [*(one for one in measures if one.kind != "quantity"), quantities[-1]]


def _runs(measures: list[Measure]) -> list[list[Measure]]:
    runs: list[list[Measure]] = []
    for one in measures:
        if runs and runs[-1][0].kind == one.kind:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _single(run: list[Measure]) -> list[Metric]:
    if run[0].kind == "stat":
        return [metric(one.name, "default") for one in run]
    return [metric("default", one.name) for one in run]


def without_named_mean(said: Said, measures: list[Measure]) -> list[Measure]:
    """ "Mean" in "mean glandular dose" is part of the name where another statistic or a relation is asked for."""
    if "named_mean" not in said.cues:
        return measures
    at = said.places["named_mean"]
    others = any(one.kind == "stat" and one.at != at for one in measures)
    relation = said.intent in ("correlate", "distribution", "outliers") or said.chart in ("scatter", "histogram", "box")
    if others or relation or "list" in said.cues or "versus_quantity" in said.cues:
        return [one for one in measures if one.at != at or one.kind != "stat"]
    return measures


def asked_metrics(said: Said, found: Resolved) -> list[Metric]:
    """The metrics of an aggregate.

    Raises: AskBack where what is counted is open, NoReading for a question that asks for two things at once.
    """
    measures = without_named_mean(said, free_measures(said, found))
    quantities_of(measures)
    if said.exceeds or "exceedance" in said.cues:
        return [_exceeding(said, measures)]
    if said.missing is not None and not _is_condition(said, measures):
        return [_missing(said, found, measures)]
    if "share" in said.cues:
        return [_share(said, found, measures)]
    if "rate" in said.cues:
        raise NoReading("a rate of nothing")
    measures = _counted_patients(said, measures)
    if any(one.name == "repeat_count" for one in measures):
        measures = [one for one in measures if one.name != "count"]
    if _is_total_of_exams(said, measures):
        return [metric("count")]
    if measures:
        return paired(measures)
    return _without_measures(said)


def _is_condition(said: Said, measures: list[Measure]) -> bool:
    """ "Median DLP where the weight is missing": of those exams, which is a filter."""
    return said.missing == "weight_kg" and not said.cues & {"count", "share", "rate", "missing_rate"} and bool(measures)


def _exceeding(said: Said, measures: list[Measure]) -> Metric:
    if "count_of_patients" in said.cues:
        raise AskBack("underspecified", "metric", ("exceed_count", "distinct_patients"))
    if any(one.kind == "quantity" or one.name != "count" for one in measures):
        raise NoReading("exceedances are of the reference's own quantity")
    if "rate" in said.cues or "share" in said.cues:
        return metric("exceed_rate")
    counted = said.cues & {"count", "exceedance", "most", "which_one", "which_many", "top"}
    if counted or said.groups or said.grain:
        return metric("exceed_count")
    raise AskBack("underspecified", "metric", ("exceed_count", "list"))


def _missing(said: Said, found: Resolved, measures: list[Measure]) -> Metric:
    limited = any(QUANTITY_OF_FIELD.get(one.field) in DOSES for one, _ in found.limits)
    if limited and not said.cues & {"count", "share", "rate", "missing_rate"}:
        raise NoReading("exams of which nothing is asked")
    if said.missing is None or any(one.name not in ("count", "distinct_patients") for one in measures):
        raise NoReading("one field is missing at a time")
    return metric("missing_rate", said.missing)


def _share(said: Said, found: Resolved, measures: list[Measure]) -> Metric:
    conditions = [one for one in found.named if one.field not in ("modality", "procedure", "site", "scanner", "region")]
    if measures or not (conditions or found.limits):
        raise NoReading("a share of what")
    return metric("share")


def _counted_patients(said: Said, measures: list[Measure]) -> list[Measure]:
    """ "How many patients" counts each once."""
    fields = {one.field for one in said.values} & {"modality", "procedure", "region", "scanner"}
    only_patients = "patients" in said.cues and "exams" not in said.cues and not fields
    if not only_patients:
        return measures
    return [Measure("stat", "distinct_patients", one.at) if one.name == "count" else one for one in measures]


def _is_total_of_exams(said: Said, measures: list[Measure]) -> bool:
    return [one.name for one in measures] == ["sum"] and "exams" in said.cues and "dose" not in said.cues


def _without_measures(said: Said) -> list[Metric]:
    if "dose" in said.cues:
        return []
    if said.cues & {"most", "numbers"}:
        return [metric("count")]
    if ("exams" in said.cues or "patients" in said.cues) and not said.references and not said.peers:
        if said.groups or said.grain or "most" in said.cues:
            return [metric("count")]
        if "exams" in said.cues and not said.period:
            raise AskBack("underspecified", "metric", ("count", "list"))
    if not (
        said.references
        or said.peers
        or said.period
        or said.groups
        or said.grain
        or said.chart
        or said.windows
        or said.bounds
    ):
        raise AskBack("underspecified", "metric")
    return []
