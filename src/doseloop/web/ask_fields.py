"""The fields of the small forms in which a part of a plan is changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from doseloop.ask.department import Department
from doseloop.ask.fields import WORDS, kind_of
from doseloop.ask.measures import MEASURES
from doseloop.ask.plan import ChartKind, Dimension, Filter, Metric, PlanGrain, Stat
from doseloop.ask.tables import symbol_of
from doseloop.ask.wording import outcomes, words

RELATIONS: Final = {"gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "between": "between"}
LISTED: Final = {"in": "is", "not_in": "is not"}
UNITS: Final = {
    "hour": "hours",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "quarter": "quarters",
    "year": "years",
}
SOURCES: Final = ("local_drl", "national_drl", "achievable_dose", "typical_value", "previous", "last_year", "rest")
WITHOUT_QUANTITY: Final = frozenset(
    ("count", "distinct_patients", "repeat_count", "exceed_count", "exceed_rate", "share")
)
_CHARTS: Final = {
    "auto": "as fits",
    "table": "table alone",
    "line": "lines",
    "bar": "bars",
    "box": "boxes",
    "histogram": "histogram",
}
_REGIONS: Final = ("head", "neck", "chest", "abdomen", "pelvis", "spine", "heart", "breast", "leg", "arm")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a select."""

    value: str
    said: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One control: a select where it has choices, of several values where `several`; else an input of the type."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    several: bool = False
    type: str = "text"
    value: str = ""
    step: str = ""


def choices(given: Mapping[str, str], chosen: Iterable[object]) -> tuple[Choice, ...]:
    """The choices, and what is chosen although it is none of them."""
    held = {str(one) for one in chosen}
    listed = {**given, **{one: one for one in sorted(held - given.keys())}}
    return tuple(Choice(value, said, value in held) for value, said in listed.items())


def of_filter(one: Filter, department: Department) -> tuple[Field, ...]:
    """The controls of a condition."""
    kind = kind_of(one.field)
    if one.op in ("is_null", "not_null"):
        known = {"not_null": "recorded", "is_null": "not recorded"}
        negated = one.value is False
        told = ("not_null" if one.op == "is_null" else "is_null") if negated else one.op
        return (Field("op", "It is", choices(known, (told,))),)
    values = one.value if isinstance(one.value, list) else [one.value]
    if kind == "truth":
        return (Field("value", "It is", choices({"true": "yes", "false": "no"}, (str(values[0]).lower(),))),)
    if one.op in RELATIONS:
        first, second = values[0], values[-1] if one.op == "between" else ""
        return (
            Field("op", "It is", choices(RELATIONS, (one.op,))),
            Field("low", "Value", type="number", value=f"{first:g}", step="any"),
            Field("high", "and, if between", type="number", value=f"{second:g}" if second != "" else "", step="any"),
        )
    return (
        Field("op", "It", choices(LISTED, (one.op,))),
        Field(
            "value",
            "Any of" if len(values) > 1 else "Which",
            choices(_values_of(one.field, department), values),
            len(values) > 1,
        ),
    )


def of_metric(one: Metric) -> tuple[Field, ...]:
    """The controls of a figure."""
    stats = words()["stats"]
    known = {"default": "usual figures", **{stat: str(stats[stat]) for stat in get_args(Stat) if stat in stats}}
    quantities = {"default": "usual quantities", **{name: symbol_of(each) for name, each in MEASURES.items()}}
    stat = "default" if one.stat == "value" else one.stat
    return (
        Field("stat", "Figure", choices(known, (stat,))),
        Field("quantity", "of", choices(quantities, (one.quantity or "default",))),
    )


def dimensions() -> dict[str, str]:
    """What an answer may be split by."""
    said = words()["dimensions"]
    return {name: str(said[name]) for name in get_args(Dimension)}


def grains() -> dict[str, str]:
    """The periods of a trend."""
    return {name: f"each {name}" for name in get_args(PlanGrain)}


def sources() -> dict[str, str]:
    """What figures may stand beside."""
    told = {**words()["sources"], **words()["others"]}
    return {name: str(told[name]) for name in SOURCES}


def charts() -> dict[str, str]:
    """The forms of a chart that the page draws."""
    return {name: said for name, said in _CHARTS.items() if name in get_args(ChartKind)}


def _values_of(field: str, department: Department) -> dict[str, str]:
    named: dict[str, Iterable[str]] = {
        "scanner": (one.name for one in department.scanners),
        "site": department.sites,
        "operator": department.operators,
        "physician": department.physicians,
        "procedure": (name for _, name in department.procedures),
        "protocol": department.protocols,
        "manufacturer": sorted({one.manufacturer for one in department.scanners if one.manufacturer}),
        "region": _REGIONS,
    }
    if field in named:
        return {one: one for one in named[field]}
    if field == "modality":
        return {one: str(outcomes()["options"].get(one, one)) for one in department.modalities()}
    if field == "weekday":
        return {str(at): str(one) for at, one in enumerate(words()["weekdays"])}
    if field == "hour_of_day":
        return {str(hour): f"{hour} to {hour + 1} o’clock" for hour in range(24)}
    if field in WORDS:
        said = {"sex": words()["sexes"], "exceeds": words()["sources"]}.get(field, {})
        return {one: str(said.get(one, one)) for one in sorted(WORDS[field])}
    return {}


def typed(field: str, texts: list[str]) -> list[Any]:
    """The values of a condition as a plan has them: whole numbers for hours and weekdays, text else."""
    return [int(one) if kind_of(field) in ("whole", "number") and one.lstrip("-").isdigit() else one for one in texts]
