"""A plan with one part changed, added or taken away, as the form of a chip sends it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.http import QueryDict

from doseloop.ask.fields import kind_of
from doseloop.ask.plan import Plan, canonical, plan_of
from doseloop.model.errors import UnusableInput
from doseloop.web.ask_fields import RELATIONS, WITHOUT_QUANTITY, typed

_LISTS: Final = {"metric": "metrics", "filter": "filters", "group": "group_by", "compare": "compare"}
_KIND_OF_SOURCE: Final = {"previous": "period", "last_year": "period", "before_after": "period", "rest": "peers"}


def changed(plan: Plan, part: str, given: QueryDict) -> Plan:
    """The plan with the part as the form says. Errors: `UnusableInput` where there is no such part, or it cannot be so."""
    held = canonical(plan)
    name, _, place = part.partition("-")
    if name in _LISTS and place != "new":
        listed = held.get(_LISTS[name], [])
        at = _place(place, len(listed))
        listed[at] = _one(name, listed[at], given)
    elif part == "metric-new":
        held["metrics"] = [_metric(given)]
    elif part == "more":
        _add(held, given.get("value", ""))
    else:
        _single(held, part, given)
    return plan_of(held)


def removed(plan: Plan, part: str) -> Plan:
    """The plan without the part. Errors: `UnusableInput` where there is no such part."""
    held = canonical(plan)
    name, _, place = part.partition("-")
    if name in _LISTS and place != "new":
        listed = held.get(_LISTS[name], [])
        listed.pop(_place(place, len(listed)))
    elif part == "order":
        held.pop("order", None)
        held.pop("limit", None)
    elif part in ("time", "grain", "chart"):
        held.pop(part, None)
    else:
        raise UnusableInput("There is no such part of the question.")
    return plan_of(held)


def _one(name: str, before: Any, given: QueryDict) -> Any:
    if name == "metric":
        return _metric(given)
    if name == "filter":
        return _filter(before, given)
    value = given.get("value", "")
    return value if name == "group" else _comparison(value)


def _metric(given: QueryDict) -> dict[str, Any]:
    stat, quantity = given.get("stat", ""), given.get("quantity", "")
    return {"stat": stat} if stat in WITHOUT_QUANTITY else {"stat": stat, "quantity": quantity}


def _filter(before: Mapping[str, Any], given: QueryDict) -> dict[str, Any]:
    field, op = before["field"], given.get("op", before["op"])
    if op in ("is_null", "not_null"):
        return {"field": field, "op": op, "value": True}
    if kind_of(field) == "truth":
        return {"field": field, "op": "in", "value": [given.get("value") == "true"]}
    if op in RELATIONS:
        low = _number(given.get("low", ""))
        return {"field": field, "op": op, "value": [low, _number(given.get("high", ""))] if op == "between" else low}
    return {"field": field, "op": op, "value": typed(field, given.getlist("value"))}


def _add(held: dict[str, Any], said: str) -> None:
    kind, _, value = said.partition(":")
    if kind == "group":
        held.setdefault("group_by", []).append(value)
    elif kind == "grain":
        held["grain"] = value
    elif kind == "compare":
        held.setdefault("compare", []).append(_comparison(value))
    else:
        raise UnusableInput("Choose what to add.")


def _comparison(source: str) -> dict[str, str]:
    return {"kind": _KIND_OF_SOURCE.get(source, "reference"), "source": source}


def _single(held: dict[str, Any], part: str, given: QueryDict) -> None:
    if part == "time":
        held["time"] = _time(given)
    elif part in ("grain", "chart"):
        held[part] = given.get("value", "")
    elif part == "order":
        before = held.get("order") or {}
        held["order"] = {**before, "dir": given.get("dir", "desc")}
        limit = given.get("limit", "").strip()
        held.pop("limit", None)
        held.update({"limit": int(_number(limit))} if limit else {})
    else:
        raise UnusableInput("There is no such part of the question.")


def _time(given: QueryDict) -> dict[str, Any]:
    kind = given.get("kind", "")
    if kind == "all":
        return {"kind": "all"}
    if kind == "last":
        return {"kind": "last", "n": int(_number(given.get("n", ""))), "unit": given.get("unit", "")}
    start, end = given.get("start", ""), given.get("end", "")
    if not end:
        return {"kind": "since", "start": start}
    try:
        after = date.fromisoformat(end) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise UnusableInput("Give the last day as a date.") from None
    return {"kind": "between", "start": start, "end": after.isoformat()}


def _number(text: str) -> float | int:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise UnusableInput("Give a number.") from None
    if not abs(value) < 1e9:
        raise UnusableInput("Give a smaller number.")
    return int(value) if value.is_integer() else value


def _place(text: str, length: int) -> int:
    if not text.isdigit() or int(text) >= length:
        raise UnusableInput("There is no such part of the question.")
    return int(text)
