"""How a follow-up changes the filters: a value of the same field replaces, joins, or is taken away."""

from typing import Any, Final

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Filter, Plan
from doseloop.ask.planning.changed_metrics import is_condition
from doseloop.ask.planning.filters import Resolved, filter_of
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.said import How, Said
from doseloop.ask.units import MODALITY_OF_QUANTITY

_TOGETHER: Final = {"age_years": ("age_group",), "age_group": ("age_years",)}
"""Setting one takes the other away: they say the same thing."""
_NOT_FILTERS: Final = frozenset(("time", "reference", "order", "limit", "grain", "chart"))


def changed_filters(said: Said, found: Resolved, before: Plan, known: KnownNames) -> list[Filter]:
    """The filters of the plan before, changed.

    Raises: NoReading for a filter that is taken away and was not there, AskBack where the new exams have other figures.
    """
    filters: Filters = {(one.field, _kind(one.op)): one for one in before.filters}
    _clear(said, filters, before)
    for name in dict.fromkeys(one.field for one in found.named):
        _by_value(name, found, filters, said.adds_all)
    limited = [(one.field, _kind(one.op)) for one, how in found.limits if how != "remove"]
    if len(set(limited)) < len(limited):
        raise NoReading("two limits of the same")
    for limit, how in found.limits:
        _by_limit(limit, how, filters)
    if said.missing is not None and is_condition(said):
        _by_missing(said.missing, filters)
    _switch_modality(found, filters, before, known)
    return list(filters.values())


Filters = dict[tuple[str, str], Filter]


def _kind(op: str) -> str:
    return "values" if op in ("in", "not_in") else "limit"


def _clear(said: Said, filters: Filters, before: Plan) -> None:
    for one in said.clears:
        name = one.removeprefix("all ")
        was_there = [key for key in filters if key[0] in (name, *_TOGETHER.get(name, ()))]
        for key in was_there:
            del filters[key]
        grouped = name in before.group_by or one.startswith("group ")
        if one.startswith("all ") and not was_there and not grouped and name not in _NOT_FILTERS:
            raise NoReading(f"there is no filter of {name}")
        if one.startswith("group ") and one.removeprefix("group ") not in before.group_by:
            _clear_named(one.removeprefix("group "), filters)


def _clear_named(name: str, filters: Filters) -> None:
    """ "Remove the scanner" where no group is by scanner takes the filter away."""
    names = {"weight_band": "weight_kg"}.get(name, name)
    fields = [key for key in filters if key[0] == names or (names == "age_group" and key[0] == "age_years")]
    if not fields:
        raise NoReading(f"there is nothing of {name}")
    for key in fields:
        del filters[key]


def _by_value(name: str, found: Resolved, filters: Filters, adds_all: bool) -> None:
    for how in ("remove", "except", "add", "set"):
        values = [one.value for one in found.named if one.field == name and one.how == how]
        if values:
            _APPLY["add" if how == "set" and adds_all else how](name, values, filters)


def _remove(name: str, values: list[Any], filters: Filters) -> None:
    key = (name, "values")
    old = filters.get(key)
    if old is None or old.op == "not_in":
        before = list(old.value) if old is not None and isinstance(old.value, list) else []
        filters[key] = filter_of(name, "not_in", [*before, *(one for one in values if one not in before)])
        return
    old_values = list(old.value) if isinstance(old.value, list) else [old.value]
    if not set(map(str, values)) <= set(map(str, old_values)):
        raise NoReading("what is taken away was not there")
    left = [one for one in old_values if one not in values]
    if left:
        filters[key] = filter_of(name, "in", left)
    else:
        del filters[key]


def _add(name: str, values: list[Any], filters: Filters) -> None:
    key = (name, "values")
    old = filters.get(key)
    old_values = list(old.value) if old is not None and isinstance(old.value, list) else []
    if old is None:
        filters[key] = filter_of(name, "in", values)
    elif old.op == "not_in":
        left = [one for one in old_values if one not in values]
        if left == old_values:
            raise NoReading("what is added was there")
        filters.pop(key)
        if left:
            filters[key] = filter_of(name, "not_in", left)
    else:
        filters[key] = filter_of(name, "in", [*old_values, *(one for one in values if one not in old_values)])


def _set(name: str, values: list[Any], filters: Filters) -> None:
    for other in _TOGETHER.get(name, ()):
        for kind in ("values", "limit"):
            filters.pop((other, kind), None)
    filters[(name, "values")] = filter_of(name, "in", list(dict.fromkeys(values)))


_APPLY: Final = {"remove": _remove, "except": _remove, "add": _add, "set": _set}


def _by_limit(limit: Filter, how: How, filters: Filters) -> None:
    key = (limit.field, "limit" if limit.op != "in" else "values")
    if how == "remove":
        if filters.get(key) != limit:
            raise NoReading("that limit was not there")
        del filters[key]
        return
    for other in _TOGETHER.get(limit.field, ()):
        for kind in ("values", "limit"):
            filters.pop((other, kind), None)
    filters[key] = limit


def _by_missing(name: str, filters: Filters) -> None:
    if name != "weight_kg":
        raise NoReading("only exams without a weight are a group")
    filters[(name, "limit")] = filter_of(name, "is_null", True)


def _switch_modality(found: Resolved, filters: Filters, before: Plan, known: KnownNames) -> None:
    """Exams of other equipment: what only fits the old is in the way."""
    if not found.modalities or (not any(one.how in ("set", "add") for one in found.named) and not found.limits):
        return
    old = filters.get(("modality", "values"))
    new = list(found.modalities)
    adds = any(one.how == "add" for one in found.named)
    if old is None or (isinstance(old.value, list) and set(new) <= set(map(str, old.value))):
        if old is None:
            filters[("modality", "values")] = filter_of("modality", "in", new)
        return
    if adds and isinstance(old.value, list):
        raise AskBack("underspecified", "modality")
    filters[("modality", "values")] = filter_of("modality", "in", new)
    _require_fitting(filters, new, before, known)


def _require_fitting(filters: Filters, modalities: list[str], before: Plan, known: KnownNames) -> None:
    quantities = [MODALITY_OF_QUANTITY.get(str(one.quantity)) for one in before.metrics]
    if any(one is not None and one not in modalities for one in quantities):
        raise AskBack("underspecified", "metric")
    for name, modality_of in (("scanner", known.modality_of_scanner), ("procedure", known.modality_of_procedure)):
        one = filters.get((name, "values"))
        if (
            one is not None
            and isinstance(one.value, list)
            and any(modality_of.get(str(v)) not in modalities for v in one.value)
        ):
            raise AskBack("underspecified", name)
    if ("region", "values") in filters and modalities != ["DX"]:
        raise AskBack("underspecified", "region")
