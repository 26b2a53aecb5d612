"""Fills the timelines of scanners from exams that were there before timelines were kept, and touches no exam."""

from dataclasses import dataclass

from doseloop.pipeline import Pipeline
from doseloop.store import untold_scanners

_LOOKED_AT, _TOLD_AT_ONCE = 5000, 20


@dataclass(slots=True)
class TimelineFill:
    """Goes once through the exams that are there when the worker starts. Ended and begun again, it goes on; an exam that cannot
    be read fails the step and is passed over until the next start."""

    pipeline: Pipeline
    last: int = 0
    """The key of the exam that was looked at last."""
    until: int | None = None
    """The newest exam at the first step."""

    def step(self) -> int:
        """Look at some exams, and tell of those whose timeline lacks them. Returns of how many."""
        if self.until is None:
            self.until = untold_scanners.newest_exam()
        if self.last >= self.until:
            return 0
        end = min(self.last + _LOOKED_AT, self.until)
        found = untold_scanners.untold(self.last, end)
        for exam in found[:_TOLD_AT_ONCE]:
            self.last = exam
            self.pipeline.tell_scanner(exam)
        if len(found) <= _TOLD_AT_ONCE:
            self.last = end
        return min(len(found), _TOLD_AT_ONCE)
