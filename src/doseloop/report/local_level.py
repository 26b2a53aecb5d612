"""What a local level would be: the value, its rooms and every value behind it, from the facts as they are now."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import msgspec
import numpy as np

from doseloop.access.scope import Scope
from doseloop.assess.level_settings import Settings
from doseloop.assess.local_level import VERSION, LocalValue, Room, local_value
from doseloop.assess.reference_levels import FATES
from doseloop.assess.samples import Floats, Samples
from doseloop.facts.engine import Facts
from doseloop.facts.level_samples import level_samples, of_scanners, wanted_for
from doseloop.facts.windows import Window
from doseloop.model.errors import UnusableInput
from doseloop.model.local_level import IN_MEDIAN, FrozenRoom, FrozenValues, LocalGroup
from doseloop.reference.procedures import level_modality
from doseloop.store import changes, level_sets
from doseloop.store.local_levels import NewLevel
from doseloop.store.scanner_list import scanner_names


@dataclass(frozen=True, slots=True)
class Draft:
    """A local level that nobody has set yet."""

    site: int
    site_name: str
    of: LocalGroup
    window: Window
    settings: Settings
    found: LocalValue
    rooms: tuple[FrozenRoom, ...]
    """In the order of their names."""
    values: FrozenValues
    least: int
    """Patients that a room needs."""
    data_state: int

    @property
    def seen(self) -> str:
        """SHA-256 of the value and all behind it: another where an exam changed since somebody looked at it."""
        looked_at = (self.found.value, [asdict(room) for room in self.rooms], asdict(self.values))
        return hashlib.sha256(msgspec.json.encode(looked_at)).hexdigest()

    def frozen(self, name: str, author: str, note: str, review_on: date) -> NewLevel:
        """What is to be kept of it. Errors: `UnusableInput` where there is no value."""
        if self.found.value is None or self.found.statistic is None:
            raise UnusableInput(f"There is nothing to set: {' '.join(self.found.sentences)}")
        return NewLevel(
            name=" ".join(name.split()), author=author.strip(), note=" ".join(note.split()), review_on=review_on, of=self.of,
            statistic=self.found.statistic, value=self.found.value,
            first_day=self.window.start, last_day=self.window.end - timedelta(days=1), least=self.least,
            least_rooms=self.settings.min_rooms, rooms=self.rooms, sentences=self.found.sentences, method=VERSION,
            data_state=self.data_state, values=self.values,
        )  # fmt: skip


def draft(facts: Facts, scope: Scope, site: int, of: LocalGroup, window: Window, settings: Settings) -> Draft:
    """What would be set for the group out of the site's exams of the window. Errors: `NotVisible`."""
    name = level_sets.site_name(scope, site)
    # Read before the values: a change in between is told as one that they may not hold.
    change = changes.last_change()
    level = of.level(level_modality(of.procedure))
    groups = of_scanners(level_samples(facts, scope, [wanted_for(level)], window, site), level)
    found = local_value(groups, level, settings, (window.start, window.end - timedelta(days=1)))
    names = scanner_names(scope)
    rooms = sorted((_room(room, names) for room in found.rooms), key=lambda one: (one.name, one.scanner))
    return Draft(
        site,
        name,
        of,
        window,
        settings,
        found,
        tuple(rooms),
        _values(found.rooms, groups),
        settings.least(level),
        change,
    )


def _room(room: Room, names: Mapping[int, str]) -> FrozenRoom:
    kept = room.kept
    return FrozenRoom(
        scanner=room.scanner, name=names.get(room.scanner, f"scanner {room.scanner}"), n=len(kept.values),
        n_patients=kept.n_patients, median=room.median, left_out=room.left_out,
        sizes=f"{kept.sizes}: {kept.sized.words}" if len(kept.values) else "",
    )  # fmt: skip


def _values(rooms: tuple[Room, ...], groups: Mapping[int, Samples]) -> FrozenValues:
    columns: list[list[object]] = [[] for _ in range(7)]
    for room in rooms:
        samples, fates = groups[room.scanner], [FATES[fate] for fate in room.kept.fates.tolist()]
        for column, more in zip(columns, _columns(room, samples, fates), strict=True):
            column.extend(more)
    return FrozenValues(*(tuple(column) for column in columns))  # type: ignore[arg-type]


def _columns(room: Room, samples: Samples, fates: list[str]) -> tuple[Sequence[object], ...]:
    return (
        samples.exam.tolist(),
        [room.scanner] * len(samples),
        samples.day.astype("datetime64[D]").tolist(),
        samples.value.tolist(),
        _known(samples.weight_kg),
        fates,
        [one == IN_MEDIAN and room.left_out is None for one in fates],
    )


def _known(values: Floats) -> list[object]:
    return [None if np.isnan(one) else one for one in values.tolist()]
