"""The local levels of a site that are in force, as a set that it may compare with like any other."""

from dataclasses import replace

from doseloop.access.scope import Scope
from doseloop.model.local_level import LocalLevel
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.procedures import level_modality
from doseloop.store.local_levels import in_force


def local_set(scope: Scope, site: int) -> LevelSet | None:
    """The set; None where no local level is in force. One that is not what was set is no level of it."""
    found = [(one.key, one.level) for one in in_force(scope, site) if one.level is not None]
    if not found:
        return None
    _, newest = found[-1]
    key = key_of(site)
    return LevelSet(
        id=key, country="INT", authority=newest.site_name, year=newest.made_at.year,
        title=f"Local levels of {newest.site_name}", url="", seen_at="this record, frozen with every value behind them",
        status="current", verification="own", statistic="p75", author=newest.author,
        levels=tuple(_level(one, level, key) for one, level in found),
    )  # fmt: skip


def key_of(site: int) -> str:
    """Key of the set of a site."""
    return f"local-{site}"


def _level(key: int, level: LocalLevel, set_id: str) -> ReferenceLevel:
    made = level.of.level(
        level_modality(level.of.procedure), level.value, level.statistic, key=f"local-level-{key}", set_id=set_id
    )
    return replace(made, as_written=level.name, notes=_notes(level))


def _notes(level: LocalLevel) -> str:
    rooms = f"{len(level.used_rooms)} room{'' if len(level.used_rooms) == 1 else 's'}"
    return (
        f"{level.called.capitalize()} of {rooms}, {level.n_patients} patients, {level.first_day.isoformat()} to "
        f"{level.last_day.isoformat()}; set by {level.author}, to be reviewed on {level.review_on.isoformat()}."
    )
