"""A plan said in words. What is said reads back as the same plan; `tests/ask/test_spoken.py` holds that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from doseloop.ask.language import language
from doseloop.ask.plan import All, Between, Calendar, Filter, Last, Metric, Plan, PlanTime, Since

_PLACES: Final = {"scanner": "on", "site": "at", "operator": "done by", "physician": "done by", "procedure": "for"}


def said_of(plan: Plan, code: str = "en") -> str:
    """The plan as a sentence in a language."""
    return _Sentence(plan, language(code).spoken).text()


@dataclass(frozen=True)
class _Sentence:
    plan: Plan
    words: dict[str, Any]

    def text(self) -> str:
        parts = [
            self._head(),
            *self._filters(),
            *self._groups(),
            self._time(),
            *self._compared(),
            self._ordered(),
            self._chart(),
        ]
        return " ".join(one for one in parts if one)

    def _head(self) -> str:
        plan = self.plan
        named = [self._metric(one) for one in plan.metrics]
        if plan.intent == "list":
            return f"list exams, {self._and(named)}" if named else "list exams"
        if plan.intent == "distribution":
            return f"distribution of {self._and(named) or self.words['quantity']['default']}"
        if plan.intent == "outliers":
            return f"outliers, {self._and(named)}" if named else "outliers"
        if plan.intent == "correlate":
            return " versus ".join(named)
        if plan.intent == "reference":
            return f"what is {self._references()}"
        if plan.intent == "describe":
            return f"which {self.words['dimension'][plan.group_by[0]]}s do we have"
        return self._and(named) or "doses"

    def _metric(self, one: Metric) -> str:
        if one.stat == "missing_rate":
            return f"share of missing {self.words['quantity'][one.quantity]}"
        if one.stat in self.words["alone"]:
            return str(self.words["alone"][one.stat])
        quantity = str(self.words["quantity"][one.quantity])
        return quantity if one.stat in ("default", "value") else f"{self.words['stat'][one.stat]} {quantity}"

    @staticmethod
    def _and(parts: list[str]) -> str:
        return " and ".join(parts)

    def _references(self) -> str:
        return self._and([self.words["reference"][one.source] for one in self.plan.compare if one.kind == "reference"])

    @cached_property
    def _fields(self) -> set[str]:
        return {one.field for one in self.plan.filters if one.op == "in"}

    def _filters(self) -> Iterator[str]:
        yield from (self._filter(one) for one in sorted(self.plan.filters, key=lambda one: one.op == "not_in"))

    def _filter(self, one: Filter) -> str:
        values = one.value if isinstance(one.value, list) else [one.value]
        if one.op in ("gt", "gte", "lt", "lte", "between"):
            return self._limit(one, values)
        if one.op == "not_null":
            return "with recorded weight"
        if one.op == "is_null":
            return "with no recorded weight"
        return self._values(one, values)

    def _limit(self, one: Filter, values: list[Any]) -> str:
        of, unit = self.words["of"].get(one.field, ""), self.words["unit"].get(one.field, "")
        words = (
            f"between {values[0]:g} and {values[1]:g}"
            if one.op == "between"
            else f"{self.words['op'][one.op]} {values[0]:g}"
        )
        return " ".join(part for part in (of, words, unit) if part)

    def _values(self, one: Filter, values: list[Any]) -> str:
        before = "except" if one.op == "not_in" else _PLACES.get(one.field, "in")
        named = [self._value(one.field, value) for value in values]
        if one.field == "modality" and one.op == "in" and self._fields & {"procedure", "region", "scanner"}:
            return "" if "region" not in self._fields else f"for {self._and(named)} of"
        if one.field == "exceeds":
            return f"above {self._and(named)}"
        if one.field in ("contrast", "is_outlier", "region", "protocol_age_group"):
            return self._and(named)
        return f"{before} {self._and(named)}"

    def _value(self, field: str, value: Any) -> str:
        if field == "contrast":
            return "with contrast" if value else "without contrast"
        if field == "is_outlier":
            return "excluding outliers"
        if field == "protocol_age_group":
            return f"with {value} protocol"
        if field == "kvp":
            return f"{value:g} kV"
        if field == "weekday":
            return str(self.words["weekday"][value])
        table = "reference" if field == "exceeds" else field
        return (
            str(self.words.get(table, {}).get(value, value)) if isinstance(self.words.get(table), dict) else str(value)
        )

    def _groups(self) -> Iterator[str]:
        if self.plan.group_by and self.plan.intent != "describe":
            yield "by " + self._and([self.words["dimension"][one] for one in self.plan.group_by])
        if self.plan.grain:
            yield f"per {self.plan.grain}"

    def _time(self) -> str:
        if any(one.source == "before_after" for one in self.plan.compare) and isinstance(self.plan.time, Since):
            return f"before and after {self.plan.time.start.isoformat()}"
        return "" if self.plan.time is None else time_said(self.plan.time)

    def _compared(self) -> Iterator[str]:
        others = {"previous": "the previous period", "last_year": "the same period last year", "rest": "the rest"}
        counted = any(one.stat in ("exceed_count", "exceed_rate") for one in self.plan.metrics)
        if self.plan.intent != "reference" and not (self._fields & {"exceeds"}) and (names := self._references()):
            yield f"exceeding {names}" if counted else f"compared with {names}"
        yield from (f"compared with {others[one.source]}" for one in self.plan.compare if one.source in others)

    def _ordered(self) -> str:
        if self.plan.order is None:
            return ""
        highest = self.plan.order.dir == "desc"
        if self.plan.limit is not None:
            return f"top {self.plan.limit}" if highest else f"lowest {self.plan.limit}"
        return "highest first" if highest else "lowest first"

    def _chart(self) -> str:
        usual = {"distribution": "histogram", "correlate": "scatter"}.get(self.plan.intent, "auto")
        return "" if self.plan.chart in (usual, "auto") else str(self.words["chart"][self.plan.chart])


def time_said(time: PlanTime) -> str:
    """A window in words."""
    if isinstance(time, Last):
        return f"over the last {time.n} {time.unit}s"
    if isinstance(time, Between):
        return f"from {time.start.isoformat()} to {(time.end - timedelta(days=1)).isoformat()}"
    if isinstance(time, Since):
        return f"since {time.start.isoformat()}"
    if isinstance(time, All):
        return "of all time"
    return _calendar_said(time)


def _calendar_said(time: Calendar) -> str:
    if time.unit == "day" and time.offset >= -1:
        return "today" if time.offset == 0 else "yesterday"
    if time.offset >= -1:
        return f"this {time.unit}" if time.offset == 0 else f"last {time.unit}"
    return f"{-time.offset} {time.unit}s ago"
