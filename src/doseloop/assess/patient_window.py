"""The rule `rule-pack`, of one patient: what the exams within some days add up to, beyond a threshold of a pack.

The skin does not forget between two procedures: a rule with `window_days` adds the quantity over the patient's exams that started
within so many days before this one, this one too. It is about several exams; of one alone rules about one exam tell. Sums of
dose-area product and of reference air kerma say nothing about where on the skin the beams were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from doseloop.assess.notifiable import answer, exactly, window_key
from doseloop.assess.rule_pack_values import (
    DOMAINS,
    RULE,
    VERSION,
    JudgedExam,
    JudgedPart,
    Noticed,
    event_of,
    is_met_as_told,
    not_told,
)  # fmt: skip
from doseloop.assess.rule_words import source_said, threshold_said, value_said
from doseloop.model.flag import Finding
from doseloop.model.quantities import QUANTITIES
from doseloop.model.rule_pack import Rule, RulePack

_WHERE: Final = "The exams were added whatever part of the skin or body they were of."
_OTHERS: Final = "Exams at other sites, and under numbers that nobody has joined to this patient, are not in it."


@dataclass(frozen=True, slots=True)
class EarlierPart:
    """A part of an earlier exam of the same patient."""

    exam: int
    modality: str
    days_before: float
    """Days from its start to that of the exam that is judged."""
    doses: Mapping[str, float]
    """Known values by quantity."""


def rules_with_window(pack: RulePack) -> tuple[Rule, ...]:
    """The pack's rules that look at several exams of a patient."""
    return tuple(one for one in pack.rules if one.window_days is not None)


def on_exam(exam: JudgedExam, earlier: Sequence[EarlierPart], pack: RulePack, rule: Rule) -> Noticed | None:
    """A finding where the exam, with earlier ones of the patient, is beyond the rule's threshold, and it alone is not."""
    own = [part for part in exam.parts if _counts(part.modality, part.doses, rule)]
    within = [
        one for one in earlier if one.days_before < (rule.window_days or 0) and _counts(one.modality, one.doses, rule)
    ]
    if not own or not within or rule.quantity is None:
        return None
    alone = _sum((one.doses for one in own), rule.quantity)
    total = _sum((*(one.doses for one in own), *(one.doses for one in within)), rule.quantity)
    part = max(own, key=lambda one: one.doses[rule.quantity or ""])
    if _is_met(exam, part, alone, pack, rule) or not _is_met(exam, part, total, pack, rule):
        return None
    return Noticed(
        _finding(exam, part, alone, total, 1 + len({one.exam for one in within}), pack, rule), part.procedure
    )


def _counts(modality: str, doses: Mapping[str, float], rule: Rule) -> bool:
    domain = DOMAINS.get(modality)
    return rule.quantity in doses and domain is not None and (not rule.domains or domain in rule.domains)


def _sum(doses: Iterable[Mapping[str, float]], quantity: str) -> float:
    return float(sum(exactly(one[quantity]) for one in doses))


def _is_met(exam: JudgedExam, part: JudgedPart, value: float, pack: RulePack, rule: Rule) -> bool:
    event = replace(event_of(part, exam.on, pack), values={window_key(rule): value})
    return is_met_as_told(answer(event, pack, rule))


def _finding(
    exam: JudgedExam, part: JudgedPart, alone: float, total: float, exams: int, pack: RulePack, rule: Rule
) -> Finding:
    assert rule.quantity is not None
    symbol = QUANTITIES[rule.quantity].symbol
    all_said, own_said = value_said(rule.quantity, total, rule.value), value_said(rule.quantity, alone)
    sentence = (
        f"{symbol} of the patient's {exams} exams within {rule.window_days} days is {all_said} in all, {own_said} of it by this "
        f"one; action is asked for at {threshold_said(rule)} ({source_said(pack, rule)}). {rule.action}"
    )
    event = replace(event_of(part, exam.on, pack), values={window_key(rule): total})
    said = answer(event, pack, rule)
    return Finding(
        rule=RULE, version=VERSION, subject=exam.subject, cause=rule.id, sentence=sentence, quantity=rule.quantity, value=total,
        threshold=rule.value, factor=said.factor, n=exams, not_seen=(_WHERE, _OTHERS, *not_told(exam, part, said)),
        provisional=exam.provisional,
    )  # fmt: skip
