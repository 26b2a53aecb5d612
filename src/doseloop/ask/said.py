"""What the phrases of a question say, before it is clear whether they stand alone or change a plan."""

from dataclasses import dataclass, field
from typing import Literal

from doseloop.ask.plan import PlanTime

How = Literal["set", "add", "remove", "except"]
"""What a value does to the plan before: replaces, joins, leaves, or is left out."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field, at its place; several names where the words fit several."""

    field: str
    names: tuple[str, ...]
    at: int
    how: How = "set"


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit of a number, in the words' unit."""

    op: str
    low: float
    high: float | None
    unit: str | None
    field: str | None
    at: int
    how: How = "set"
    left: tuple[str, str, int] | None = None
    """Kind, value and place of the phrase before it."""
    right: tuple[str, str, int] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A statistic or a quantity, at its place."""

    kind: Literal["stat", "quantity"]
    name: str
    at: int
    how: How = "set"


@dataclass(frozen=True, slots=True)
class Window:
    """A window of time; `shift` where it is told by the one before it."""

    time: PlanTime | None
    at: int
    shift: Literal["earlier", "previous", "before_after"] | None = None


@dataclass
class Said:
    """Everything that the phrases of one reading say."""

    values: list[Value] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    bare_groups: list[tuple[str, int, bool]] = field(default_factory=list)
    """(dimension, place, plural) of those that no word made a group."""
    appends_groups: bool = False
    grain: str | None = None
    windows: list[Window] = field(default_factory=list)
    references: list[tuple[str, How]] = field(default_factory=list)
    exceeds: list[str] = field(default_factory=list)
    period: str | None = None
    peers: bool = False
    missing: str | None = None
    """The quantity that was not recorded."""
    order: str | None = None
    superlative: str | None = None
    limit: int | None = None
    chart: str | None = None
    intent: str | None = None
    cues: set[str] = field(default_factory=set)
    """dose, exams, patients, count, share, list, those, which, which_one, compare, versus, moved, missing, rate, ..."""
    places: dict[str, int] = field(default_factory=dict)
    """Where the first chunk of a cue stands."""
    clears: set[str] = field(default_factory=set)
    """Fields of which every value is meant again, and parts of the plan that are taken away."""
    adds_all: bool = False

    def cue(self, name: str, at: int) -> None:
        """Note that a kind of phrase occurred."""
        self.cues.add(name)
        self.places.setdefault(name, at)

    def of(self, name: str) -> list[Value]:
        """The values of a field, in order."""
        return [one for one in self.values if one.field == name]
