"""The doses of an exam's part held against its past: how the rules about a single exam run.

Too high is judged at every object, also while the exam is provisional; too low once it is complete.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.model.flag import Finding
from doseloop.store.exam_doses import exam_dose, past_exams
from doseloop.store.findings import ExamFinding
from doseloop.store.history import PartFacts, PastPart

Compared = tuple[ExamDose, Sequence[PastExam]]
DoseRule = Callable[[ExamDose, Sequence[PastExam]], Finding | None]
_COMPARED: Final = {"CT": ("dlp_mgy_cm", "ctdi_vol_mgy")}
_COMPARED_PROJECTION: Final = ("dap_gy_cm2", "ka_r_mgy")


def compared(part: PartFacts, before: Callable[[Scope, PartFacts], list[PastPart]]) -> list[Compared]:
    """The doses of a part that rules look at, each with its past, which `before` gives; none of a part that is set apart or whose
    procedure is not known."""
    if part.excluded or not part.procedure:
        return []
    wanted = _COMPARED.get(part.modality, _COMPARED_PROJECTION)
    doses = [one for quantity in wanted if (one := exam_dose(part, quantity))]
    past = before(SYSTEM, part) if doses else []
    return [(one, past_exams(past, one.quantity)) for one in doses]


def strongest(part: PartFacts, doses: Sequence[Compared], rule: DoseRule) -> ExamFinding | None:
    """The strongest finding of a rule over the part's quantities: flags of one cause are one flag."""
    found = [said for dose, past in doses if (said := rule(dose, past))]
    return ExamFinding(replace(max(found, key=_strength), cause="dose"), part.procedure) if found else None


def _strength(finding: Finding) -> float:
    """How many times above or below what is expected it is."""
    factor = finding.factor or 1.0
    return max(factor, 1 / factor)
