"""A local level or a typical value out of the values of each room.

Method: ICRP Publication 135 (Diagnostic Reference Levels in Medical Imaging, 2017). A room (here: a scanner) with enough
patients gives the median of its values. Of many rooms (10 to 20; the least number is a setting) the local level is the 75th
percentile of these medians. Of few rooms a percentile of so few numbers means little, so the typical value is set instead: the
median of the medians, or of one room its median. Rooms are not weighted by their numbers of patients. Which values of a room
count is decided as for a comparison with a reference level (`assess.reference_levels.keep`).

Percentiles are of type 7 (`assess.percentiles`):

>>> medians = [310, 325, 340, 355, 360, 372, 390, 405, 430, 480, 510]  # eleven rooms: the 75th percentile is at place 7.5 from 0
>>> percentile(medians, 75)
417.5
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doseloop.assess.level_settings import DEFAULT_SETTINGS, Settings
from doseloop.assess.level_words import computed_said
from doseloop.assess.percentiles import median, percentile
from doseloop.assess.reference_levels import Days, Kept, keep
from doseloop.assess.samples import Samples
from doseloop.model.local_level import LocalStatistic
from doseloop.model.quantities import shown
from doseloop.model.reference_level import ReferenceLevel

VERSION = "1"
_SOURCE = "ICRP Publication 135"


@dataclass(frozen=True, slots=True)
class Room:
    """What one room gives."""

    scanner: int
    kept: Kept
    median: float | None
    """None of no values; of a room that is left out it is information alone."""
    left_out: str | None
    """Why it is not in the value, as a sentence; None where it is."""


@dataclass(frozen=True, slots=True)
class LocalValue:
    """The value, what it is, and the rooms that it is of, in the order of their keys."""

    value: float | None
    """In the quantity's own unit; None where no room has enough patients."""
    statistic: LocalStatistic | None
    """None where there is no value."""
    rooms: tuple[Room, ...]
    sentences: tuple[str, ...]
    """How it was computed, or why there is none and when there will be."""

    @property
    def used(self) -> tuple[Room, ...]:
        """The rooms that are in the value."""
        return tuple(room for room in self.rooms if room.left_out is None)


def local_value(
    groups: Mapping[int, Samples],
    level: ReferenceLevel,
    settings: Settings = DEFAULT_SETTINGS,
    days: Days | None = None,
) -> LocalValue:
    """The value for the group of a level (whose own value plays no part) from the values of each scanner, by its key.

    `days` is the window that the values are of; with it, it is told when a room that has too few will have enough.
    """
    rooms = tuple(_room(scanner, groups[scanner], level, settings, days) for scanner in sorted(groups))
    used = [room.median for room in rooms if room.left_out is None and room.median is not None]
    if not used:
        return LocalValue(None, None, rooms, _nothing(rooms, settings.least(level)))
    value, statistic = value_of(used, settings.min_rooms)
    return LocalValue(value, statistic, rooms, _said(rooms, value, statistic, level, settings))


def value_of(medians: Sequence[float], least_rooms: int) -> tuple[float, LocalStatistic]:
    """The value of the medians of rooms, at least one, in any order. Errors: `ValueError` of none.

    >>> value_of([310, 420, 365], 10)
    (365.0, 'p50')
    """
    statistic: LocalStatistic = "p75" if len(medians) >= least_rooms else "p50"
    value = percentile(medians, 75 if statistic == "p75" else 50)
    if value is None:
        raise ValueError("There is no value of no room.")
    return value, statistic


def _room(scanner: int, samples: Samples, level: ReferenceLevel, settings: Settings, days: Days | None) -> Room:
    kept = keep(samples, level, settings, days, by_age=True)
    return Room(scanner, kept, median(kept.values), _left_out(kept, settings.least(level)))


def _left_out(kept: Kept, least: int) -> str | None:
    if kept.no_verdict:
        return kept.no_verdict
    if kept.n_patients >= least:
        return None
    pace = f" At their pace there will be enough on {kept.enough_on.isoformat()}." if kept.enough_on else ""
    return f"{_counted(kept.n_patients, 'patient')} of the {least} that a median needs.{pace}"


def _nothing(rooms: Sequence[Room], least: int) -> tuple[str, ...]:
    if not rooms:
        return ("No room has a value of this group in this period.",)
    expected = [room.kept.enough_on for room in rooms if room.kept.enough_on is not None]
    soonest = f" At their pace the first room will have enough on {min(expected).isoformat()}." if expected else ""
    return (f"No room has the {least} patients that a median needs.{soonest}",)


def _said(
    rooms: Sequence[Room], value: float, statistic: LocalStatistic, level: ReferenceLevel, settings: Settings
) -> tuple[str, ...]:
    used, left = [room for room in rooms if room.left_out is None], sum(room.left_out is not None for room in rooms)
    told = [_headline(used, shown(level.quantity, value), statistic, settings.min_rooms)]
    if left:
        told.append(f"{_counted(left, 'room')} left out.")
    if computed := computed_said(level.quantity):
        told.append(computed)
    if len({room.kept.sizes for room in used}) > 1:
        told.append("Some rooms count one range of sizes alone and others all sizes, since weights are missing there.")
    return tuple(told)


def _headline(used: Sequence[Room], value: str, statistic: LocalStatistic, least_rooms: int) -> str:
    if statistic == "p75":
        return (
            f"{value} is the 75th percentile of the medians of {len(used)} rooms (linear between neighbours, type 7), "
            f"a local level by {_SOURCE}."
        )
    patients = _counted(sum(room.kept.n_patients for room in used), "patient")
    of = f"the values of one room, {patients}" if len(used) == 1 else f"the medians of {len(used)} rooms, {patients}"
    return (
        f"{value} is the median of {of}: a typical value by {_SOURCE}, since a local level needs {least_rooms} rooms."
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
