"""Where an exam stands among earlier ones, for its page."""

from doseloop.access.scope import Scope
from doseloop.assess import placement
from doseloop.store import history
from doseloop.store.exam_doses import exam_dose, past_exams

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


def _placed(part: history.PartFacts, past: list[history.PastPart], quantity: str) -> placement.Placement | None:
    exam = exam_dose(part, quantity)
    return None if exam is None else placement.on_exam(exam, past_exams(past, quantity))
