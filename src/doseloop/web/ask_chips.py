"""A plan as chips: every part of what a question means in words, with the form that changes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from doseloop.ask.department import Department
from doseloop.ask.measures import MEASURES
from doseloop.ask.plan import Between, Last, Metric, Plan, PlanTime, Since
from doseloop.ask.sentences import condition
from doseloop.ask.spoken import time_said
from doseloop.ask.tables import symbol_of
from doseloop.ask.wording import words
from doseloop.web.ask_fields import (
    UNITS,
    Field,
    charts,
    choices,
    dimensions,
    grains,
    of_filter,
    of_metric,
    sources,
)

_KINDS: Final = {
    "list": "exams, one by one", "distribution": "distribution", "outliers": "outliers", "correlate": "one against another",
    "reference": "reference levels", "describe": "what there is",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a plan."""

    part: str
    """As a change names it: `filter-0`, `time`."""
    kind: str
    """What it is, as a screen reader says it before the words."""
    said: str
    fields: tuple[Field, ...] = ()
    removable: bool = True
    action: str = "Change"


def chips(plan: Plan, department: Department) -> tuple[Chip, ...]:
    """Every part of the plan, figures first, and one to add to it."""
    return (
        *_figures(plan),
        *(
            Chip(f"filter-{at}", "Condition", condition(one), of_filter(one, department))
            for at, one in enumerate(plan.filters)
        ),
        _time(plan.time),
        *_splits(plan),
        *_others(plan),
        _more(plan),
    )


def _figures(plan: Plan) -> Iterator[Chip]:
    if plan.intent in _KINDS:
        yield Chip("intent", "Kind of answer", _KINDS[plan.intent], removable=False)
    for at, one in enumerate(plan.metrics):
        yield Chip(f"metric-{at}", "Figure", _figure(one), of_metric(one), removable=len(plan.metrics) > 1)
    if not plan.metrics and plan.intent not in ("list", "reference", "describe"):
        yield Chip("metric-new", "Figure", "usual figures", of_metric(Metric(stat="default")), removable=False)


def _figure(one: Metric) -> str:
    said = words()
    quantity = MEASURES.get(one.quantity or "")
    named = "" if quantity is None else symbol_of(quantity)
    if one.stat in ("default", "value"):
        return named or "usual figures"
    return f"{said['stats'].get(one.stat, one.stat)} {named}".strip()


def _time(time: PlanTime | None) -> Chip:
    last = time if isinstance(time, Last) else None
    start = time.start.isoformat() if isinstance(time, Between | Since) else ""
    # A plan's end is the day after; people name the last day.
    end = date_before(time) if isinstance(time, Between) else ""
    kind = "last" if last or time is None else "dates" if start else "all"
    fields = (
        Field(
            "kind",
            "Period",
            choices({"last": "the last …", "dates": "from … to …", "all": "the whole record"}, (kind,)),
        ),
        Field("n", "The last", type="number", value=str(last.n if last else 12), step="1"),
        Field("unit", "of", choices(UNITS, (last.unit if last else "month",))),
        Field("start", "First day", type="date", value=start),
        Field("end", "Last day", type="date", value=end),
    )
    said = "the last 365 days" if time is None else time_said(time).removeprefix("over ")
    return Chip("time", "Period", said, fields, removable=time is not None)


def date_before(time: Between) -> str:
    """The last day of a window whose end is not included."""
    return time.end.fromordinal(time.end.toordinal() - 1).isoformat()


def _splits(plan: Plan) -> Iterator[Chip]:
    for at, one in enumerate(plan.group_by):
        yield Chip(
            f"group-{at}",
            "Split",
            f"by {dimensions()[one]}",
            (Field("value", "Split by", choices(dimensions(), (one,))),),
        )
    if plan.grain:
        yield Chip("grain", "Trend", f"each {plan.grain}", (Field("value", "Trend", choices(grains(), (plan.grain,))),))


def _others(plan: Plan) -> Iterator[Chip]:
    for at, one in enumerate(plan.compare):
        named = sources() | {"before_after": "before and after"}
        said = f"beside the {named.get(one.source, one.source).removeprefix('the ')}"
        yield Chip(
            f"compare-{at}", "Comparison", said, (Field("value", "Beside the", choices(sources(), (one.source,))),)
        )
    if plan.order is not None or plan.limit is not None:
        direction = plan.order.dir if plan.order else ""
        said = {"desc": "highest first", "asc": "lowest first", "": ""}[direction]
        said = ", ".join(one for one in (said, f"at most {plan.limit}" if plan.limit else "") if one)
        fields = (
            Field("dir", "Order", choices({"desc": "highest first", "asc": "lowest first"}, (direction or "desc",))),
            Field("limit", "At most, rows", type="number", value=str(plan.limit or ""), step="1"),
        )
        yield Chip("order", "Order", said, fields)
    if plan.chart != "auto" and plan.intent == "aggregate":
        yield Chip(
            "chart",
            "Chart",
            charts().get(plan.chart, plan.chart),
            (Field("value", "Chart", choices(charts(), (plan.chart,))),),
        )


def _more(plan: Plan) -> Chip:
    known = {
        **{f"group:{name}": f"split by {said}" for name, said in dimensions().items() if name not in plan.group_by},
        **(
            {}
            if plan.grain
            else {f"grain:{name}": f"trend, {said}" for name, said in grains().items() if name != "hour"}
        ),
        **{f"compare:{name}": f"beside the {said}" for name, said in sources().items()},
    }
    return Chip("more", "Add", "Add", (Field("value", "Add", choices(known, ())),), removable=False, action="Add")
