"""The rule `rule-pack`, of a group: the mean of the last exams of one kind on one device against their reference level.

StrlSchV Anlage 14 I.1: once one exam is beyond its reference level by more than 200 %, the mean of the last 20 consecutive exams of
the same kind on the same device is looked at; beyond the level by more than 100 % it is reported. A reference level is for groups
(ICRP Publication 135): the one exam only begins the look, and makes no flag by itself.

The same kind is the same procedure and age band, for values that depend on it the same CTDI phantom, and for a level with bounds of
weight patients of these weights. The exam itself is the last of the group. Exams that are set apart are no part of it. Where there
are fewer than the rule asks for, the mean of those that there are is told and said to be of too few.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from doseloop.assess.level_matching import match_level
from doseloop.assess.notifiable import Answer, answer, exactly
from doseloop.assess.rule_pack_values import RULE, VERSION, JudgedExam, JudgedPart, event_of, is_met_as_told, not_told
from doseloop.assess.rule_words import source_said, threshold_said
from doseloop.model.flag import Finding
from doseloop.model.patient_group import AgeBand, PatientGroup
from doseloop.model.quantities import QUANTITIES, shown
from doseloop.model.reference_level import LevelGroup, LevelSet, Per, ReferenceLevel
from doseloop.model.rule_pack import Rule, RulePack

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class GroupExam:
    """One exam of the group."""

    value: float
    """In the quantity's own unit."""
    weight_kg: float | None = None
    phantom_cm: int | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What the exams of a group have in common."""

    part: JudgedPart
    """Of the exam that is judged."""
    quantity: str
    age_band: AgeBand
    scanner_name: str


@dataclass(frozen=True, slots=True)
class Level:
    """The reference level that holds for an exam."""

    level: ReferenceLevel
    source: LevelSet

    def ratio(self, value: float | Fraction) -> float:
        """How many times the level a value is."""
        return float(exactly(value) / exactly(self.level.value))


def level_of(kind: Kind, own: GroupExam, rows: Iterable[tuple[ReferenceLevel, LevelSet]]) -> Level | None:
    """The first of the rows that is a level for an exam of this kind; None where none is."""
    if kind.part.procedure is None:
        return None
    group = _group_of(kind, own, kind.part.procedure)
    fitting = (Level(*row) for row in rows if match_level(group, *row).outcome == "compared")
    return next(fitting, None)


def is_begun(exam: JudgedExam, kind: Kind, own: GroupExam, pack: RulePack, rule: Rule, found: Level) -> bool:
    """Whether the exam is so far beyond its level that the last ones have to be looked at."""
    return rule.about == "group of exams" and _answer(exam, kind, own, pack, rule, found, None).outcome == (
        "not enough known"
    )


def on_exam(
    exam: JudgedExam, kind: Kind, own: GroupExam, before: Iterable[GroupExam], pack: RulePack, rule: Rule, found: Level
) -> Finding | None:
    """A finding where the mean is beyond the rule's threshold. `before` are exams of the procedure, age band and scanner that came
    before this one, the latest first."""
    group = (own, *_comparable(before, own, found, (rule.last or 1) - 1))
    mean = sum((exactly(one.value) for one in group), Fraction()) / len(group)
    said = _answer(exam, kind, own, pack, rule, found, mean)
    return _finding(exam, kind, own, group, float(mean), said, found) if is_met_as_told(said) else None


def _answer(
    exam: JudgedExam, kind: Kind, own: GroupExam, pack: RulePack, rule: Rule, found: Level, mean: Fraction | None
) -> Answer:
    values = {"exam_to_level": found.ratio(own.value)}
    values |= {} if mean is None else {"mean_to_level": found.ratio(mean)}
    return answer(replace(event_of(kind.part, exam.on, pack), values=values), pack, rule)


def _group_of(kind: Kind, own: GroupExam, procedure: str) -> LevelGroup:
    """A group of this exam alone, whose weight may be known."""
    band = kind.age_band
    below = None if band.below_years is None else band.below_years * _MONTHS
    patients = PatientGroup(band.category, band.from_years * _MONTHS, below)
    if own.weight_kg is not None and band.category == "child":
        above = math.nextafter(own.weight_kg, math.inf)
        patients = replace(patients, weight_min_kg=own.weight_kg, weight_max_kg=above)
    per: Per = "acquisition" if kind.quantity == "ctdi_vol_mgy" else "examination"
    return LevelGroup(procedure, kind.quantity, per, patients, own.phantom_cm)


def _comparable(before: Iterable[GroupExam], own: GroupExam, found: Level, most: int) -> list[GroupExam]:
    needs_phantom = QUANTITIES[found.level.quantity].needs_phantom
    fitting = (
        one
        for one in before
        if (not needs_phantom or one.phantom_cm == own.phantom_cm) and found.level.group.holds_weight(one.weight_kg)
    )
    return [one for one, _ in zip(fitting, range(most), strict=False)]


def _finding(
    exam: JudgedExam, kind: Kind, own: GroupExam, group: Sequence[GroupExam], mean: float, said: Answer, found: Level
) -> Finding:
    rule, level, symbol = said.rule, found.level, QUANTITIES[kind.quantity].symbol
    few = len(group) < (rule.last or 1)
    asks = f"Action is asked for at {threshold_said(rule)} ({source_said(said.pack, rule)})."
    sentence = (
        f"The mean {symbol} of the last {len(group)} exams of {kind.part.procedure_name} in {kind.age_band.name} on "
        f"{kind.scanner_name} is {shown(kind.quantity, mean)}, {found.ratio(mean):.2f} times the reference level of "
        f"{shown(kind.quantity, level.value)} ({found.source.authority} {found.source.year}); this exam is "
        f"{found.ratio(own.value):.2f} times the level. {asks} "
        + (f"Too few: {len(group)} of {rule.last}." if few else rule.action)
    )
    threshold = (rule.value or 0.0) * level.value
    return Finding(
        rule=RULE, version=VERSION, subject=exam.subject, cause=rule.id, sentence=sentence, quantity=kind.quantity,
        value=mean, expected=level.value, threshold=threshold, factor=mean / threshold if threshold else None, n=len(group),
        not_seen=(*_not_seen(group, found, rule), *not_told(exam, kind.part, said)), provisional=exam.provisional,
    )  # fmt: skip


def _not_seen(group: Sequence[GroupExam], found: Level, rule: Rule) -> list[str]:
    waiting = sum(one.provisional for one in group)
    told = [] if len(group) >= (rule.last or 1) else ["With fewer exams than the rule asks for it says nothing yet."]
    told += [f"{waiting} of the exams are provisional: their totals may still grow."] if waiting else []
    if not found.source.is_verified:
        told.append(f"The level was not read in {found.source.authority}'s own text.")
    return told
