"""The totals of an exam: what objects state beside what events add up to."""

from collections.abc import Mapping
from dataclasses import dataclass

from doseloop.harmonise.totals import AGREES_WITHIN
from doseloop.store.exam_detail import ExamDetail

_SHOWN = (
    *("activity_mbq", "effective_dose_msv", "dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s"),
    *("agd_left_mgy", "agd_right_mgy"),
)


@dataclass(frozen=True, slots=True)
class Total:
    """One total of a part, in the quantity's own unit. Missing is None."""

    part: int
    """Position of the part; an exam with one part shows no part."""
    quantity: str
    stated: float | None
    summed: float | None
    source: str
    """Which of both is used: `stated` or `summed`."""
    place: str = ""
    """Where it stands among earlier exams, in words; empty where that is not known."""

    @property
    def used(self) -> float | None:
        """The total that counts."""
        return self.stated if self.source == "stated" else self.summed

    @property
    def differ(self) -> bool:
        """Whether both are known and further apart than rounding makes them."""
        if self.stated is None or self.summed is None:
            return False
        return abs(self.stated - self.summed) > AGREES_WITHIN * max(abs(self.stated), abs(self.summed))


def totals(exam: ExamDetail, places: Mapping[tuple[int, str], str]) -> tuple[Total, ...]:
    """The totals of the exam's parts, the quantities in their usual order; `places` as `web.placements` tells them."""
    listed = sorted(exam.totals, key=lambda one: (one["part"], _SHOWN.index(one["quantity"])))
    return tuple(
        Total(
            one["part"], one["quantity"], one["stated"], one["summed"], one["used"],
            places.get((one["part"], one["quantity"]), ""),
        )
        for one in listed
    )  # fmt: skip
