"""Every rule that sees one exam and its past: what of the record it sees, and what it finds with the settings of the exam's site.

The chain judges each exam here, and so does a replay: with the same settings both find the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from doseloop import dose_judgement, protocol_judgement, rule_judgement
from doseloop.access.scope import SYSTEM
from doseloop.assess import high_dose, low_dose, new_name, revised_dose, rule_pack_values, same_event, wrong_protocol
from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.assess.high_dose import HighDoseSettings
from doseloop.assess.low_dose import LowDoseSettings
from doseloop.assess.new_name import NewNameSettings
from doseloop.assess.registry import RULES
from doseloop.assess.wrong_protocol import WrongProtocolSettings
from doseloop.dose_judgement import Compared
from doseloop.model.flag import Finding
from doseloop.store import exams, history, objects, rule_settings, scanner_names
from doseloop.store.findings import ExamFinding
from doseloop.store.history import PartFacts


@dataclass(frozen=True)
class ExamAtHand:
    """An exam that is being judged; what the record holds of it is read once, and only when a rule asks."""

    exam: int
    known_sharing: Sequence[int] | None = None
    """Other exams that hold an event of it; None where nobody has looked."""
    _compared: dict[int, Sequence[Compared]] = field(default_factory=dict, repr=False)

    @property
    def subject(self) -> str:
        """The subject of findings about the whole of it."""
        return f"exam {self.exam}"

    @cached_property
    def parts(self) -> Sequence[PartFacts]:
        """Its parts."""
        return history.parts_of(SYSTEM, self.exam)

    @cached_property
    def sharing(self) -> Sequence[int]:
        """Other exams that hold an event of it."""
        return exams.in_other_exams(self.exam) if self.known_sharing is None else self.known_sharing

    def compared(self, part: PartFacts) -> Sequence[Compared]:
        """The part's doses, each with what it is compared with: looked up once for all rules."""
        if part.part not in self._compared:
            self._compared[part.part] = dose_judgement.compared(part, history.before)
        return self._compared[part.part]


Judge = Callable[[ExamAtHand, Any], Iterable[ExamFinding | None]]


def judged(exam: int, sharing: Sequence[int]) -> list[ExamFinding]:
    """What the rules that its site has switched on find in an exam; `sharing` are other exams that hold an event of it."""
    at_hand = ExamAtHand(exam, sharing)
    decided = rule_settings.of_exam(exam)
    found = []
    for name in JUDGES:
        held = decided.of(RULES[name])
        if held.is_on:
            found += judged_by(name, at_hand, held.settings)
    return found


def judged_by(rule: str, exam: ExamAtHand, settings: Any) -> list[ExamFinding]:
    """What one rule finds with these settings."""
    return [one for one in JUDGES[rule](exam, settings) if one is not None]


def _high_dose(exam: ExamAtHand, settings: HighDoseSettings) -> Iterable[ExamFinding | None]:
    def rule(dose: ExamDose, past: Sequence[PastExam]) -> Finding | None:
        return high_dose.on_exam(dose, past, settings)

    return (dose_judgement.strongest(part, exam.compared(part), rule) for part in exam.parts)


def _low_dose(exam: ExamAtHand, settings: LowDoseSettings) -> Iterable[ExamFinding | None]:
    def rule(dose: ExamDose, past: Sequence[PastExam]) -> Finding | None:
        return low_dose.on_exam(dose, past, settings)

    return (dose_judgement.strongest(part, exam.compared(part), rule) for part in exam.parts if part.settled)


def _rule_pack(exam: ExamAtHand, settings: None) -> Iterable[ExamFinding]:
    return rule_judgement.judged(exam.parts)


def _wrong_protocol(exam: ExamAtHand, settings: WrongProtocolSettings) -> Iterable[ExamFinding]:
    return map(ExamFinding, protocol_judgement.judged(exam.exam, settings))


def _same_event(exam: ExamAtHand, settings: None) -> Iterable[ExamFinding | None]:
    yield _whole(same_event.on_exam(exam.subject, exam.sharing))


def _revised_dose(exam: ExamAtHand, settings: None) -> Iterable[ExamFinding | None]:
    yield _whole(revised_dose.on_exam(exam.subject, objects.revised(exam.exam)))


def _new_name(exam: ExamAtHand, settings: NewNameSettings) -> Iterable[ExamFinding | None]:
    found = scanner_names.unseen(SYSTEM, exam.exam, new_name.DAYS)
    if found is not None:
        past = new_name.PastNames(found.exams, found.new_names)
        yield _whole(new_name.on_exam(exam.subject, found.scanner_name, found.names, past, found.procedures, settings))


def _whole(finding: Finding | None) -> ExamFinding | None:
    return ExamFinding(finding) if finding else None


JUDGES: Final[Mapping[str, Judge]] = {
    high_dose.RULE: _high_dose,
    low_dose.RULE: _low_dose,
    rule_pack_values.RULE: _rule_pack,
    wrong_protocol.RULE: _wrong_protocol,
    same_event.RULE: _same_event,
    revised_dose.RULE: _revised_dose,
    new_name.RULE: _new_name,
}
"""How each rule of the form `on_exam` runs."""
