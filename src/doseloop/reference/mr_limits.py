"""Limits of the operating modes of MR equipment: `data/mr_limits.yaml`, each with where it was seen."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from doseloop.reference.data_yaml import parsed


@dataclass(frozen=True, slots=True)
class MrLimit:
    """What one mode allows of one index."""

    index: str
    """Key in `model.quantities`."""
    mode: str
    """IEC_NORMAL or IEC_FIRST_LEVEL; the second level has no limit of the standard's own."""
    limit: float
    limit_highest: float
    """Above it no patient is within the mode; the same as `limit` where nothing but the index counts."""
    is_verified: bool
    formula: str = ""


@dataclass(frozen=True, slots=True)
class MrLimits:
    """All of them."""

    standard: str
    not_read: str
    limits: tuple[MrLimit, ...]
    without_limit: dict[str, str]
    """Why an index (key in `model.quantities`) has no limit."""

    def of(self, index: str) -> tuple[MrLimit, ...]:
        """The limits of an index, from the lowest mode to the highest."""
        return tuple(one for one in self.limits if one.index == index)


@cache
def mr_limits() -> MrLimits:
    """The limits in the package."""
    told = parsed((files("doseloop.reference") / "data" / "mr_limits.yaml").read_text("utf-8"))
    return MrLimits(
        standard=told["standard"],
        not_read=told["not_read"],
        limits=tuple(_limit(one) for one in told["limits"]),
        without_limit={one["index"]: one["why"] for one in told["without_limit"]},
    )


def _limit(told: dict[str, Any]) -> MrLimit:
    limit = float(told["limit"])
    highest = float(told.get("limit_highest", limit))
    return MrLimit(told["index"], told["mode"], limit, highest, told["verified"], told.get("formula", ""))
