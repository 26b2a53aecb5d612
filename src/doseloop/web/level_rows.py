"""The rows of a set of reference levels as its page shows them, by procedure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from doseloop.assess.level_words import ages_said, thicknesses_said, weights_said
from doseloop.model.patient_group import PatientGroup
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import Kind, LevelSet, ReferenceLevel, Statistic
from doseloop.reference.procedures import catalogue
from doseloop.report.compliance_words import verification_said

KINDS: Final[Mapping[Kind, str]] = {
    "DRL": "Reference level",
    "DRL_proposed": "Proposed level",
    "achievable": "Achievable value",
    "p25": "25th percentile",
}
STATISTICS: Final[Mapping[Statistic, str]] = {
    "p75": "75th percentile",
    "p50": "Median",
    "p25": "25th percentile",
    "VGD": "French guide value",
    "EDRL": "Median of national levels in Europe",
}
_BESIDE: Final[Mapping[Kind, str]] = {
    "DRL_proposed": "Proposed: no authority set it.",
    "achievable": "An achievable value, which judges nothing.",
    "p25": "A 25th percentile, which judges nothing.",
}
_CONTRAST = {"with": "with contrast medium", "without": "without contrast medium"}
_PHASES = {"single": "a single phase", "multiple": "several phases"}
_NO_PROCEDURE = "Not in the catalogue of procedures"


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row in words."""

    level: ReferenceLevel
    patients: str
    narrowed: str
    """What the exams are besides; empty where nothing narrows the row."""
    printed: str
    """As the source prints the value, in its unit."""
    phantom: str
    """Empty where the quantity has none."""
    per: str
    per_basis: str
    """How that is known, where the source does not say it."""
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProcedureRows:
    """The rows of one procedure; those of which the catalogue has none stand together."""

    key: str | None
    name: str
    modality: str
    rows: tuple[RowShown, ...]


def modalities(one: LevelSet) -> tuple[tuple[str, int], ...]:
    """The modalities of a set, as its source sorts its rows, with how many rows each has."""
    return tuple(Counter(level.modality for level in one.levels).items())


def by_procedure(one: LevelSet, modality: str = "") -> tuple[ProcedureRows, ...]:
    """The rows of a set (of one modality where it is given) by procedure, in the order of the source."""
    grouped: dict[tuple[str | None, str], list[RowShown]] = defaultdict(list)
    for level in one.levels:
        if not modality or level.modality == modality:
            grouped[level.procedure, level.modality].append(_shown(level, one))
    groups = (ProcedureRows(key, _name(key), of, tuple(rows)) for (key, of), rows in grouped.items())
    return tuple(sorted(groups, key=lambda group: group.key is None))


def patients_said(group: PatientGroup) -> str:
    """For whom a row is: `Children of 1 year to under 5 years, 5 to under 15 kg`."""
    said = ages_said(group)
    return ", ".join((said[0].upper() + said[1:], *_sizes(group)))


def narrowed(level: ReferenceLevel) -> str:
    """What the exams of a row are besides; empty where nothing narrows it."""
    said = [
        f"for {level.indication}" if level.indication else "",
        level.technique or "",
        _CONTRAST[level.contrast] if level.contrast else "",
        _PHASES[level.phases] if level.phases else "",
        " or ".join(view if view == "lateral" else view.upper() for view in level.views),
    ]
    return "; ".join(one for one in said if one)


def printed(level: ReferenceLevel) -> str:
    """The value as the source prints it, with its unit."""
    if level.printed is not None:
        return f"{level.printed.value:.10g} {level.printed.unit}"
    return f"{level.value:.10g} {QUANTITIES[level.quantity].unit}"


def _name(key: str | None) -> str:
    return _NO_PROCEDURE if key is None else catalogue().name_of(key)


def _shown(level: ReferenceLevel, one: LevelSet) -> RowShown:
    return RowShown(
        level, patients_said(level.group), narrowed(level), printed(level), _phantom(level), *_per(level),
        tuple(_remarks(level, one)),
    )  # fmt: skip


def _per(level: ReferenceLevel) -> tuple[str, str]:
    if level.scope is None:
        return level.per.capitalize(), "not said; by its nature"
    return level.scope[0].upper() + level.scope[1:], ""


def _phantom(level: ReferenceLevel) -> str:
    if not QUANTITIES[level.quantity].needs_phantom:
        return ""
    if level.phantom_cm is None:
        return "not said"
    return f"{level.phantom_cm} cm"


def _sizes(group: PatientGroup) -> Iterator[str]:
    if group.has_weight_bounds:
        yield weights_said(group.weights)
    if group.thicknesses.is_bounded:
        yield thicknesses_said(group.thicknesses)
    if group.sex:
        yield group.sex
    if group.size:
        yield group.size


def _remarks(level: ReferenceLevel, one: LevelSet) -> Iterable[str]:
    if level.why_unmatched is not None:
        yield f"Compared with nothing by itself: {level.why_unmatched}."
    if level.phantom_cm is None and QUANTITIES[level.quantity].needs_phantom:
        yield "No phantom is named, so it gives no verdict."
    if level.kind in _BESIDE:
        yield _BESIDE[level.kind]
    if level.statistic != one.statistic:
        yield f"{STATISTICS[level.statistic]}."
    if level.verification != one.verification:
        yield _sentence(verification_said(level.verification))
    if level.notes:
        yield _sentence(level.notes)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"
