"""Which levels are for what one looks at on a procedure's page, and why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from doseloop.access.scope import Scope
from doseloop.assess.level_matching import LevelMatch, Outcome, match_level
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.model.patient_group import AgeBand, PatientGroup
from doseloop.model.reference_level import LevelGroup, LevelSet, Per, ReferenceLevel
from doseloop.store.level_choice import chosen_in
from doseloop.web.procedure_view import ProcedureView

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class NearLevels:
    """Rows of a set that are not compared, for the same reason."""

    source: LevelSet
    outcome: Outcome
    why: str
    as_written: tuple[str, ...]
    values: tuple[float, ...]
    first_row: str
    """Id of the first of them."""


def level_matches(scope: Scope, procedure: str, view: ProcedureView) -> tuple[LevelMatch, ...]:
    """Every row of the procedure and quantity in the sets that the scope's sites compare with, in their order; none for all
    ages, which no level is for."""
    band = next((one for one in AGE_BANDS if one.key == view.age_band), None)
    if band is None:
        return ()
    return tuple(
        match_level(_group(procedure, view, band, level), level, one)
        for one in chosen_in(scope)
        for level in one.levels
        if level.procedure == procedure and level.quantity == view.quantity
    )


def near_levels(matches: Iterable[LevelMatch]) -> tuple[NearLevels, ...]:
    """What is near and not compared, each reason of a set once."""
    found: dict[tuple[str, str], list[LevelMatch]] = defaultdict(list)
    for one in matches:
        if one.outcome != "compared":
            found[one.source.id, " ".join(one.refusals or one.caveats)].append(one)
    return tuple(
        NearLevels(
            rows[0].source,
            rows[0].outcome,
            why,
            tuple(dict.fromkeys(one.level.as_written for one in rows)),
            tuple(one.level.value for one in rows),
            rows[0].level.id,
        )
        for (_, why), rows in found.items()
    )


def _group(procedure: str, view: ProcedureView, band: AgeBand, level: ReferenceLevel) -> LevelGroup:
    """The values that `assess.reference_levels.compare` keeps for the level: of its phantom and, where known, its weights."""
    below = None if band.below_years is None else band.below_years * _MONTHS
    ages = PatientGroup(band.category, band.from_years * _MONTHS, below)
    patients = replace(ages, weight_min_kg=level.group.weight_min_kg, weight_max_kg=level.group.weight_max_kg)
    per: Per = "acquisition" if view.quantity.per_acquisition else "examination"
    return LevelGroup(procedure, view.quantity, per, patients, level.phantom_cm)
