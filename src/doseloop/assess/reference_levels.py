"""The median of a group against a reference level.

Method: ICRP Publication 135 (Diagnostic Reference Levels in Medical Imaging, 2017): a level is compared with the median
of a representative sample of patients of standard size, never with one exam. The smallest samples and the weights
of standard adults (50 to 90 kg) are settings (`assess.level_settings`). CTDI phantoms are never mixed: IEC 60601-2-44 defines
CTDIvol for 16 and for 32 cm apart.

The low side: a median below a set's own 25th percentile is `low`, since a dose that is too low may cost the diagnosis; an
achievable value (the median of a national distribution) is one that good practice reaches, and exceeding it is no fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from doseloop.assess.enough import enough_on
from doseloop.assess.level_settings import DEFAULT_SETTINGS, Settings
from doseloop.assess.percentiles import median, median_interval, percentile, resampled_median_at_most
from doseloop.assess.samples import Flags, Floats, Sample, Samples, samples_of, within
from doseloop.model.quantities import QUANTITIES, shown
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.model.size_counts import SizeCounts

VERSION = "3"
State = Literal["above", "within", "low", "too few", "no verdict"]
Sizes = Literal["standard size", "level's weights", "all sizes"]
Days = tuple[date, date]
"""First and last day of a window, both included."""
FATES: Final = (
    "in the median", "provisional", "other or unknown age", "other phantom", "unknown phantom", "other or unknown size",
)  # fmt: skip
_SURELY_OUT, _SURELY_IN = 0.015, 0.035
"""Six standard deviations of 10,000 resamples on both sides of 2.5 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What of a group is in the median, and what became of the rest. Masks have one entry for every value that was handed in."""

    samples: Samples
    whole: Flags
    """Of exams that will not grow any more."""
    aged: Flags
    """Of these, those of the level's ages."""
    matched: Flags
    """Of these, those of the level's phantom."""
    in_median: Flags
    """Of these, those of the level's sizes."""
    values: Floats
    """Those in the median, in the quantity's own unit."""
    n_patients: int
    sizes: Sizes
    enough_on: date | None
    """Of too few values: when there will be enough (`assess.enough`)."""
    no_verdict: str | None
    """Why there is none, as a sentence."""

    @property
    def fates(self) -> NDArray[np.int8]:
        """What became of every value: positions in `FATES`."""
        other = ~self.matched & (self.samples.phantom_cm != 0)
        reasons = (~self.whole, ~self.aged, other, ~self.matched, ~self.in_median)
        return np.select(reasons, range(1, len(FATES)), 0).astype(np.int8)

    @property
    def left_out(self) -> tuple[int, ...]:
        """How many had each of the fates after the first."""
        return tuple(np.bincount(self.fates, minlength=len(FATES)).tolist()[1:])

    @property
    def sized(self) -> SizeCounts:
        """Of the values in the median, where weights came from."""
        return self.samples.where(self.in_median).sizes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands to a level, without its interval: what a page of many groups shows."""

    state: State
    n: int
    """Values in the median."""
    n_patients: int
    median: float | None
    """None of no values and where there is no verdict; given as information where there are too few."""
    is_close: bool
    """Whether the interval of the median holds the level: another sample might have come out on the other side."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a group stands to a level. Counts say what became of every value that was handed in."""

    state: State
    level_id: str
    level_value: float
    quantity: str
    n: int
    """Values in the median."""
    n_patients: int
    """Of how many patients: what must be enough. More than one value of a patient are acquisitions, or exams."""
    median: float | None
    """None of no values and where there is no verdict; given as information where there are too few."""
    interval: tuple[float, float] | None
    """Bootstrap interval of the median; None where there are too few."""
    quartiles: tuple[float, float] | None
    """25th and 75th percentile; None where there are too few."""
    sizes: Sizes
    sized: SizeCounts
    """Of the n, where weights came from."""
    n_provisional: int
    n_outside_age: int
    n_outside_size: int
    n_other_phantom: int
    n_unknown_phantom: int
    least: int
    """Values that the comparison needs."""
    enough_on: date | None
    sentences: tuple[str, ...]
    version: str = VERSION


def keep(
    samples: Samples,
    level: ReferenceLevel,
    settings: Settings = DEFAULT_SETTINGS,
    days: Days | None = None,
    *,
    by_age: bool,
) -> Kept:
    """The values of a group that are in the median for a level, and what became of the others.

    Left out, in this order: what may still grow, other ages, other phantoms, other sizes. `by_age` is False where the samples
    were chosen by age already; an age that is not known is in no group.
    """
    whole = samples.settled
    aged = whole & within(samples.age_months, level.group.ages) if by_age else whole
    matched = aged & _phantom_fits(samples, level)
    chosen, sizes = _of_size(samples, matched, level, settings)
    n_patients, least = samples.patients(chosen), settings.least(level)
    few = days is not None and 0 < n_patients < least
    return Kept(
        samples=samples,
        whole=whole,
        aged=aged,
        matched=matched,
        in_median=chosen,
        values=samples.value[chosen],
        n_patients=n_patients,
        sizes=sizes,
        enough_on=_enough_on(samples, chosen, least, days) if few and days is not None else None,
        no_verdict=_no_verdict_reason(samples, aged, matched, level),
    )


def standing(kept: Kept, level: ReferenceLevel, settings: Settings = DEFAULT_SETTINGS) -> Standing:
    """How what was kept stands to the level."""
    middle = None if kept.no_verdict else median(kept.values)
    state = _state(kept, middle, level, settings)
    judged = state in ("above", "within", "low")
    return Standing(state, len(kept.values), kept.n_patients, middle, judged and _is_close(kept, level))


def compare(
    samples: Iterable[Sample] | Samples,
    level: ReferenceLevel,
    settings: Settings = DEFAULT_SETTINGS,
    source: LevelSet | None = None,
    days: Days | None = None,
    *,
    by_age: bool = False,
) -> Verdict:
    """How the median of one procedure, scanner and quantity stands to a level (ICRP 135).

    The caller hands in one value per exam (or per matched acquisition); without `by_age` only those whose age is in the level's
    group. `above` is a median greater than the level; equal is
    `within`; a median below a level that is a 25th percentile is `low`. Fewer than the settings ask for is `too few`; with
    `days`, the window that the samples are of, it is told when there will be enough. Where the level's phantom is not
    known, or no value has the level's phantom, there is `no verdict`. `source` adds a sentence on how the level was
    verified.
    """
    given = samples if isinstance(samples, Samples) else samples_of(samples)
    return verdict_of(keep(given, level, settings, days, by_age=by_age), level, settings, source)


def verdict_of(
    kept: Kept, level: ReferenceLevel, settings: Settings = DEFAULT_SETTINGS, source: LevelSet | None = None
) -> Verdict:
    """The same of values that were kept already."""
    found = standing(kept, level, settings)
    judged = found.state not in ("too few", "no verdict")
    provisional, outside_age, other_phantom, unknown_phantom, outside_size = kept.left_out
    verdict = Verdict(
        state=found.state,
        level_id=level.id,
        level_value=level.value,
        quantity=level.quantity,
        n=found.n,
        n_patients=found.n_patients,
        median=found.median,
        interval=median_interval(kept.values, settings.confidence) if judged else None,
        quartiles=_quartiles(kept.values) if judged else None,
        sizes=kept.sizes,
        sized=kept.sized,
        n_provisional=provisional,
        n_outside_age=outside_age,
        n_outside_size=outside_size,
        n_other_phantom=other_phantom,
        n_unknown_phantom=unknown_phantom,
        least=settings.least(level),
        enough_on=kept.enough_on,
        sentences=(),
    )
    return _with_sentences(verdict, level, settings, kept.no_verdict, source)


def _enough_on(samples: Samples, chosen: Flags, least: int, days: Days) -> date | None:
    """By the first value of each patient."""
    known = chosen & ~np.isnat(samples.day)
    of_values, patients = samples.day[known], samples.patient[known]
    if patients.any():
        _, first = np.unique(patients, return_index=True)
        of_values = of_values[first]
    return enough_on(of_values, least, *days)


def _needs_phantom(level: ReferenceLevel) -> bool:
    return QUANTITIES[level.quantity].needs_phantom


def _phantom_fits(samples: Samples, level: ReferenceLevel) -> Flags:
    if not _needs_phantom(level):
        return np.ones(len(samples), dtype=bool)
    return np.asarray(samples.phantom_cm == (level.phantom_cm or -1))


def _no_verdict_reason(samples: Samples, aged: Flags, matched: Flags, level: ReferenceLevel) -> str | None:
    if not _needs_phantom(level):
        return None
    if level.phantom_cm is None:
        return "The level does not say for which CTDI phantom it is, so nothing is compared with it."
    if not aged.any() or matched.any():
        return None
    if not samples.phantom_cm[aged].any():
        return "The CTDI phantom of these values is not known, so they are not compared."
    return f"No value is for the level's phantom of {level.phantom_cm} cm; values of other phantoms are not comparable."


def _of_size(samples: Samples, matched: Flags, level: ReferenceLevel, settings: Settings) -> tuple[Flags, Sizes]:
    """The values of the level's sizes; all sizes where weights are missing and those that are known do not suffice."""
    known = ~np.isnan(samples.weight_kg)
    matched = matched & _of_thickness(samples, level)
    by_weight, child = level.group.has_weight_bounds, level.group.category == "child"
    if by_weight and (child or (matched & known).any()):
        return matched & known & within(samples.weight_kg, level.group.weights), "level's weights"
    if by_weight or child:
        return matched, "all sizes"
    low, high = settings.standard_weight_kg
    standard = matched & (samples.weight_kg >= low) & (samples.weight_kg <= high)
    if int(standard.sum()) >= settings.least(level) or not (matched & ~known).any():
        return standard, "standard size"
    return matched, "all sizes"


def _of_thickness(samples: Samples, level: ReferenceLevel) -> Flags:
    return within(samples.thickness_mm, level.group.thicknesses)


def _state(kept: Kept, middle: float | None, level: ReferenceLevel, settings: Settings) -> State:
    if kept.no_verdict:
        return "no verdict"
    if middle is None or kept.n_patients < settings.least(level):
        return "too few"
    if level.kind == "p25":
        return "low" if middle < level.value else "within"
    return "above" if middle > level.value else "within"


def _is_close(kept: Kept, level: ReferenceLevel) -> bool:
    """Whether the interval of 95 % holds the level: whether more than 2.5 and less than 97.5 % of resamples have a median at most
    as high. That probability is known; only where it is near these ends the interval is drawn, so that both always say the same."""
    n = len(kept.values)
    least, most = resampled_median_at_most(n, int(np.sum(kept.values <= level.value)))
    if most < _SURELY_OUT or least > 1 - _SURELY_OUT:
        return False
    if least > _SURELY_IN and most < 1 - _SURELY_IN:
        return True
    low, high = median_interval(kept.values) or (level.value, level.value)
    return low <= level.value < high


def _quartiles(values: Floats) -> tuple[float, float] | None:
    low, high = percentile(values, 25), percentile(values, 75)
    return None if low is None or high is None else (low, high)


def _with_sentences(
    verdict: Verdict, level: ReferenceLevel, settings: Settings, reason: str | None, source: LevelSet | None
) -> Verdict:
    sentences = [
        _headline(verdict, level, settings, reason),
        *_few(verdict, level, settings),
        *_size_sentences(verdict, settings),
        *_left_out(verdict, level),
    ]
    if verdict.interval and verdict.interval[0] <= verdict.level_value < verdict.interval[1]:
        sentences.append("The interval holds the level: another sample might have come out on the other side.")
    if _needs_phantom(level) and level.phantom_basis and "convention" in level.phantom_basis:
        sentences.append(
            f"That the level is for the {level.phantom_cm} cm phantom is convention, not read in its text."
        )
    if level.indication:
        sentences.append(
            f"The level is for {level.indication}; why these exams were made is not known, so all of the procedure are in."
        )
    if source is not None and not source.is_verified:
        sentences.append(
            f"The level was not read in {source.authority}'s own text ({source.verification}); confirm it before use."
        )
    return replace(verdict, sentences=tuple(sentences))


def _headline(verdict: Verdict, level: ReferenceLevel, settings: Settings, reason: str | None) -> str:
    if reason:
        return reason
    value = shown(verdict.quantity, verdict.level_value)
    if verdict.state == "too few":
        return f"Too few: {verdict.n_patients} of the {verdict.least} patients that a comparison with {value} needs."
    low, high = verdict.interval or (None, None)
    return (
        f"The median of {_counted(verdict)}, {shown(verdict.quantity, verdict.median)} "
        f"({settings.confidence:.0%} interval {shown(verdict.quantity, low)} to {shown(verdict.quantity, high)}), "
        f"is {_side(verdict, level)} of {value}."
    )


def _counted(verdict: Verdict) -> str:
    if verdict.n == verdict.n_patients:
        return f"{verdict.n} patients"
    return f"{verdict.n} values of {verdict.n_patients} patients"


def _side(verdict: Verdict, level: ReferenceLevel) -> str:
    name = {"achievable": "the achievable value", "p25": "the 25th percentile"}.get(level.kind, "the level")
    return {"above": "above", "low": "below"}.get(
        verdict.state, "not below" if level.kind == "p25" else "not above"
    ) + (f" {name}")


def _few(verdict: Verdict, level: ReferenceLevel, settings: Settings) -> list[str]:
    if verdict.state == "too few":
        on = verdict.enough_on
        return [f"At their pace there will be enough on {on.isoformat()}."] if on else []
    if verdict.state == "low":
        return [
            "A median as low as this is looked at together with image quality: too little dose can cost the diagnosis."
        ]
    preferred = settings.preferred(level)
    if verdict.state != "no verdict" and verdict.n_patients < preferred:
        return [f"{verdict.n_patients} patients are enough; {preferred} are preferred (ICRP Publication 135)."]
    return []


def _size_sentences(verdict: Verdict, settings: Settings) -> list[str]:
    if verdict.state == "no verdict":
        return []
    low, high = settings.standard_weight_kg
    if verdict.sizes == "all sizes":
        return [f"All sizes, {verdict.sized.missing} without weight.", *_sources(verdict)]
    kept = (
        f"Only patients of {low:g} to {high:g} kg" if verdict.sizes == "standard size" else "Only the level's weights"
    )
    return [f"{kept}; {verdict.n_outside_size} of other or unknown weight left out.", *_sources(verdict)]


def _sources(verdict: Verdict) -> list[str]:
    """Said where not every weight is one that the object tells: what the median stands on."""
    sized = verdict.sized
    return [f"n = {sized.n}: {sized.words}."] if sized.n != sized.weighed + sized.missing else []


def _left_out(verdict: Verdict, level: ReferenceLevel) -> list[str]:
    counts = (
        (verdict.n_provisional, "provisional left out, since their exams may still grow."),
        (verdict.n_outside_age, "of another or an unknown age left out."),
        (verdict.n_other_phantom, f"for another phantom than {level.phantom_cm} cm left out."),
        (verdict.n_unknown_phantom, "whose phantom is not known left out."),
    )
    return [f"{count} {what}" for count, what in counts if count]
