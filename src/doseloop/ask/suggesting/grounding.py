"""Whether a plan holds what the question holds: nothing that its words do not say, and nothing left out that they name."""

from collections.abc import Callable, Iterable
from typing import Final

from doseloop.ask.fields import kind_of
from doseloop.ask.plan import Filter, Metric, Plan
from doseloop.ask.suggesting.evidence import Evidence, numbers_of
from doseloop.ask.suggesting.masking import NAMED
from doseloop.ask.units import QUANTITY_OF_FIELD

_FREE_STATS: Final = frozenset(("default", "value"))
"""Say no statistic of their own: the usual figures, and single values."""
_CUES_OF_STAT: Final = {
    "count": ("count", "exams", "numbers", "most"),
    "distinct_patients": ("patients",),
    "exceed_count": ("exceed", "exceedance"),
    "missing_rate": ("missing", "missing_rate"),
    "share": ("share", "rate"),
}
_CHART_OF_INTENT: Final = {"distribution": "histogram", "correlate": "scatter"}
_EACH_NAMED: Final = (
    "region",
    "sex",
    "age_group",
    "protocol_age_group",
    "manufacturer",
    "contrast",
    "weekday",
)
"""Fields of word lists of which no value that is named may be left out."""


class Ungrounded(Exception):
    """The plan is not what the question says."""

    def __init__(self, said: str):
        """Keep in words what it is."""
        super().__init__(said)
        self.said = said


def check_grounded(plan: Plan, evidence: Evidence) -> None:
    """Errors: `Ungrounded` with the first part that the words do not hold, or that they hold and the plan does not."""
    for check in _CHECKS:
        check(plan, evidence)


def _metrics(plan: Plan, evidence: Evidence) -> None:
    for one in plan.metrics:
        if not _is_named_stat(one, evidence):
            raise Ungrounded("It asks for a statistic that the question does not name.")
        if one.quantity not in (None, "default") and one.quantity not in evidence.quantities:
            raise Ungrounded("It asks for a quantity that the question does not name.")


def _is_named_stat(metric: Metric, evidence: Evidence) -> bool:
    if metric.stat in _FREE_STATS or metric.stat in evidence.stats:
        return True
    if metric.stat == "exceed_rate":
        return bool(evidence.cues & {"exceed", "exceedance"}) and bool(evidence.cues & {"rate", "share"})
    if metric.stat in ("min", "max"):
        return {"min": "asc", "max": "desc"}[metric.stat] in evidence.directions
    return bool(evidence.cues.intersection(_CUES_OF_STAT.get(metric.stat, ())))


def _groups(plan: Plan, evidence: Evidence) -> None:
    if not evidence.groups.issuperset(plan.group_by):
        raise Ungrounded("It splits by something that the question does not name.")
    if plan.grain is not None and plan.grain not in evidence.grains:
        raise Ungrounded("It tells a course over a unit of time that the question does not name.")


def _filters(plan: Plan, evidence: Evidence) -> None:
    for one in plan.filters:
        _filter(one, evidence)


def _filter(one: Filter, evidence: Evidence) -> None:
    if one.op in ("is_null", "not_null"):
        _recorded(one, evidence)
    elif kind_of(one.field) in ("number", "whole") and one.field != "weekday":
        _number(one, evidence)
    elif not evidence.values_of(one.field).issuperset(_listed(one)):
        raise Ungrounded("It has a condition that the question does not name.")
    elif one.op == "not_in" and not evidence.leaves_out:
        raise Ungrounded("It leaves out what the question does not leave out.")


def _recorded(one: Filter, evidence: Evidence) -> None:
    named = one.field in evidence.quantities and bool(evidence.cues & {"missing", "missing_rate"})
    told = any(bound.op == "not_null" and bound.field == one.field for bound in evidence.bounds)
    if not (named if (one.op == "is_null") == (one.value is True) else told):
        raise Ungrounded("It asks for what was recorded or not, and the question does not.")


def _number(one: Filter, evidence: Evidence) -> None:
    if evidence.leaves_out:
        raise Ungrounded("It has a limit in a question that leaves something out, so that its side is not sure.")
    numbers = _listed(one)
    if not any(
        bound.op == one.op and numbers_of(bound) == numbers and one.field in evidence.fields_of(bound)
        for bound in evidence.bounds
    ):
        raise Ungrounded("It has a limit that the question does not name.")


def _time(plan: Plan, evidence: Evidence) -> None:
    if plan.time is not None and plan.time not in evidence.times:
        raise Ungrounded("It has a period that the question does not name.")


def _compare(plan: Plan, evidence: Evidence) -> None:
    for one in plan.compare:
        named = {
            "reference": evidence.references,
            "period": evidence.periods,
            "peers": {"rest"} if evidence.peers else (),
        }
        if one.source not in named[one.kind]:
            raise Ungrounded("It compares with something that the question does not name.")


def _order(plan: Plan, evidence: Evidence) -> None:
    if plan.order is not None and plan.order.dir not in evidence.directions:
        raise Ungrounded("It has an order that the question does not name.")
    if plan.order is not None and plan.order.by is not None and plan.order.by not in set(_names_of(plan.metrics)):
        raise Ungrounded("It orders by a figure that it does not ask for.")
    if plan.limit is not None and plan.limit not in evidence.limits:
        raise Ungrounded("It has a number of rows that the question does not name.")


def _names_of(metrics: Iterable[Metric]) -> Iterable[str]:
    for one in metrics:
        if one.quantity is None:
            yield one.stat
        else:
            yield f"{one.stat}:{one.quantity}" if one.stat not in _FREE_STATS else one.quantity


def _kind(plan: Plan, evidence: Evidence) -> None:
    named = evidence.intents | _meant(evidence)
    if plan.intent not in ("aggregate", *named):
        raise Ungrounded("It gives another kind of answer than the question asks for.")
    if plan.chart not in ("auto", _CHART_OF_INTENT.get(plan.intent), *evidence.charts):
        raise Ungrounded("It draws a chart that the question does not name.")


def _meant(evidence: Evidence) -> frozenset[str]:
    """Kinds of answers that other words ask for."""
    singles = evidence.cues & {"list", "exams", "one"} or evidence.bounds or evidence.directions
    found = {"list"} if singles else set()
    found |= {"distribution"} if evidence.charts & {"box", "histogram"} else set()
    relation = "scatter" in evidence.charts or bool(evidence.cues & {"versus", "compare"})
    found |= {"correlate"} if relation and len(evidence.quantities) > 1 else set()
    if not evidence.stats and not evidence.quantities:
        found |= ({"reference"} if evidence.references else set()) | ({"describe"} if evidence.groups else set())
    return frozenset(found)


def _names_kept(plan: Plan, evidence: Evidence) -> None:
    held = {(one.field, value) for one in plan.filters for value in _listed(one)}
    marks = {(mark.kind, name) for mark in evidence.masked.marks if mark.kind in NAMED for name in mark.names}
    marks = {one for one in marks if one[0] != "site" or not _are_all_sites(plan, evidence)}
    words = {(name, value) for name in _EACH_NAMED for value in evidence.values_of(name)}
    words -= {("region", one) for one in evidence.values_of("region") if _is_as_procedure(str(one), plan, evidence)}
    words = {one for one in words if one[0] != "age_group" or not _is_told_in_years(plan)}
    modalities = {("modality", one) for one in evidence.modalities - evidence.implied}
    if not held.issuperset(marks | {one for one in words | modalities if one[0] not in plan.group_by}):
        raise Ungrounded("It leaves out a name or a condition of the question.")
    if evidence.leaves_out and not any(one.op == "not_in" or one.field == "is_outlier" for one in plan.filters):
        raise Ungrounded("It leaves nothing out, and the question does.")
    for bound in evidence.bounds:
        if not any(one.op == bound.op and one.field in evidence.fields_of(bound) for one in plan.filters):
            raise Ungrounded("It leaves out a limit of the question.")


def _are_all_sites(plan: Plan, evidence: Evidence) -> bool:
    """Sites that are set against each other and are all there are only split."""
    return "site" in plan.group_by and evidence.values_of("site") == frozenset(evidence.sites)


def _is_told_in_years(plan: Plan) -> bool:
    """A number of years replaces the age group that it makes precise."""
    return any(one.field == "age_years" for one in plan.filters)


def _is_as_procedure(region: str, plan: Plan, evidence: Evidence) -> bool:
    procedures = {value for one in plan.filters if one.field == "procedure" for value in _listed(one)}
    return not procedures.isdisjoint(evidence.procedures_of(region))


def _periods_kept(plan: Plan, evidence: Evidence) -> None:
    if evidence.masked.of("time") and plan.time is None:
        raise Ungrounded("It leaves out the period of the question.")
    if len(evidence.masked.of("time")) > 1 and (evidence.timed is None or plan.time != evidence.timed.time):
        raise Ungrounded("The question names more than one period, and it is not clear how they belong together.")
    if not evidence.periods.issubset(one.source for one in plan.compare):
        raise Ungrounded("It leaves out the other period of the question.")


def _figures_kept(plan: Plan, evidence: Evidence) -> None:
    asked = {one.stat for one in plan.metrics}
    if not asked.issuperset(evidence.stats - {"count"}):
        raise Ungrounded("It leaves out a statistic of the question.")
    quantities = {str(one.quantity) for one in plan.metrics}
    limited = {QUANTITY_OF_FIELD.get(one.field, "cumulative") for one in plan.filters}
    if not (quantities | limited).issuperset(evidence.quantities):
        raise Ungrounded("It leaves out a quantity of the question.")
    if "by" in evidence.cues and (evidence.groups or evidence.grains) and not (plan.group_by or plan.grain):
        raise Ungrounded("It leaves out what the question splits by.")
    if evidence.directions and plan.order is None and not asked & {"min", "max"}:
        raise Ungrounded("It leaves out the order that the question names.")
    if evidence.named_limits and plan.limit is None:
        raise Ungrounded("It leaves out how many rows the question asks for.")
    sources = {str(one.source) for one in plan.compare} | set(map(str, _exceeded(plan)))
    if not sources.issuperset(evidence.references):
        raise Ungrounded("It leaves out a reference level of the question.")


def _exceeded(plan: Plan) -> Iterable[object]:
    return (value for one in plan.filters if one.field == "exceeds" for value in _listed(one))


def _listed(one: Filter) -> list[bool | int | float | str]:
    return one.value if isinstance(one.value, list) else [one.value]


_CHECKS: Final[tuple[Callable[[Plan, Evidence], None], ...]] = (
    _metrics,
    _groups,
    _filters,
    _time,
    _compare,
    _order,
    _kind,
    _names_kept,
    _periods_kept,
    _figures_kept,
)
