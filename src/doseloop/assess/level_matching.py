"""Which rows of the sets that a site compares with are for a group, and in words why, and why near ones are not.

A group is what a median is taken of: one procedure and quantity, for patients of some ages and sizes (ICRP Publication 135).
Each rule of `level_rules` looks at one thing that a row may narrow. A row counts for a group only where all of the group is in
the row's own bands: a set is compared in the bands that it is stated in (`bands_of`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from doseloop.assess.level_rules import RULES
from doseloop.model.patient_group import PatientGroup
from doseloop.model.reference_level import LevelGroup, LevelSet, ReferenceLevel

Outcome = Literal["compared", "shown beside", "not compared"]
"""`shown beside`: the row is for the group, and is no level (an achievable value, a 25th percentile)."""


@dataclass(frozen=True, slots=True)
class LevelMatch:
    """What was found about one row, in sentences."""

    level: ReferenceLevel
    source: LevelSet
    outcome: Outcome
    because: tuple[str, ...]
    """Why it is for the group; empty where it is not compared."""
    reservations: tuple[str, ...]
    """What is not known of the group although it is compared."""
    caveats: tuple[str, ...]
    """What the source leaves open, and how far it holds and is verified."""
    refusals: tuple[str, ...]
    """Why it is not compared."""


def match_levels(group: LevelGroup, sets: Iterable[LevelSet]) -> tuple[LevelMatch, ...]:
    """Every row of the group's procedure and quantity, in the order of the sets, whether it is for the group or near it.

    Rows that never match by themselves (`why_unmatched`) are near ones.
    """
    return tuple(
        match_level(group, level, one)
        for one in sets
        for level in one.levels
        if level.procedure == group.procedure and level.quantity == group.quantity
    )


def bands_of(procedure: str, quantity: str, sets: Iterable[LevelSet]) -> tuple[PatientGroup, ...]:
    """The groups of patients that the sets have levels of the procedure and quantity for, each once, in their order."""
    rows = (level for one in sets for level in one.levels if level.procedure == procedure)
    return tuple(
        dict.fromkeys(
            level.group
            for level in rows
            if level.quantity == quantity and level.is_level and level.why_unmatched is None
        )
    )


def match_level(group: LevelGroup, level: ReferenceLevel, source: LevelSet) -> LevelMatch:
    """Whether one row of the group's procedure and quantity is for the group."""
    said = [one for rule in RULES for one in rule(level, group)]
    refusals = tuple(one.sentence for one in said if one.outcome == "refused")
    if refusals:
        return LevelMatch(level, source, "not compared", (), (), (), refusals)
    because = tuple(one.sentence for one in said if one.outcome == "fits")
    reservations = tuple(one.sentence for one in said if one.outcome == "open")
    caveats = (*(one.sentence for one in said if one.outcome == "noted"), *_of_source(level, source))
    outcome: Outcome = "compared" if level.is_level else "shown beside"
    return LevelMatch(level, source, outcome, because, reservations, caveats, ())


def own_match(level: ReferenceLevel, source: LevelSet) -> LevelMatch | None:
    """How a level is compared with the group that it names itself; None where it never is, as those measured in a phantom."""
    if level.procedure is None or level.group.category == "phantom":
        return None
    view = level.views[0] if level.views else None
    group = LevelGroup(level.procedure, level.quantity, level.per, level.group, level.phantom_cm, view=view)
    found = match_level(group, level, source)
    return None if found.outcome == "not compared" else found


def _of_source(level: ReferenceLevel, source: LevelSet) -> Iterator[str]:
    if not level.is_level:
        yield "An achievable value or a lower quartile, shown beside: nothing is judged by it."
    if level.kind == "DRL_proposed":
        yield f"Proposed by {source.authority}; no authority set the level."
    if not source.is_current:
        held = f" since {source.valid_to.isoformat()}" if source.valid_to else ""
        yield f"The set is {source.status}{held}{f' ({source.status_note})' if source.status_note else ''}."
    if not source.is_verified:
        how = source.verification.replace("_", " ")
        yield f"The set is not verified ({how}): no signed report uses it until the site confirms it."
