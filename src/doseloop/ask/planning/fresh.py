"""A question that stands alone, as a plan."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Filter, Metric, Plan
from doseloop.ask.planning.filters import Resolved, filter_of, resolved
from doseloop.ask.planning.groups import asked_groups
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.planning.metrics import asked_metrics, free_measures, meant, metric, quantities_of, without_named_mean
from doseloop.ask.planning.ordering import asked_limit, asked_order
from doseloop.ask.planning.times import timed
from doseloop.ask.said import Said
from doseloop.ask.units import DOSES, QUANTITY_OF_FIELD

CHANGES: Final = frozenset(
    ("remove", "add", "same", "conjunction", "instead", "instead_of", "replace", "those", "undo", "keep")
)
"""Cues of words that only make sense after another question."""
_FIGURES: Final = frozenset(
    (
        "count",
        "share",
        "rate",
        "exceedance",
        "missing",
        "missing_rate",
        "moved",
        "drift",
        "numbers",
        "most",
        "top",
        "count_of_patients",
    )
)
"""Cues of what is counted or told over time."""
_COUNTS: Final = frozenset(("count", "distinct_patients", "missing_rate", "share", "repeat_count"))


def fresh_plan(said: Said, known: KnownNames, today: date, chosen: Mapping[str, str]) -> Plan:
    """The plan of a question that needs none before it.

    Raises: NoReading, AskBack.
    """
    if said.cues & CHANGES or said.adds_all or is_moved(said):
        raise AskBack("no_context")
    not_by = {one.removeprefix("by ") for one in said.clears if one.startswith("by ")}
    if any(one.startswith(("all ", "group ")) or one in ("groups", "limit", "chart", "grain") for one in said.clears):
        raise AskBack("no_context")
    if not_by & set(said.groups):
        raise NoReading("split by it and not")
    said.measures = meant(said.measures)
    found = resolved(said, known, chosen)
    require_size(said, found)
    _require_somebody(said, found.positive("operator") + found.positive("physician"))
    if said.intent == "describe" or _asks_for_names(said):
        return _described(said, found)
    _group_both_sexes(said, found)
    _mark_relations(said, found)
    if _is_reference(said, found):
        return _reference(said, found)
    return _planned(said, found, known, today)


def _is_everything(one: Filter, groups: list[str], known: KnownNames) -> bool:
    """Sites that are compared and are all there are only group."""
    sites = known.vocabulary.department.sites
    return (
        one.field == "site"
        and one.op == "in"
        and "site" in groups
        and isinstance(one.value, list)
        and set(one.value) == set(sites)
    )


def is_moved(said: Said) -> bool:
    """Whether the only window is told by the one of the question before."""
    return len(said.windows) == 1 and said.windows[0].shift == "earlier"


def _planned(said: Said, found: Resolved, known: KnownNames, today: date) -> Plan:
    groups = asked_groups(said, found)
    when = timed(said, today)
    parts: dict[str, Any] = {
        "group_by": groups,
        "grain": said.grain,
        "time": when.time,
        "compare": comparisons(said, when.period),
        "chart": said.chart or "auto",
    }
    compared = "versus_pair" in said.cues
    filters = [one for one in found.filters() if not (compared and _is_everything(one, groups, known))]
    if said.intent in ("distribution", "outliers", "correlate") or said.chart in ("box", "histogram", "scatter"):
        parts |= _by_exam(said, found)
    elif _is_list(said, found, groups):
        parts |= _listed(said, found, filters)
    else:
        parts |= _aggregated(said, found, groups, filters)
    _require_sense(said, found, parts)
    _require_modality(said, found, known, parts)
    return Plan.model_validate(parts | {"filters": with_modality(filters, found)})


def with_modality(filters: list[Any], found: Resolved) -> list[Any]:
    """The filters with that of the modality, where it is known and not among them."""
    if any(one.field == "modality" for one in filters) or not found.modalities:
        return filters
    return [filter_of("modality", "in", list(found.modalities)), *filters]


def comparisons(said: Said, period: str | None) -> list[dict[str, str]]:
    """What the figures stand beside."""
    named = [name for name, how in said.references if how in ("set", "add")]
    if "it" in said.exceeds and len(named) != 1:
        raise NoReading("above what")
    names = named + [one for one in said.exceeds if one != "it"]
    found = [{"kind": "reference", "source": name} for name in dict.fromkeys(names)]
    if period is not None:
        found.append({"kind": "period", "source": period})
    if said.peers:
        found.append({"kind": "peers", "source": "rest"})
    return found


def _mark_relations(said: Said, found: Resolved) -> None:
    """ "AGD versus thickness": two quantities of each exam are set against each other."""
    at = said.places.get("versus")
    quantities = [one for one in said.measures if one.kind == "quantity" and one.at not in found.attached]
    if at is not None and any(one.at < at for one in quantities) and any(one.at > at for one in quantities):
        said.cue("versus_quantity", at)
        said.intent = "correlate"


def _asks_for_names(said: Said) -> bool:
    """ "Which protocols does CT4 have": names, no figures."""
    busy = (
        said.measures
        or said.windows
        or said.references
        or said.exceeds
        or said.bounds
        or said.superlative
        or said.intent
    )
    cues = said.cues & {
        "dose",
        "count",
        "share",
        "rate",
        "exceedance",
        "missing",
        "moved",
        "versus",
        "compare",
        "most",
        "top",
        "numbers",
    }
    return (
        "which_many" in said.cues
        and len(said.groups) == 1
        and not busy
        and not cues
        and not said.chart
        and said.limit is None
    )


def _group_both_sexes(said: Said, found: Resolved) -> None:
    """Women and men are all there is: the figures are split, nobody is left out."""
    if set(found.positive("sex")) == {"F", "M"}:
        found.named = [one for one in found.named if one.field != "sex"]
        said.groups.append("sex")
        said.cue("compared", 0)


def require_size(said: Said, found: Resolved) -> None:
    """ "Heavy patients" need a number; beside one the word says nothing more.

    Raises: AskBack without one.
    """
    limited = {one.field for one, _ in found.limits}
    if "vague weight_kg" in said.cues and not limited & {"weight_kg", "bmi"}:
        raise AskBack("underspecified", "weight_kg")
    if "vague age_years" in said.cues and "age_years" not in limited:
        raise AskBack("underspecified", "age_years")


def _require_somebody(said: Said, people: list[str | bool | int]) -> None:
    """ "He" and "she" are a person who was named. Raises: AskBack where none or several were."""
    if "somebody" in said.cues and len(people) != 1:
        raise AskBack("ambiguous_entity", "operator")


def _described(said: Said, found: Resolved) -> Plan:
    _require_names_alone(said)
    if said.chart not in (None, "table") or len(said.groups) + len(said.bare_groups) > 1:
        raise NoReading("a list of names is no chart and has no groups")
    filters = with_modality(found.filters(), found)
    return Plan.model_validate({"intent": "describe", "group_by": said.groups[:1], "filters": filters})


def _require_names_alone(said: Said) -> None:
    """Names and levels are told as they stand. Raises: NoReading where a figure, a time, an order or a comparison is said too."""
    others = said.windows or said.bounds or said.exceeds or said.grain or said.missing or said.period or said.peers
    if others or said.order or said.superlative or said.limit or said.measures or said.cues & _FIGURES:
        raise NoReading("figures are asked for beside names")
    if said.intent not in (None, "describe", "reference") or (said.references and said.intent == "describe"):
        raise NoReading("two kinds of answer")


def _is_reference(said: Said, found: Resolved) -> bool:
    """ "What is our local DRL for CT head": the level itself is asked for."""
    if said.intent == "reference":
        return True
    busy = said.cues & {"dose", "count", "share", "versus", "compare", "exceed", "higher", "exams", "list", "moved", "which_one",
                        "within", "numbers"}  # fmt: skip
    others = said.measures or said.windows or said.groups or said.exceeds or said.grain or said.chart or said.bounds
    return bool(said.references) and not busy and not others and said.intent is None


def _reference(said: Said, found: Resolved) -> Plan:
    if [one for one in said.measures if one.kind == "stat"]:
        raise NoReading("a reference level has no figures of ours")
    measures, said.measures = said.measures, []
    _require_names_alone(said)
    said.measures = measures
    if said.groups or said.bare_groups or said.chart not in (None, "table"):
        raise NoReading("a level has no groups")
    if quantities_of(free_measures(said, found)):
        raise NoReading("a reference level is asked for as a whole")
    filters = with_modality(found.filters(), found)
    return Plan.model_validate({"intent": "reference", "filters": filters, "compare": comparisons(said, None)})


def _by_exam(said: Said, found: Resolved) -> dict[str, Any]:
    """Distributions, outliers and relations: values of single exams."""
    measures = without_named_mean(said, free_measures(said, found))
    if any(one.kind == "stat" for one in measures) or said.exceeds or said.superlative or said.limit or said.order:
        raise NoReading("a distribution has no statistic")
    if said.cues & {"count", "share", "missing", "rate"}:
        raise NoReading("a distribution is no count")
    quantities = quantities_of(measures)
    intent = said.intent or ("correlate" if said.chart == "scatter" else "distribution")
    metrics = [metric("value", one) for one in quantities]
    if intent == "correlate":
        if len(metrics) != 2 or said.chart not in (None, "line", "scatter"):
            raise NoReading("a relation is between two quantities")
        return {"intent": intent, "metrics": metrics, "chart": "scatter"}
    if intent == "distribution":
        return {"intent": intent, "metrics": metrics, "chart": said.chart or "histogram"}
    return {"intent": intent, "metrics": metrics}


def _is_list(said: Said, found: Resolved, groups: list[str]) -> bool:
    if groups or said.grain:
        return False
    if "list" in said.cues or ("top" in said.cues and not _statistics(said)):
        return True
    doses = any(
        one.field in {"kar_mgy", "psd_mgy"} or QUANTITY_OF_FIELD.get(one.field) in DOSES for one, _ in found.limits
    )
    counted = said.cues & {"count", "share", "missing", "rate", "exceedance"} or said.exceeds or _statistics(said)
    return doses and not counted and not said.peers and said.chart in (None, "table")


def _statistics(said: Said) -> bool:
    return any(one.kind == "stat" for one in said.measures)


def _listed(said: Said, found: Resolved, filters: list[Any]) -> dict[str, Any]:
    measures = without_named_mean(said, free_measures(said, found))
    if any(one.kind == "stat" for one in measures) or said.cues & {"share", "rate"}:
        raise NoReading("single exams have no statistic")
    if said.missing is not None:
        if said.missing != "weight_kg":
            raise NoReading("only the weight may be asked for as missing")
        filters.append(filter_of("weight_kg", "is_null", True))
    limited = [one for one in dict.fromkeys(found.attached.values()) if one not in ("weight_kg", "kvp", "cumulative")]
    names = quantities_of(measures) or limited
    metrics = [metric("value", one) for one in names]
    sources = [one["source"] for one in comparisons(said, None) if one["kind"] == "reference"]
    if said.exceeds:
        filters.append(filter_of("exceeds", "in", sources))
    limit = said.limit
    if said.superlative is not None and limit is None and "top" not in said.cues:
        limit = 1 if "one" in said.cues else None
    return {"intent": "list", "metrics": metrics, "order": asked_order(said, metrics), "limit": limit}


def _aggregated(said: Said, found: Resolved, groups: list[str], filters: list[Any]) -> dict[str, Any]:
    metrics = asked_metrics(said, found)
    if said.missing is not None and all(one.stat != "missing_rate" for one in metrics):
        if said.missing != "weight_kg":
            raise NoReading("only exams without a weight are a group")
        filters.append(filter_of(said.missing, "is_null", True))
    if said.superlative is not None and not groups and not said.grain:
        return {"metrics": _extreme(said, metrics)}
    if said.order is not None and not groups and not said.grain:
        raise NoReading("one figure has no order")
    order = asked_order(said, metrics)
    return {"intent": "aggregate", "metrics": metrics, "order": order, "limit": asked_limit(said)}


def _extreme(said: Said, metrics: list[Metric]) -> list[Metric]:
    """ "The highest DLP" is the maximum."""
    if len(metrics) != 1 or metrics[0].stat != "default" or said.limit is not None:
        raise NoReading("the highest of what")
    if "most" in said.cues:
        raise NoReading("most of what")
    return [metric("max" if said.superlative == "desc" else "min", metrics[0].quantity)]


def _require_sense(said: Said, found: Resolved, parts: dict[str, Any]) -> None:
    compared = bool(parts["compare"]) or "versus_pair" in said.cues or parts.get("intent") == "correlate"
    compared = compared or "compared" in said.cues or (bool(said.bare_groups) and "compare" in said.cues)
    compared = compared or ("compare" in said.cues and bool(parts["group_by"]))
    if said.cues & {"versus", "compare"} and not compared:
        raise NoReading("nothing to compare with")
    if "higher" in said.cues and not compared:
        raise AskBack("underspecified", "metric")
    if "moved" in said.cues and not (parts["grain"] or parts["chart"] in ("line", "control") or compared):
        raise AskBack("underspecified", "metric")
    if "drift" in said.cues and not (parts["grain"] or parts["chart"] in ("line", "control")):
        raise AskBack("underspecified", "metric")
    metrics: list[Metric] = parts.get("metrics", [])
    counted = bool(metrics) and all(one.stat in _COUNTS for one in metrics)
    if counted and any(one["kind"] == "reference" for one in parts["compare"]):
        raise NoReading("a number of exams is not compared with a level")
    if said.peers and not _has_one(found):
        raise NoReading("the rest of what")
    if any(one.field == "group_count" for one, _ in found.limits) and not parts["group_by"]:
        raise NoReading("a number of exams of which group")


def _has_one(found: Resolved) -> bool:
    return any(
        found.positive(name) for name in ("operator", "physician", "scanner", "site", "manufacturer", "protocol")
    )


def _require_modality(said: Said, found: Resolved, known: KnownNames, parts: dict[str, Any]) -> None:
    """Doses of different kinds of equipment are never put together."""
    if found.modalities or "modality" in parts["group_by"] or found.positive("modality"):
        return
    metrics: list[Metric] = parts.get("metrics", [])
    says_something = (
        said.cues - {"exams", "patients", "only", "except", "what_is", "superlative"} or said.measures or said.groups
    )
    if not metrics and not says_something and not parts["compare"] and not said.intent:
        raise AskBack("no_context" if said.values or said.bounds else "underspecified")
    if not metrics or any(one.quantity == "default" for one in metrics):
        raise AskBack("missing_modality", "modality", known.modalities)
