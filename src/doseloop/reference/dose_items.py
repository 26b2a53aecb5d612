"""The items of dose objects that the standard names and requires, typed.

Schema of the data: `data/dose_items.schema.json`. Each entry has its template and row (PS3.16) or module (PS3.3) as source.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from doseloop.model.dose_item import DoseItem
from doseloop.reference.data_yaml import parsed


@cache
def dose_items() -> tuple[DoseItem, ...]:
    """All of them, in the order of the templates."""
    return parsed_items((files("doseloop.reference") / "data" / "dose_items.yaml").read_text("utf-8"))


@cache
def items_of(kind: str) -> tuple[DoseItem, ...]:
    """The items of a kind of object; none for a kind without a template."""
    return tuple(item for item in dose_items() if kind in item.kinds)


def parsed_items(text: str) -> tuple[DoseItem, ...]:
    """The items of YAML that follows the schema; `KeyError` or `TypeError` where it does not."""
    groups: list[dict[str, Any]] = parsed(text)
    return tuple(_item(group, item) for group in groups for item in group["items"])


def _item(group: dict[str, Any], item: dict[str, Any]) -> DoseItem:
    lists = {name: tuple(item.get(name, ())) for name in ("units", "codes")}
    return DoseItem(kinds=tuple(group["kinds"]), template=group["template"], of=group["of"], **{**item, **lists})
