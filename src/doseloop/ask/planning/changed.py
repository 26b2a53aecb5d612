"""A follow-up: one thing of the plan before changes, the rest is kept, and it is told what was."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from doseloop.ask.outcome import AskBack, NoReading, Outcome, Understood
from doseloop.ask.plan import Metric, Plan
from doseloop.ask.planning.changed_filters import changed_filters
from doseloop.ask.planning.changed_metrics import changed_metrics
from doseloop.ask.planning.filters import Resolved, resolved
from doseloop.ask.planning.fresh import require_size
from doseloop.ask.planning.groups import compared_fields
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.planning.ordering import direction, order_name
from doseloop.ask.planning.times import timed
from doseloop.ask.said import Said

_PARTS: Final = ("filters", "group_by", "grain", "time", "compare", "metrics", "order", "limit", "chart", "intent")
_NO_LIST: Final = frozenset(("share", "rate", "count", "moved", "drift", "missing_rate"))
"""Cues of figures that a list of exams has no place for."""
_LIST_CUES: Final = frozenset(("those", "list"))


def changed_plan(said: Said, before: Plan, known: KnownNames, today: date, chosen: Mapping[str, str]) -> Outcome:
    """The plan before, with what the words change.

    Raises: NoReading where nothing changes or the change makes no sense, AskBack.
    """
    if said.cues & {"undo", "together"} or said.intent == "describe" or said.intent == "reference":
        raise NoReading("not a change of the plan")
    base = tuple(
        str(one) for f in before.filters if f.field == "modality" and isinstance(f.value, list) for one in f.value
    )
    found = resolved(said, known, chosen, base)
    require_size(said, found)
    _refuse_unnamed(said, found, before)
    parts: dict[str, Any] = before.model_dump()
    parts["filters"] = [one.model_dump() for one in changed_filters(said, found, before, known)]
    _groups(said, found, before, parts)
    _time(said, before, parts, today)
    _compare(said, parts)
    _answer(said, found, before, parts)
    after = Plan.model_validate(parts)
    if after == before and not said.cues & {"same", "conjunction", "only", "keep"} and not said.clears:
        raise NoReading("nothing changes")
    _refuse_leftovers(said, after)
    return Understood(after, (), _kept(before, after), follows=True)


def _refuse_unnamed(said: Said, found: Resolved, before: Plan) -> None:
    """ "The other site" without its name, and "she" where nobody was named."""
    if "other one" in said.cues and not said.cues & {"versus", "compare", "higher"}:
        raise NoReading("which other one")
    people = found.positive("operator") + found.positive("physician")
    people += [one.field for one in before.filters if one.field in ("operator", "physician")]
    if "somebody" in said.cues and not people:
        raise AskBack("ambiguous_entity", "operator")


def _groups(said: Said, found: Resolved, before: Plan, parts: dict[str, Any]) -> None:
    groups: list[str] = list(before.group_by)
    if "groups" in said.clears:
        groups, parts["grain"] = [], None
    gone = {one.removeprefix("group ") for one in said.clears if one.startswith("group ")}
    gone |= {one.removeprefix("all ") for one in said.clears if one.startswith("all ")}
    not_by = {one.removeprefix("by ") for one in said.clears if one.startswith("by ")}
    if not not_by <= set(groups):
        raise NoReading("it was not split by that")
    groups = [one for one in groups if one not in gone | not_by]
    new = list(dict.fromkeys([*said.groups, *compared_fields(said, found)]))
    if any(
        not any(one.field == name and abs(one.at - at) <= 3 for one in said.values) for name, at, _ in said.bare_groups
    ):
        raise NoReading("a dimension that nothing is done with")
    if new:
        appends = said.appends_groups or said.adds_all
        groups = [*groups, *(one for one in new if one not in groups)] if appends else new
    if len(groups) > 3:
        raise NoReading("more than three groups")
    parts["group_by"] = groups
    if said.grain is not None:
        parts["grain"] = said.grain
    if {"grain", "all grain"} & said.clears:
        parts["grain"] = None if said.grain is None else said.grain
    if "all chart" in said.clears or "chart" in said.clears:
        parts["chart"] = "auto"


def _time(said: Said, before: Plan, parts: dict[str, Any], today: date) -> None:
    if "all time" in said.clears:
        parts["time"] = None
    when = timed(said, today, before.time)
    if when.time is not None:
        parts["time"] = when.time.model_dump()
        if when.period is None:
            parts["compare"] = [one for one in parts["compare"] if one["source"] != "before_after"]
    if when.period is not None:
        others = [one for one in parts["compare"] if one["kind"] != "period"]
        parts["compare"] = [*others, {"kind": "period", "source": when.period}]


def _compare(said: Said, parts: dict[str, Any]) -> None:
    if "all reference" in said.clears:
        parts["compare"] = []
    added: list[dict[str, str]] = []
    for name, how in said.references:
        if how in ("remove", "except"):
            _drop_reference(parts, name)
        else:
            if how == "set" and not said.adds_all and not added:
                parts["compare"] = [one for one in parts["compare"] if one["kind"] != "reference"]
            added.append({"kind": "reference", "source": name})
    parts["compare"] = [*parts["compare"], *(one for one in added if one not in parts["compare"])]
    if said.peers and {"kind": "peers", "source": "rest"} not in parts["compare"]:
        parts["compare"].append({"kind": "peers", "source": "rest"})


def _drop_reference(parts: dict[str, Any], name: str) -> None:
    left = [one for one in parts["compare"] if one["kind"] != "reference" or name not in ("any", one["source"])]
    if len(left) == len(parts["compare"]):
        raise NoReading("a reference that was not compared with")
    parts["compare"] = left


def _answer(said: Said, found: Resolved, before: Plan, parts: dict[str, Any]) -> None:
    """Metrics, order, limit, chart: what is shown of the exams that are meant."""
    if said.cues & _LIST_CUES:
        _as_list(said, before, parts)
        return
    if said.exceeds:
        _exceeding(said, before, parts)
    else:
        parts["metrics"] = [one.model_dump() for one in changed_metrics(said, found, before)]
    if said.intent is not None:
        parts["intent"] = said.intent
    elif before.intent == "list" and any(one["stat"] != "value" for one in parts["metrics"]):
        parts |= {"intent": "aggregate", "order": None, "limit": None}
    _chart(said, parts)
    _order(said, before, parts)


def _exceeding(said: Said, before: Plan, parts: dict[str, Any]) -> None:
    stat = "exceed_rate" if said.cues & {"rate", "share"} else "exceed_count"
    if stat == "exceed_count" and not said.cues & {"count", "exceedance", "most", "which_one"}:
        raise AskBack("underspecified", "metric", ("exceed_count", "list"))
    if "count_of_patients" in said.cues:
        raise AskBack("underspecified", "metric", ("exceed_count", "distinct_patients"))
    sources = _sources(said, before)
    parts["compare"] = [one for one in parts["compare"] if one["kind"] != "reference"]
    parts["compare"] += [{"kind": "reference", "source": one} for one in sources]
    parts["metrics"] = [{"stat": stat, "quantity": None}]


def _sources(said: Said, before: Plan) -> list[str]:
    compared = [one.source for one in before.compare if one.kind == "reference"]
    if "it" in said.exceeds and len(compared) != 1:
        raise NoReading("above what")
    return list(dict.fromkeys(compared[0] if one == "it" else one for one in said.exceeds))


def _as_list(said: Said, before: Plan, parts: dict[str, Any]) -> None:
    """The exams behind the figures: groups and figures go, what makes them exceed stays."""
    if said.measures and any(one.kind == "stat" for one in said.measures):
        raise NoReading("single exams have no statistic")
    if said.superlative or said.limit or said.order:
        raise NoReading("a list in an order has to say its figure")
    if said.groups or said.grain or said.intent or said.chart not in (None, "table") or said.cues & _NO_LIST:
        raise NoReading("single exams are not counted, split or drawn")
    parts |= {
        "intent": "list",
        "metrics": [],
        "group_by": [],
        "grain": None,
        "order": None,
        "limit": None,
        "chart": "auto",
    }
    sources = _sources(said, before)
    if not sources and any(one.stat in ("exceed_count", "exceed_rate") for one in before.metrics):
        sources = [str(one.source) for one in before.compare if one.kind == "reference"]
    parts["metrics"] = [{"stat": "value", "quantity": one.name} for one in said.measures if one.kind == "quantity"]
    for source in sources:
        parts["filters"].append({"field": "exceeds", "op": "in", "value": [source]})
        if not any(one["source"] == source for one in parts["compare"]):
            parts["compare"] = [*parts["compare"], {"kind": "reference", "source": source}]


def _chart(said: Said, parts: dict[str, Any]) -> None:
    if said.chart is None:
        return
    parts["chart"] = said.chart
    if said.chart in ("box", "histogram"):
        stats = {one["stat"] for one in parts["metrics"]}
        if stats & {"count", "exceed_count", "exceed_rate", "missing_rate", "share"}:
            raise NoReading("a distribution of counts")
        parts["intent"] = "distribution"
        parts["metrics"] = [
            {"stat": "value", "quantity": one["quantity"]} for one in parts["metrics"] if one["quantity"] != "default"
        ]


def _order(said: Said, before: Plan, parts: dict[str, Any]) -> None:
    metrics = [Metric.model_validate(one) for one in parts["metrics"]]
    if {"limit", "all limit"} & said.clears:
        parts["limit"] = None
    if "all order" in said.clears:
        parts["order"] = None
    if said.limit is not None:
        parts["limit"] = said.limit
    way = direction(said)
    if way is None:
        if parts["order"] is not None and metrics != before.metrics:
            parts["order"] = {"by": order_name(metrics), "dir": parts["order"]["dir"]}
        return
    if not (parts["group_by"] or parts["grain"] or parts["intent"] == "list"):
        raise NoReading("one figure has no order")
    name = order_name(metrics)
    if name is None:
        raise AskBack("underspecified", "metric", ("dlp", "ctdivol"))
    parts["order"] = {"by": name, "dir": way}
    if said.limit is None and "which_one" in said.cues and said.superlative is not None:
        parts["limit"] = 1


def _refuse_leftovers(said: Said, after: Plan) -> None:
    """What was said has to be somewhere in the plan."""
    if said.cues & {"moved", "drift"} and not (after.grain or after.chart in ("line", "control") or after.compare):
        raise AskBack("underspecified", "metric")
    compared = after.compare or "versus_pair" in said.cues or "compared" in said.cues
    if said.cues & {"versus", "compare", "higher"} and not compared:
        raise NoReading("nothing to compare with")


def _kept(before: Plan, after: Plan) -> tuple[str, ...]:
    old, new = before.model_dump(), after.model_dump()
    kept = [
        part for part in _PARTS if part != "filters" and old[part] == new[part] and old[part] not in (None, [], "auto")
    ]
    return tuple(kept + [f"filter {one.field}" for one in before.filters if one in after.filters])
