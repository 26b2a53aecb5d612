"""Which plans can be answered at all, before anything is counted: what is wrong, why, and what to ask instead.

Rights and names are looked at elsewhere (`ask.names`): this needs the plan alone.
"""

from collections.abc import Iterator
from typing import Final

from doseloop.ask.fields import MEASURED, PEOPLE, WHOLE, WORDS, kind_of, measure_of
from doseloop.ask.measures import MEASURES, USUAL, family
from doseloop.ask.plan import Compare, Filter, Metric, Plan
from doseloop.model.errors import NotAnswerable

REASONS: Final = frozenset(
    (
        *("missing_modality", "unknown_entity", "underspecified", "ambiguous_reference"),
        *("no_such_data", "permission", "unsupported_calculation"),
    )
)
NEEDS_QUANTITY: Final = frozenset(
    (
        "default",
        "value",
        "median",
        "mean",
        "min",
        "max",
        "sum",
        "p25",
        "p75",
        "p90",
        "p95",
        "p99",
        "sd",
        "iqr",
        "missing_rate",
    )
)
EXCEEDING: Final = frozenset(("exceed_count", "exceed_rate"))
PERIODS: Final = frozenset(("previous", "last_year", "before_after"))
REFERENCES: Final = frozenset(("local_drl", "national_drl", "achievable_dose", "typical_value", "alert_level"))
_MOST_TEXT: Final = 200
_MOST_NUMBER: Final = 1e9
_RELATIONS: Final = frozenset(("gt", "gte", "lt", "lte"))
_KINDS: Final = {**dict.fromkeys(REFERENCES, "reference"), **dict.fromkeys(PERIODS, "period"), "rest": "peers"}


def check(plan: Plan) -> None:
    """Errors: `NotAnswerable` with the first thing that is wrong."""
    for one in plan.filters:
        _check_filter(one)
    for metric in plan.metrics:
        _check_metric(metric, plan)
    for compare in plan.compare:
        _check_compare(compare, plan)
    _check_groups(plan)
    _check_modalities(plan)


def modalities_of(plan: Plan) -> frozenset[str] | None:
    """Those that the plan's filter names, with those that share names; None where it names none."""
    for one in plan.filters:
        if one.field == "modality" and one.op == "in" and isinstance(one.value, list):
            return family(frozenset(str(value) for value in one.value))
    return None


def quantities_of(plan: Plan) -> Iterator[str]:
    """The quantities that the plan's metrics and filters name."""
    for metric in plan.metrics:
        if metric.quantity not in (None, "default"):
            yield metric.quantity
    for one in plan.filters:
        name = measure_of(one.field)
        if name is not None:
            yield name


def _check_filter(one: Filter) -> None:
    kind, value = kind_of(one.field), one.value
    if one.op in ("is_null", "not_null"):
        if not isinstance(value, bool):
            raise _wrong(one, "takes true or false")
        return
    if one.op in _RELATIONS and (kind not in ("number", "whole") or not _is_number(value)):
        raise _wrong(
            one,
            "is compared with one number" if kind in ("number", "whole") else "is not greater or less than anything",
        )
    if one.op == "between":
        _check_ends(one)
    if one.op in ("in", "not_in"):
        _check_listed(one)
    if (
        kind == "whole"
        and one.op in ("in", "not_in")
        and not all(_within(each, WHOLE[one.field]) for each in _listed(one))
    ):
        raise _wrong(one, f"lies between {WHOLE[one.field][0]} and {WHOLE[one.field][1]}")


def _check_ends(one: Filter) -> None:
    ends = _listed(one)
    if kind_of(one.field) not in ("number", "whole") or len(ends) != 2 or not all(map(_is_number, ends)):
        raise _wrong(one, "takes two numbers there")
    if ends[0] > ends[1]:  # type: ignore[operator]  # both are numbers
        raise _wrong(one, "takes the lower number first")


def _check_listed(one: Filter) -> None:
    kind, values = kind_of(one.field), _listed(one)
    if not values:
        raise _wrong(one, "names nothing")
    if kind == "truth" and not all(isinstance(each, bool) for each in values):
        raise _wrong(one, "takes true or false")
    if kind in ("number", "whole") and not all(map(_is_number, values)):
        raise _wrong(one, "takes numbers")
    if kind in ("name", "word") and not all(isinstance(each, str) and 0 < len(each) <= _MOST_TEXT for each in values):
        raise _wrong(one, f"takes names of 1 to {_MOST_TEXT} characters")
    if kind == "word" and not WORDS[one.field].issuperset(map(str, values)):
        raise _wrong(one, f"is one of {', '.join(sorted(WORDS[one.field]))}")


def _check_metric(metric: Metric, plan: Plan) -> None:
    if metric.stat in EXCEEDING and not _references(plan):
        raise NotAnswerable(
            "ambiguous_reference",
            "What should have been exceeded is not named.",
            "Name the local or the national reference level.",
        )
    if metric.stat == "missing_rate" and metric.quantity in (None, "default"):
        raise NotAnswerable("underspecified", "What may be missing is not named.", "Ask for a quantity, as the weight.")
    if metric.stat == "share" and not any(shared(one) for one in plan.filters):
        raise NotAnswerable(
            "underspecified", "The share of what is not named.", "Name a condition, as less than 100 kV."
        )


def shared(one: Filter) -> bool:
    """Whether it is a condition of which a share can be asked."""
    return one.field not in ("modality", "scanner", "site", "procedure", "region", "manufacturer")


def _check_compare(one: Compare, plan: Plan) -> None:
    if _KINDS[one.source] != one.kind:
        raise NotAnswerable("underspecified", f"{one.source} is no comparison with a {one.kind}.")
    if one.source == "alert_level":
        raise NotAnswerable(
            "no_such_data",
            "Alert levels are thresholds of single exams, and no median is compared with them.",
            "Flags show what went beyond one.",
        )
    if one.source == "before_after" and (plan.time is None or plan.time.kind != "since"):
        raise NotAnswerable("underspecified", "Before and after what day is not named.", "Ask since a date.")
    if one.source == "rest" and not any(_peers(each) for each in plan.filters):
        raise NotAnswerable(
            "underspecified", "Whom the rest is compared with is not named.", "Name a scanner, a site or a person."
        )


def _peers(one: Filter) -> bool:
    return one.op == "in" and one.field in ("scanner", "site", "manufacturer", "protocol", *PEOPLE)


def _check_groups(plan: Plan) -> None:
    if len(set(plan.group_by)) < len(plan.group_by):
        raise NotAnswerable("underspecified", "One grouping is named twice.")
    if PEOPLE.issubset(plan.group_by):
        raise NotAnswerable(
            "permission",
            "Operators are not shown together with physicians: pairs would be too few to hide anybody.",
            "Group by one of them.",
        )
    if "thickness_band" in plan.group_by and any(
        metric.quantity not in (None, "default") and not MEASURES[metric.quantity].per_acquisition
        for metric in plan.metrics
        if metric.quantity in MEASURES
    ):
        raise NotAnswerable(
            "unsupported_calculation", "A thickness is of one view, and this quantity is of whole exams."
        )


def _check_modalities(plan: Plan) -> None:
    named = modalities_of(plan)
    for name in quantities_of(plan):
        if name == "psd":
            raise NotAnswerable(
                "no_such_data",
                "Peak skin dose is not in the record: it needs the geometry of each exposure and is estimated for single exams.",
                "Ask for air kerma at the reference point.",
            )
        measure = MEASURES[name]
        if named is not None and measure.modalities and not named & measure.modalities:
            raise NotAnswerable(
                "no_such_data",
                f"{measure.quantity.symbol} does not exist for {', '.join(sorted(named))}.",
                f"It does for {', '.join(sorted(measure.modalities))}.",
            )
    if named is not None and needs_usual(plan) and not named & USUAL.keys():
        raise NotAnswerable(
            "no_such_data", f"There is no usual dose for {', '.join(sorted(named))}.", "Name a quantity."
        )


def needs_usual(plan: Plan) -> bool:
    """Whether the plan asks for the usual quantities of a modality."""
    if plan.intent in ("reference", "describe"):
        return False
    return not plan.metrics or any(
        metric.quantity == "default" or (metric.quantity is None and metric.stat in NEEDS_QUANTITY)
        for metric in plan.metrics
    )


def _references(plan: Plan) -> list[Compare]:
    return [one for one in plan.compare if one.kind == "reference"]


def _wrong(one: Filter, said: str) -> NotAnswerable:
    name = MEASURED.get(one.field, one.field)
    return NotAnswerable("underspecified", f"The condition on {name.replace('_', ' ')} {said}.")


def _listed(one: Filter) -> list[bool | int | float | str]:
    if not isinstance(one.value, list):
        raise _wrong(one, "takes a list")
    return one.value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _MOST_NUMBER


def _within(value: object, ends: tuple[int, int]) -> bool:
    return isinstance(value, int) and ends[0] <= value <= ends[1]
