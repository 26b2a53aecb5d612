"""The plan: what a question means, typed and closed. Words become one, and only the database makes numbers of it.

Equal meanings have equal plans: `canonical` is the form that is compared,
stored and shown. Names that are not listed here do not exist: a plan holds no text that anybody runs.
"""

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError

from doseloop.model.errors import UnusableInput

Intent = Literal["aggregate", "list", "distribution", "outliers", "correlate", "reference", "describe"]
Stat = Literal[
    "default", "value", "count", "distinct_patients", "median", "mean", "min", "max", "sum",
    "p25", "p75", "p90", "p95", "p99", "sd", "iqr",
    "exceed_count", "exceed_rate", "missing_rate", "share", "repeat_count",
]  # fmt: skip
PlanQuantity = Literal[
    "ctdivol", "dlp", "ssde", "effective_dose", "kap", "kar", "psd", "fluoro_time", "agd", "cbt",
    "kvp", "mas", "ei", "di", "administered_activity", "weight_kg", "default",
]  # fmt: skip
"""`default` stands for the figures that a modality usually has."""
Dimension = Literal[
    "scanner", "site", "protocol", "procedure", "region", "operator", "physician", "modality", "manufacturer",
    "sex", "age_group", "weight_band", "thickness_band", "hour_of_day", "weekday", "shift", "year",
]  # fmt: skip
FilterField = Literal[
    "modality", "scanner", "site", "protocol", "procedure", "region", "operator", "physician", "manufacturer",
    "sex", "age_group", "age_years", "weight_kg", "bmi", "contrast", "kvp", "hour_of_day", "weekday",
    "dlp", "ctdivol", "ssde", "effective_dose", "kap", "kar_mgy", "psd_mgy", "fluoro_time", "agd", "cbt",
    "exceeds", "is_outlier", "protocol_age_group", "cumulative_effective_dose_msv", "group_count",
]  # fmt: skip
Operation = Literal["in", "not_in", "gt", "gte", "lt", "lte", "between", "is_null", "not_null"]
PlanGrain = Literal["hour", "day", "week", "month", "quarter", "year"]
Source = Literal[
    "local_drl", "national_drl", "achievable_dose", "typical_value", "alert_level",
    "previous", "last_year", "before_after", "rest",
]  # fmt: skip
ChartKind = Literal["auto", "table", "line", "bar", "box", "histogram", "scatter", "control", "heatmap"]
_Number = StrictInt | StrictFloat
FilterValue = list[StrictBool | _Number | StrictStr] | StrictBool | _Number


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Metric(_Closed):
    """A figure that is asked for. `quantity` None: the statistic needs none (`count`), or any of the modality."""

    stat: Stat
    quantity: PlanQuantity | None = None


class Filter(_Closed):
    """A condition. Numbers are in the units of the plan: mGy, mGy·cm, Gy·cm², mSv, minutes, mm, kV, kg, years."""

    field: FilterField
    op: Operation
    value: FilterValue


class Last(_Closed):
    """So many units until now."""

    kind: Literal["last"]
    n: StrictInt = Field(ge=1, le=3660)
    unit: Literal["hour", "day", "week", "month", "quarter", "year"]


class Calendar(_Closed):
    """One whole unit of the calendar: 0 is the running one, -1 the one before."""

    kind: Literal["calendar"]
    unit: Literal["day", "week", "month", "quarter", "year"]
    offset: StrictInt = Field(ge=-40, le=0)


class Between(_Closed):
    """From `start`, included, to `end`, not included."""

    kind: Literal["between"]
    start: date
    end: date


class Since(_Closed):
    """From `start`, included, until now."""

    kind: Literal["since"]
    start: date


class All(_Closed):
    """The whole record."""

    kind: Literal["all"]


PlanTime = Annotated[Last | Calendar | Between | Since | All, Field(discriminator="kind")]


class Compare(_Closed):
    """What a figure stands beside: a reference, another period, or the others."""

    kind: Literal["reference", "period", "peers"]
    source: Source


class Order(_Closed):
    """By which figure groups or exams stand in order. `by` is `stat:quantity`, a quantity, or a statistic without one."""

    by: str | None = Field(default=None, max_length=40, pattern=r"^[a-z0-9_]+(:[a-z0-9_]+)?$")
    dir: Literal["asc", "desc"]


class Plan(_Closed):
    """What a question means. `time` None is the site's usual window; `metrics` empty are the usual figures."""

    model_config = ConfigDict(title="QueryPlan")

    intent: Intent = "aggregate"
    metrics: list[Metric] = Field(default=[], max_length=6)
    group_by: list[Dimension] = Field(default=[], max_length=3)
    grain: PlanGrain | None = None
    filters: list[Filter] = Field(default=[], max_length=12)
    time: PlanTime | None = None
    compare: list[Compare] = Field(default=[], max_length=3)
    order: Order | None = None
    limit: StrictInt | None = Field(default=None, ge=1, le=1000)
    chart: ChartKind = "auto"


def plan_of(data: object) -> Plan:
    """The plan that a mapping, as JSON gives it, stands for.

    Errors: `UnusableInput` that names the first part which is not of a plan; it repeats no value that was sent.
    """
    try:
        return Plan.model_validate_json(json.dumps(data, allow_nan=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "plan"
        raise UnusableInput(f"This is no plan: {where}: {first['msg']}.") from None
    except (TypeError, ValueError, RecursionError):
        raise UnusableInput("This is no plan: it is not JSON.") from None


def canonical(plan: Plan) -> dict[str, Any]:
    """The plan as JSON holds it, without what is left at its default; values within a filter in one order."""
    held = plan.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    for one in held.get("filters", ()):
        if isinstance(one["value"], list) and one["op"] in ("in", "not_in"):
            one["value"] = sorted(one["value"], key=lambda value: (str(type(value)), value))
    return held
