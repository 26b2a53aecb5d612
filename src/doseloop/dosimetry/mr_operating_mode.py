"""MR: what a scanner reports of its fields against the operating modes of IEC 60601-2-33. Indices, no dose."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final

from doseloop.dosimetry.method import Method, Source
from doseloop.model.mr import MrSeries
from doseloop.reference.mr_limits import MrLimit, mr_limits

METHOD: Final = Method(
    id="mr-operating-mode-iec-60601-2-33",
    version=1,
    quantity="sar_whole_body_w_kg",
    title="Operating mode that reported indices imply",
    equation=(
        "normal where SAR <= L_normal; first level where L_normal < SAR <= L_first; else second level\n"
        "SAR, L: W/kg; whole body 2 and 4, head 3.2 and 3.2, partial body 10 - 8 R and 10 - 6 R, local (head) 10\n"
        "R: mass that is exposed over mass of the patient"
    ),
    validity=(
        "Rates as the scanner predicts them, over 6 minutes, at 25 °C or less. The share R is not recorded: partial-body rates "
        "between both ends of R get no mode. Of local rates one limit of the normal mode is known. B1+rms has no limit."
    ),
    uncertainty="None is given. Rates that scanners reported were 6 to 27 % off from those measured in a phantom (PMC5875836).",
    sources=(
        Source("IEC 60601-2-33:2010 with amendments", "limits of SAR, by operating mode; not read itself"),
        Source("J Med Radiat Sci 2022;69:250", "table 3", "https://pmc.ncbi.nlm.nih.gov/articles/PMC9163467"),
        Source("Questions and answers in MRI, SAR limits", "table of limits", "http://ww.mri-q.com/sar-limits.html"),
        Source("JIS Z 4951:2017, as MR safety questions quote it", "question 457", "https://mri-anzen.or.jp/qa/"),
    ),
    example="mr_operating_mode:implied_mode",
)
MODES: Final = ("IEC_NORMAL", "IEC_FIRST_LEVEL", "IEC_SECOND_LEVEL")
"""From the lowest to the highest."""
MODES_SAID: Final = {
    "IEC_NORMAL": "normal",
    "IEC_FIRST_LEVEL": "first level controlled",
    "IEC_SECOND_LEVEL": "second level controlled",
}
INDICES: Final = (
    *("sar_whole_body_w_kg", "sar_partial_body_w_kg", "sar_head_w_kg", "sar_local_w_kg"),
    "b1_rms_ut",
)


@dataclass(frozen=True, slots=True)
class JudgedIndex:
    """One reported index against the limits of its kind."""

    index: str
    """Key in `model.quantities`."""
    value: float
    limit: float | None
    """Of the normal mode, in the unit of the index; None where none is known."""
    mode: str | None
    """The mode that the value implies, None where limits do not tell."""
    is_verified: bool
    """Whether the limits were seen in two sources that agree, or more."""
    reason: str = ""
    """Why there is no mode or no limit."""

    @property
    def share(self) -> float | None:
        """Of the normal mode's limit, 1 at the limit; None without a limit."""
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class MrJudgement:
    """One series against the operating modes."""

    stated_mode: str | None
    """That of the radio frequency field as the object states it, else the highest that it states."""
    indices: tuple[JudgedIndex, ...]
    contradiction: str = ""
    """What the object states against what its values imply, as a sentence; empty where they agree."""

    @property
    def implied_mode(self) -> str | None:
        """The highest mode that a value implies."""
        return max((one.mode for one in self.indices if one.mode), key=MODES.index, default=None)


def judge(series: MrSeries) -> MrJudgement:
    """The series' indices, those alone that it reports as a number from 0 upward."""
    stated = series.rf_mode or series.operating_mode
    indices = tuple(_indices(series))
    mode = stated.value if stated and stated.value in MODES else None
    return MrJudgement(mode, indices, _contradiction(mode, indices))


def implied_mode(index: str, value: float) -> str | None:
    """The mode that a value of an index (key, its own unit) implies; None where its limits do not tell.

    The limits of the table in J Med Radiat Sci 2022;69:250 (table 3, PMC9163467), W/kg: whole body 2 and 4, head 3.2 and 3.2.

    >>> [implied_mode("sar_whole_body_w_kg", rate) for rate in (2.0, 4.0, 4.1)]
    ['IEC_NORMAL', 'IEC_FIRST_LEVEL', 'IEC_SECOND_LEVEL']
    >>> [implied_mode("sar_head_w_kg", rate) for rate in (3.2, 3.3)]
    ['IEC_NORMAL', 'IEC_SECOND_LEVEL']
    """
    limits = mr_limits().of(index)
    for one in limits:
        if value <= one.limit:
            return one.mode
        if value <= one.limit_highest:
            return None
    return MODES[-1] if len(limits) == len(MODES) - 1 else None


def _indices(series: MrSeries) -> Iterator[JudgedIndex]:
    for index in INDICES:
        reading = getattr(series, index)
        if reading is not None and isfinite(reading.value) and reading.value >= 0:
            yield _judged(index, reading.value, mr_limits().of(index))


def _judged(index: str, value: float, limits: tuple[MrLimit, ...]) -> JudgedIndex:
    mode = implied_mode(index, value)
    reason = "" if mode else _why_none(index, limits)
    verified = bool(limits) and all(one.is_verified for one in limits)
    return JudgedIndex(index, value, limits[0].limit if limits else None, mode, verified, reason)


def _why_none(index: str, limits: tuple[MrLimit, ...]) -> str:
    if not limits:
        return mr_limits().without_limit.get(index, "No limit is known.")
    if limits[0].formula:
        return "The limit depends on the share of the body that is exposed, which is not recorded."
    return "Above the limit of the normal mode; that of the first level is not known."


def _contradiction(stated: str | None, indices: tuple[JudgedIndex, ...]) -> str:
    if stated is None:
        return ""
    above = [one for one in indices if one.mode and MODES.index(one.mode) > MODES.index(stated)]
    if not above:
        return ""
    highest = max(above, key=lambda one: MODES.index(one.mode or stated))
    return f"The object states the {MODES_SAID[stated]} mode, and its values imply the {MODES_SAID[highest.mode or stated]} mode."
