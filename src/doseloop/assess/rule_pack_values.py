"""The rule `rule-pack`, of one exam: a value beyond a threshold of a pack that the site goes by.

Each part of an exam is held against the rules of its kind: of CT the highest CTDIvol of a main acquisition, of fluoroscopy the
totals of the exam. What no object tells (whether a tissue reaction was seen) makes no flag; what only may put a rule out of
account (whether it was an intervention, which part of the body it was) does not keep one back, and is said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from doseloop.assess.notifiable import Answer, Event, answer
from doseloop.assess.rule_words import source_said, threshold_said, validity_said, value_said
from doseloop.model.flag import Finding
from doseloop.model.quantities import QUANTITIES
from doseloop.model.rule_pack import Domain, Fact, Patient, Region, Rule, RulePack

RULE: Final = "rule-pack"
VERSION: Final = "1"
DOMAINS: Final[Mapping[str, Domain]] = {"CT": "CT", "RF": "fluoroscopy", "NM": "NM", "PT": "NM"}
"""Of a part's modality; radiography, mammography and dental X-rays are of none."""


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """A part of an exam as rules about one exam see it."""

    modality: str
    procedure: str | None
    """Key of our catalogue; None where it is not known."""
    procedure_name: str
    patient: Patient | None
    doses: Mapping[str, float]
    """Known values by quantity."""


@dataclass(frozen=True, slots=True)
class JudgedExam:
    """An exam as rules about one exam see it."""

    subject: str
    """Our key of the exam."""
    on: date | None
    """The day on which it started; None where no object tells."""
    parts: tuple[JudgedPart, ...]
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding, and the procedure of the part that it is about."""

    finding: Finding
    procedure: str | None


def on_exam(exam: JudgedExam, pack: RulePack, rules: Iterable[Rule]) -> list[Noticed]:
    """What those rules of a pack find, each at most once: of several parts the one that is furthest beyond."""
    found = (_of_rule(exam, pack, rule) for rule in rules if rule.about == "one exam" and rule.window_days is None)
    return [one for one in found if one is not None]


def event_of(part: JudgedPart, on: date | None, pack: RulePack) -> Event:
    """A part as an event of a pack: its own lists say which procedures are of the brain, and which are interventions."""
    return Event(
        on=on,
        domain=DOMAINS.get(part.modality),
        region=_region(part, pack),
        patient=part.patient,
        facts=_facts(part, pack),
        values=part.doses,
    )


def _of_rule(exam: JudgedExam, pack: RulePack, rule: Rule) -> Noticed | None:
    beyond = [
        (said, part)
        for part in exam.parts
        if _may_reach(part, rule) and is_met_as_told(said := answer(event_of(part, exam.on, pack), pack, rule))
    ]
    if not beyond:
        return None
    said, part = max(beyond, key=lambda one: one[0].computed or 0.0)
    return Noticed(_finding(exam, part, said), part.procedure)


def _may_reach(part: JudgedPart, rule: Rule) -> bool:
    """Asked first, since it costs nothing: nearly every exam is far below every threshold."""
    value = part.doses.get(rule.quantity or "")
    return value is not None and value >= (rule.value or 0.0) and DOMAINS.get(part.modality) is not None


def is_met_as_told(said: Answer) -> bool:
    """Whether it is met as far as objects tell. What somebody has to see is not supposed; what only may put the rule out of
    account is no reason to keep silent."""
    return said.outcome == "met" or (
        said.outcome == "not enough known" and said.computed is not None and not said.rule.facts
    )


def _region(part: JudgedPart, pack: RulePack) -> Region | None:
    if DOMAINS.get(part.modality) != "CT":
        return None
    return "brain" if part.procedure in pack.brain else "other"


def _facts(part: JudgedPart, pack: RulePack) -> dict[Fact, bool]:
    return {} if part.procedure is None else {"intervention": part.procedure in pack.interventions}


def _finding(exam: JudgedExam, part: JudgedPart, said: Answer) -> Finding:
    rule, value = said.rule, said.computed or 0.0
    assert rule.quantity is not None
    symbol, name = QUANTITIES[rule.quantity].symbol, part.procedure_name or "an exam without a procedure"
    sentence = (
        f"{symbol} of {name} is {value_said(rule.quantity, value, rule.value)}; action is asked for at {threshold_said(rule)} "
        f"({source_said(said.pack, rule)}). {rule.action}"
    )
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=exam.subject,
        cause=rule.id,
        sentence=sentence,
        quantity=rule.quantity,
        value=value,
        threshold=rule.value,
        factor=said.factor,
        not_seen=tuple(not_told(exam, part, said)),
        provisional=exam.provisional,
    )


def not_told(exam: JudgedExam, part: JudgedPart, said: Answer) -> Iterator[str]:
    """What no object tells and the rule would ask for, one sentence each."""
    yield from said.rule.left_open
    yield from (f"Not known: {one}." for one in said.missing)
    if said.rule.region == "other" and part.procedure is None:
        yield "What was examined is not known; the rule for other parts of the body than the brain was taken."
    if exam.on is None and validity_said(said.pack, said.rule):
        yield "No object tells the day of the exam; the rules that hold still were taken."
    if not said.pack.is_verified(said.rule):
        yield "The rule was not read in the authority's own text; the site has confirmed it."
    if exam.provisional:
        yield "The exam is provisional: its totals may still grow."
