"""A value as it was read, and where in the object it stood."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept (PS3.3 section 8.8): value, coding scheme and meaning as written."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A value in the field's unit, with what was written and its place in the object.

    `place` is the position of the content item, counted from 1 at each level with the root as `1` (the form of a
    Referenced Content Item Identifier, PS3.3 section C.18.1.1: `1.12.3`), or a tag such as `(0010,1030)` for a header
    element. `recorded` is the text as written, with the unit's code where the item has one (`1.6e-005 Gym2`).
    """

    value: T
    place: str
    recorded: str


@dataclass(frozen=True, slots=True)
class MakerItem:
    """An item that a maker writes under a code of its own, beside those of the template; kept, and not interpreted."""

    name: str
    """The meaning of its concept name."""
    value: str
    """As written."""
    unit: str
    """The unit's code, empty where it has none."""
    place: str


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A measurement that an object names and leaves empty, with the reason that it gives (Numeric Value Qualifier, 0040,A301)."""

    name: str
    """The meaning of its concept name."""
    reason: Code
    """CID 42: value unknown, measurement not attempted, ..."""
    place: str


Remarked = Literal["empty", "unit", "value", "code", "repaired", "report"]
"""`empty`: the item is there without a value. `unit`: its unit is not known for it, or code and meaning name two. `value`: what
is written is no number or no time. `code`: the item was known by the meaning of its name, or had none. `repaired`: a rule made
the value. `report`: the report contradicts itself."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What reading noticed at one item, so that people can be told which items of a scanner's objects are not right."""

    kind: Remarked
    concept: str
    """The code that the item's concept name is known by, or the tag of an element; empty where it has none."""
    place: str
    sentence: str = ""
    """For people, where a value could not be read; empty where nothing is missing for it."""
    rule: str = ""
    """What repaired it: the id of a maker's quirk, or `concept-by-meaning`."""
    field: str = ""
    """The field that a quirk filled."""
