"""The totals of an exam: what objects state beside what events add up to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from doseloop.store.exam_detail import ExamDetail

_SHOWN = ("dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s")
_AGREE = 0.01
"""Share by which a stated and a summed total may differ: rounding in the report."""


@dataclass(frozen=True, slots=True)
class Total:
    """One total of an exam, in the quantity's own unit. Missing is None."""

    quantity: str
    used: float | None
    stated: float | None
    summed: float | None
    source: str
    """Which of both is used: `stated` or `summed`; empty where that is not known."""

    @property
    def differ(self) -> bool:
        """Whether both are known and further apart than rounding makes them."""
        if self.stated is None or self.summed is None:
            return False
        return abs(self.stated - self.summed) > _AGREE * max(abs(self.stated), abs(self.summed))


def totals(exam: ExamDetail) -> tuple[Total, ...]:
    """The totals that the exam has."""
    return tuple(_known(exam))


def _known(exam: ExamDetail) -> Iterator[Total]:
    for quantity in _SHOWN:
        said: dict[str, Any] = exam.totals.get(quantity) or {}
        used = getattr(exam, quantity)
        if used is not None or said:
            yield Total(quantity, used, said.get("stated"), said.get("summed"), said.get("used") or "")
