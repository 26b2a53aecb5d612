"""How far a CT of each procedure reaches along the patient: `data/scan_ranges.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from doseloop.reference.data_yaml import parsed


@dataclass(frozen=True, slots=True)
class ScanRange:
    """What main acquisitions of a procedure can have."""

    least_mm: float
    """All of them together."""
    usual_mm: float | None
    """The longest of them, where nothing speaks for a wider procedure; None where there is no upper end."""
    most_mm: float | None
    """The longest of them in any case."""
    least_acquisitions: int


@cache
def scan_ranges() -> Mapping[str, ScanRange]:
    """By key of the procedure; one that may reach any length has no entry."""
    text = (files("doseloop.reference") / "data" / "scan_ranges.yaml").read_text("utf-8")
    groups: list[dict[str, Any]] = parsed(text)["groups"]
    return MappingProxyType({key: _range(group) for group in groups for key in group["procedures"]})


def _range(group: Mapping[str, Any]) -> ScanRange:
    usual, most = (float(group[name]) if name in group else None for name in ("usual_mm", "most_mm"))
    return ScanRange(float(group["least_mm"]), usual, most, group.get("least_acquisitions", 1))
