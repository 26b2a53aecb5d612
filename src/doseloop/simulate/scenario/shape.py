"""Holds plain values against the JSON Schema of scenarios, with a message that names the entry.

It knows the words of JSON Schema that `data/scenario.schema.json` uses, and no others.
"""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from doseloop.model.errors import SimulationError

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def check(value: Any, schema: Mapping[str, Any], place: str) -> None:
    """Nothing where the value has the shape. Errors: `SimulationError`, the first fault with its place."""
    if "oneOf" in schema:
        schema = _by_kind(value, schema["oneOf"], place)
    if "const" in schema:
        _demand(value == schema["const"], place, f"is not {schema['const']!r}")
    if "type" in schema:
        _check_type(value, schema["type"], place)
    if "enum" in schema:
        _demand(value in schema["enum"], place, f"is none of {', '.join(map(str, schema['enum']))}")
    if isinstance(value, dict):
        _check_object(value, schema, place)
    elif isinstance(value, list):
        _check_array(value, schema, place)
    elif isinstance(value, str):
        _check_text(value, schema, place)
    elif isinstance(value, int | float):
        _check_number(value, schema, place)


def _by_kind(value: Any, branches: list[Mapping[str, Any]], place: str) -> Mapping[str, Any]:
    _check_type(value, "object", place)
    by_kind = {branch["properties"]["kind"]["const"]: branch for branch in branches}
    _demand("kind" in value, place, "has no `kind`")
    kind = value["kind"]
    known = isinstance(kind, str) and kind in by_kind
    _demand(known, f"{place}.kind", f"is none of {', '.join(by_kind)}")
    return by_kind[kind]


def _check_type(value: Any, wanted: str, place: str) -> None:
    # True is an int in Python and no number in JSON.
    fits = isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
    _demand(fits, place, f"is not of type {wanted}")


def _check_object(value: dict[Any, Any], schema: Mapping[str, Any], place: str) -> None:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    _demand(all(isinstance(name, str) for name in value), place, "has a name that is no text")
    missing = [name for name in schema.get("required", []) if name not in value]
    _demand(not missing, place, f"has no `{missing[0] if missing else ''}`")
    _demand(len(value) >= schema.get("minProperties", 0), place, "is empty")
    _demand(len(value) <= schema.get("maxProperties", 1000), place, "has too many entries")
    for name, one in value.items():
        _demand(name in known or others is not False, place, f"has an unknown entry `{name[:40]}`")
        if name in known or isinstance(others, dict):
            check(one, known.get(name, others), f"{place}.{name[:40]}" if place else name)


def _check_array(value: list[Any], schema: Mapping[str, Any], place: str) -> None:
    _demand(len(value) <= schema.get("maxItems", 1000), place, f"has more than {schema.get('maxItems', 1000)} entries")
    for number, one in enumerate(value, 1):
        check(one, schema.get("items", {}), f"{place}[{number}]")


def _check_text(value: str, schema: Mapping[str, Any], place: str) -> None:
    _demand(len(value) >= schema.get("minLength", 0), place, "is empty")
    _demand(len(value) <= schema.get("maxLength", 10_000), place, "is too long")
    _demand(value.isprintable() or "minLength" not in schema, place, "holds a character that cannot be printed")
    fits = re.search(schema.get("pattern", ""), value) is not None
    _demand(fits, place, f"does not look like {schema.get('pattern')}")


def _check_number(value: float, schema: Mapping[str, Any], place: str) -> None:
    _demand(isinstance(value, int) or isfinite(value), place, "is no finite number")
    least, most = schema.get("minimum"), schema.get("maximum")
    _demand(least is None or value >= least, place, f"is less than {least}")
    _demand(most is None or value <= most, place, f"is more than {most}")


def _demand(holds: bool, place: str, said: str) -> None:
    if not holds:
        raise SimulationError(f"{place or 'the scenario'} {said}")
