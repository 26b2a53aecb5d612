"""The reference levels that a plan compares with: of each site those that it chose, or set itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from doseloop.access.scope import Scope
from doseloop.ask.measures import Level
from doseloop.assess.level_matching import LevelMatch, own_match
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.store.level_choice import chosen
from doseloop.store.level_confirmation import usable_when_signed
from doseloop.store.local_level_set import local_set

_PER: Final[dict[str, Level]] = {"acquisition": "acquisition", "examination": "part"}


@dataclass(frozen=True, slots=True)
class Standard:
    """A level that a site's groups are compared with."""

    site: int
    match: LevelMatch
    usable_when_signed: bool

    @property
    def level(self) -> ReferenceLevel:
        """The level."""
        return self.match.level

    @property
    def source(self) -> LevelSet:
        """The set that it is of."""
        return self.match.source

    @property
    def rows(self) -> Level:
        """What its values are of."""
        return _PER[self.level.per]


def standards(
    scope: Scope, sites: Iterable[int], source: str, columns: frozenset[str], procedures: frozenset[str] | None
) -> tuple[Standard, ...]:
    """The levels of each site, in its order; those for one indication alone stand after the others.

    `source` is that of a plan, `columns` the quantities; `procedures` None is every one. Levels of a phantom, and those that never
    match by themselves, are none.
    """
    found: list[Standard] = []
    for site in sorted(sites):
        sets = _sets(scope, site, source)
        signed = {one.id for one in usable_when_signed(scope, site)} if sets else set()
        listed = [(level, one) for one in sets for level in one.levels if _is_asked(level, source, columns, procedures)]
        for level, one in sorted(listed, key=lambda each: each[0].indication is not None):
            match = own_match(level, one)
            if match is not None:
                found.append(Standard(site, match, one.id in signed))
    return tuple(found)


def _sets(scope: Scope, site: int, source: str) -> tuple[LevelSet, ...]:
    if source in ("local_drl", "typical_value"):
        local = local_set(scope, site)
        return () if local is None else (local,)
    return tuple(one for one in chosen(scope, site) if one.verification != "own")


def _is_asked(level: ReferenceLevel, source: str, columns: frozenset[str], procedures: frozenset[str] | None) -> bool:
    if (
        level.procedure is None
        or level.quantity not in columns
        or (procedures is not None and level.procedure not in procedures)
    ):
        return False
    if source == "achievable_dose":
        return level.kind == "achievable"
    # Of one or a few rooms there is no local level but a typical value, which then stands in for it (ICRP Publication 135).
    return level.statistic == "p50" if source == "typical_value" else level.is_level
