"""From the keys of groups to what people read."""

from datetime import datetime
from typing import Any

from doseloop.ask.compiled_groups import PERIOD, PHANTOM
from doseloop.ask.fields import PEOPLE, THICKNESS_MM, WEIGHT_KG
from doseloop.ask.known import Known
from doseloop.ask.spoken_names import said_name
from doseloop.ask.wording import words


def label(dimension: str, key: Any, known: Known) -> str | int | datetime | None:
    """The label of a group's key; of a period its first moment."""
    said = words()
    if dimension == PHANTOM:
        return str(said["phantom"].format(cm=key)) if key is not None else str(said["phantom_unknown"])
    if key is None:
        return str(said["not_recorded"])
    if dimension == PERIOD:
        return key.date() if key.hour == 0 else key  # type: ignore[no-any-return]
    if dimension in ("hour_of_day", "year"):
        return int(key)
    return _named(dimension, key, known)


def _named(dimension: str, key: Any, known: Known) -> str:
    match dimension:
        case "scanner":
            return known.scanner_names.get(key, str(key))
        case "site":
            return next((one.name for one in known.sites if one.key == key), str(key))
        case "procedure":
            return next((one.name for one in known.procedures if one.key == key), str(key))
        case "weight_band":
            return _band(int(key), WEIGHT_KG, "kg")
        case "thickness_band":
            return _band(int(key), THICKNESS_MM, "mm")
        case _ if dimension in PEOPLE:
            listed = known.operators if dimension == "operator" else known.physicians
            return next((said_name(one.name) for one in listed if one.key == key), str(words()["not_recorded"]))
        case _:
            return _worded(dimension, key)


def _worded(dimension: str, key: Any) -> str:
    said = words()
    if dimension == "weekday":
        return str(said["weekdays"][int(key)])
    lists = {"shift": "shifts", "sex": "sexes", "age_group": "age_groups"}
    return str(said[lists[dimension]].get(key, key)) if dimension in lists else str(key)


def order_of(dimension: str, key: Any, known: Known) -> tuple[int, Any]:
    """Where a group stands when no figure orders them: by time and size, else by its label; what is not recorded last."""
    if key is None:
        return (1, 0)
    if dimension in (PERIOD, PHANTOM, "hour_of_day", "year", "weekday", "weight_band", "thickness_band"):
        return (0, key)
    if dimension == "age_group":
        groups = list(words()["age_groups"])
        return (0, groups.index(key) if key in groups else len(groups))
    return (0, str(label(dimension, key, known)).casefold())


def _band(place: int, edges: tuple[float, ...], unit: str) -> str:
    said = words()["bands"]
    low = f"{edges[place - 1]:g}" if place else ""
    high = f"{edges[place]:g}" if place < len(edges) else ""
    form = "below" if not place else "between" if high else "above"
    return str(said[form].format(low=low, high=high, unit=unit))
