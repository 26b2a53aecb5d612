"""The rooms of a local level beside its value, as bars of one scale; and how the value stands to others of the same group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.assess.level_matching import match_levels
from doseloop.model.local_level import FrozenRoom, LocalGroup
from doseloop.model.quantities import QUANTITIES, number_shown
from doseloop.model.reference_level import LevelGroup
from doseloop.store.level_choice import chosen
from doseloop.store.local_level_set import key_of

_FULL = 1000


@dataclass(frozen=True, slots=True)
class RoomBar:
    """A room, its median as a number of the page's unit, and its share of the longest bar in thousandths."""

    room: FrozenRoom
    shown: str
    share: int
    value_at: int
    """Where the value of the level stands on the bar, in thousandths."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Another level for the same group, and by how many percent the value lies above it (below: negative)."""

    name: str
    value: float
    percent: int
    notes: tuple[str, ...]

    @property
    def words(self) -> str:
        """`12 % below it`."""
        if self.percent == 0:
            return "the same within half a percent"
        return f"{abs(self.percent)} % {'above' if self.percent > 0 else 'below'} it"


def room_bars(
    rooms: Iterable[FrozenRoom], quantity: str, value: float | None, units: Mapping[str, str]
) -> tuple[RoomBar, ...]:
    """The rooms in the order of their medians, those that were left out last."""
    listed = sorted(rooms, key=lambda one: (one.left_out is not None, -(one.median or 0.0), one.name))
    longest = max([*(one.median or 0.0 for one in listed), value or 0.0, 1e-12])
    chosen_unit = units.get(quantity)
    unit = chosen_unit if chosen_unit in {one.label for one in QUANTITIES[quantity].units} else None
    return tuple(
        RoomBar(
            one, number_shown(quantity, one.median, unit), round(_FULL * (one.median or 0.0) / longest),
            round(_FULL * (value or 0.0) / longest),
        )
        for one in listed
    )  # fmt: skip


def beside(scope: Scope, site: int, of: LocalGroup, value: float) -> tuple[Beside, ...]:
    """The levels of other sets that the site compares with and that are for the group, in the order of the sets."""
    others = [one for one in chosen(scope, site) if one.id != key_of(site)]
    group = LevelGroup(of.procedure, of.quantity, of.per, of.group, of.phantom_cm)
    return tuple(
        Beside(
            f"{one.source.authority} {one.source.year} ({one.source.country})", one.level.value,
            percent_above(value, one.level.value), one.reservations,
        )
        for one in match_levels(group, others)
        if one.outcome == "compared"
    )  # fmt: skip


def percent_above(value: float, other: float) -> int:
    """By how many percent a value lies above another, which is not 0."""
    return round(100 * (value - other) / other)
