"""The doses of an exam's part held against its past: the rules about a single exam.

Too high is judged at every object, also while the exam is provisional; too low once it is complete.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from doseloop.access.scope import SYSTEM
from doseloop.assess import high_dose, low_dose
from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.model.flag import Finding
from doseloop.store import history
from doseloop.store.exam_doses import exam_dose, past_exams
from doseloop.store.findings import ExamFinding

Rule = Callable[[ExamDose, Sequence[PastExam]], Finding | None]
_COMPARED: Final = {"CT": ("dlp_mgy_cm", "ctdi_vol_mgy")}
_COMPARED_PROJECTION: Final = ("dap_gy_cm2", "ka_r_mgy")
_RULES: Final[tuple[Rule, ...]] = (high_dose.on_exam, low_dose.on_exam)


def judged(parts: Sequence[history.PartFacts]) -> list[ExamFinding]:
    """What the rules find in the parts of one exam."""
    return [one for part in parts if part.procedure and not part.excluded for one in _of_part(part)]


def _of_part(part: history.PartFacts) -> Iterator[ExamFinding]:
    """Of each rule the strongest finding over the part's quantities: flags of one cause are one flag."""
    wanted = _COMPARED.get(part.modality, _COMPARED_PROJECTION)
    doses = [one for quantity in wanted if (one := exam_dose(part, quantity))]
    if not doses:
        return
    before = history.before(SYSTEM, part)
    compared = [(one, past_exams(before, one.quantity)) for one in doses]
    for rule in _RULES:
        found = [said for dose, past in compared if (said := rule(dose, past))]
        if found:
            yield ExamFinding(replace(max(found, key=_strength), cause="dose"), part.procedure)


def _strength(finding: Finding) -> float:
    """How many times above or below what is expected it is."""
    factor = finding.factor or 1.0
    return max(factor, 1 / factor)
