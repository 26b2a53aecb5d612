"""Where an exam stands among earlier ones, for its page."""

from doseloop.access.scope import Scope
from doseloop.assess import placement
from doseloop.assess.exam_dose import ExamDose, PastExam
from doseloop.store import history

_LOOKED_AT = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy")


def placements(scope: Scope, exam: int) -> dict[tuple[int, str], str]:
    """A sentence by position of the part and quantity, where enough earlier exams can be compared."""
    found: dict[tuple[int, str], str] = {}
    for part in history.parts_of(scope, exam):
        past = history.before(scope, part) if part.settled and not part.excluded else []
        for quantity in _LOOKED_AT if past else ():
            placed = _placed(part, past, quantity)
            if placed is not None:
                found[part.part, quantity] = placed.sentence
    return found


def _placed(part: history.PartFacts, past: list[history.PartFacts], quantity: str) -> placement.Placement | None:
    value = part.doses.get(quantity)
    if value is None:
        return None
    exam = ExamDose(
        f"exam {part.exam}", quantity, value, part.procedure_name, part.age_band, part.weight_kg, part.phantom_cm
    )
    return placement.on_exam(exam, [PastExam(*one) for one in history.doses(past, quantity)])
