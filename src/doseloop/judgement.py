"""Every rule that sees one exam and its past: what of the record it sees, and what it finds with the settings of the exam's site.

The chain judges each exam here, and so does a replay: with the same settings both find the same.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from doseloop import protocol_judgement, rule_judgement
from doseloop.access.scope import SYSTEM
from doseloop.assess import high_dose, new_name, revised_dose, rule_pack_values, same_event, wrong_protocol
from doseloop.assess.high_dose import HighDoseSettings
from doseloop.assess.new_name import NewNameSettings
from doseloop.assess.registry import RULES
from doseloop.assess.wrong_protocol import WrongProtocolSettings
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.model.flag import Finding
from doseloop.store import exams, history, objects, rule_settings, scanner_names
from doseloop.store.findings import ExamFinding
from doseloop.store.history import PartFacts

_COMPARED = {"CT": ("dlp_mgy_cm", "ctdi_vol_mgy")}
_COMPARED_PROJECTION = ("dap_gy_cm2", "ka_r_mgy")
_BAND_NAMES = {band.key: band.name for band in AGE_BANDS}


@dataclass(frozen=True)
class ExamAtHand:
    """An exam that is being judged; what the record holds of it is read once, and only when a rule asks."""

    exam: int
    known_sharing: Sequence[int] | None = None
    """Other exams that hold an event of it; None where nobody has looked."""
    _past: dict[int, list[PartFacts]] = field(default_factory=dict, repr=False)

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

    def before(self, part: PartFacts) -> list[PartFacts]:
        """What the part is compared with."""
        if part.part not in self._past:
            self._past[part.part] = history.before(SYSTEM, part)
        return self._past[part.part]


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


def _of_parts(exam: ExamAtHand, settings: HighDoseSettings) -> Iterable[ExamFinding | None]:
    return (_high_dose(exam, part, settings) for part in exam.parts)


def _high_dose(exam: ExamAtHand, part: PartFacts, settings: HighDoseSettings) -> ExamFinding | None:
    """The strongest finding over the part's quantities: flags of one cause are one flag."""
    if part.excluded or not part.procedure:
        return None
    quantities = _COMPARED.get(part.modality, _COMPARED_PROJECTION)
    found = [one for quantity in quantities if (one := _on_quantity(exam, part, quantity, settings))]
    if not found:
        return None
    strongest = max(found, key=lambda one: one.factor or 0.0)
    return ExamFinding(replace(strongest, cause="dose"), part.procedure)


def _on_quantity(exam: ExamAtHand, part: PartFacts, quantity: str, settings: HighDoseSettings) -> Finding | None:
    value = part.doses.get(quantity)
    if value is None:
        return None
    dose = high_dose.ExamDose(
        subject=f"exam {part.exam} {part.modality}",
        quantity=quantity,
        value=value,
        procedure=part.procedure_name,
        age_band=_BAND_NAMES.get(part.age_band, "patients of unknown age"),
        weight_kg=part.weight_kg,
        phantom_cm=part.phantom_cm,
        provisional=not part.settled,
    )
    past = [high_dose.PastExam(*one) for one in history.doses(exam.before(part), quantity)]
    return high_dose.on_exam(dose, past, settings)


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
    high_dose.RULE: _of_parts,
    rule_pack_values.RULE: _rule_pack,
    wrong_protocol.RULE: _wrong_protocol,
    same_event.RULE: _same_event,
    revised_dose.RULE: _revised_dose,
    new_name.RULE: _new_name,
}
"""How each rule of the form `on_exam` runs."""
