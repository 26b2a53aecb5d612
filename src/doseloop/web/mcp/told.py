"""What the tools of the MCP server tell, typed, so that a client knows each field before it asks."""

from typing import Any, Literal

from pydantic import BaseModel


class MetricTold(BaseModel):
    """A statistic or a quantity that a plan may name."""

    name: str
    kind: Literal["statistic", "quantity"]
    meaning: str
    unit: str | None = None


class DimensionTold(BaseModel):
    """What figures may be split by or filtered on."""

    name: str
    may_group: bool
    may_filter: bool
    has_values: bool
    """Whether `get_dimension_values` names its values."""


class ValuesTold(BaseModel):
    """Values of a dimension that this account may see; `total` where a limit left some out."""

    dimension: str
    values: list[str]
    total: int


class PlanTold(BaseModel):
    """Whether a plan can be answered, and what it says in words."""

    is_valid: bool
    said: str | None = None
    plan: dict[str, Any] | None = None
    problem: str | None = None
    offer: str | None = None


class FiguresTold(BaseModel):
    """An answer: its sentence, its rows, and what stands beside them."""

    kind: Literal["answer", "decline"]
    said: str
    plan: dict[str, Any]
    answer: dict[str, Any] | None = None
    reason: str | None = None
    offer: str | None = None


class AskedTold(BaseModel):
    """What became of a question in words: an answer, a question back with options, a refusal, or a fresh start."""

    kind: Literal["answer", "clarify", "decline", "reset"]
    plan: dict[str, Any] | None = None
    """Give it as `previous_plan` with the next question; the server keeps nothing."""
    said: str | None = None
    answer: dict[str, Any] | None = None
    repairs: list[list[str]] = []
    reason: str | None = None
    field: str | None = None
    options: list[str] = []
    words: list[str] = []
    offer: str | None = None
