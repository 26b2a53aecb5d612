"""A rule's budget as plain values, for the record and for `--json`."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from doseloop.assess.replayed import Budget, Difference, Example, Week
from doseloop.assess.share import Share


def plain(budget: Budget) -> dict[str, Any]:
    """As JSON holds it: days as ISO dates."""
    return {name: _dated(value) for name, value in asdict(budget).items()}


def counts(budget: Budget) -> dict[str, Any]:
    """The same without exams."""
    told = plain(budget)
    del told["examples"], told["lost"]["examples"], told["gained"]["examples"]
    interval = budget.judged.interval
    means = {"flags_a_week": budget.flags_a_week, "causes_a_week": budget.causes_a_week}
    return told | means | {"precision": budget.judged.value, "precision_interval": list(interval) if interval else None}


def read(held: Mapping[str, Any]) -> Budget:
    """The budget that was made plain."""
    return Budget(
        first_day=date.fromisoformat(held["first_day"]), last_day=date.fromisoformat(held["last_day"]), exams=held["exams"],
        left_out=held["left_out"], flags=held["flags"], causes=held["causes"],
        weeks=tuple(Week(date.fromisoformat(one["monday"]), one["flags"], one["causes"]) for one in held["weeks"]),
        judged=Share(**held["judged"]), examples=_examples(held["examples"]),
        lost=_difference(held["lost"]), gained=_difference(held["gained"]), looks=held.get("looks", 0),
    )  # fmt: skip


def _dated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _dated(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_dated(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _difference(held: Mapping[str, Any]) -> Difference:
    return Difference(held["flags"], Share(**held["judged"]), _examples(held["examples"]))


def _examples(held: list[Mapping[str, Any]]) -> tuple[Example, ...]:
    return tuple(map(_example, held))


def _example(held: Mapping[str, Any]) -> Example:
    day = date.fromisoformat(held["day"])
    return Example(held["exam"], day, held["sentence"], held["verdict"], held.get("scanner"))
