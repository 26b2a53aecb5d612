"""The median of a group against a reference level.

Method: ICRP Publication 135 (Diagnostic Reference Levels in Medical Imaging, 2017): a level is compared with the median
of a representative sample of patients of standard size, never with one exam. The smallest sample (20) and the weights
of standard adults (50 to 90 kg) are settings. CTDI phantoms are never mixed: IEC 60601-2-44 defines CTDIvol for 16 and
for 32 cm apart.

Local levels and typical values, sets of a site's own and the low side have their place beside this file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from doseloop.assess.percentiles import median, median_interval
from doseloop.model.quantities import QUANTITIES, shown
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.model.size_counts import SizeCounts, size_counts

VERSION = "2"
State = Literal["above", "within", "too few", "no verdict"]
Sizes = Literal["standard size", "level's weights", "all sizes"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a group: of one exam's part, or of one matched acquisition of it."""

    value: float
    """In the quantity's own unit."""
    weight_kg: float | None = None
    phantom_cm: int | None = None
    provisional: bool = False
    """The exam may still grow; it is counted and left out."""
    weight_source: str = "object"
    """Where a weight came from (`model.precedence`, `size`)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a site may set."""

    min_n: int = 20
    standard_weight_kg: tuple[float, float] = (50.0, 90.0)
    """Both ends are standard."""
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a group stands to a level. Counts say what became of every value that was handed in."""

    state: State
    level_id: str
    level_value: float
    quantity: str
    n: int
    """Values in the median."""
    median: float | None
    """None of no values and where there is no verdict; given as information where there are too few."""
    interval: tuple[float, float] | None
    """Bootstrap interval of the median; None where there are too few."""
    sizes: Sizes
    sized: SizeCounts
    """Of the n, where weights came from."""
    n_provisional: int
    n_outside_size: int
    """Left out: weight known and not in the range, or not known where the range was kept to."""
    n_other_phantom: int
    n_unknown_phantom: int
    sentences: tuple[str, ...]
    version: str = VERSION


DEFAULT_SETTINGS = Settings()


def compare(
    samples: Iterable[Sample],
    level: ReferenceLevel,
    settings: Settings = DEFAULT_SETTINGS,
    source: LevelSet | None = None,
) -> Verdict:
    """How the median of one procedure, scanner and quantity stands to a level (ICRP 135).

    The caller hands in one value per exam (or per matched acquisition) whose age is in the level's group. `above` is a
    median greater than the level; equal is `within`. Fewer than `min_n` is `too few`. Where the level's phantom is not
    known, or no value has the level's phantom, there is `no verdict`. `source` adds a sentence on how the level was
    verified.
    """
    given = list(samples)
    final = [one for one in given if not one.provisional]
    reason = _no_verdict_reason(final, level)
    matched = [one for one in final if _phantom_fits(one, level)]
    unmatched = [one for one in final if not _phantom_fits(one, level)]
    kept, sizes = _of_size(matched, level, settings)
    values = [one.value for one in kept]
    enough = len(values) >= settings.min_n
    middle = None if reason else median(values)
    state = _state(reason, enough, middle, level.value)
    verdict = Verdict(
        state=state,
        level_id=level.id,
        level_value=level.value,
        quantity=level.quantity,
        n=len(values),
        median=middle,
        interval=median_interval(values, settings.confidence) if enough and not reason else None,
        sizes=sizes,
        sized=size_counts("" if one.weight_kg is None else one.weight_source for one in kept),
        n_provisional=len(given) - len(final),
        n_outside_size=len(matched) - len(kept),
        n_other_phantom=sum(one.phantom_cm is not None for one in unmatched),
        n_unknown_phantom=sum(one.phantom_cm is None for one in unmatched),
        sentences=(),
    )
    return _with_sentences(verdict, level, settings, reason, source)


def _needs_phantom(level: ReferenceLevel) -> bool:
    return QUANTITIES[level.quantity].needs_phantom


def _phantom_fits(one: Sample, level: ReferenceLevel) -> bool:
    return not _needs_phantom(level) or (level.phantom_cm is not None and one.phantom_cm == level.phantom_cm)


def _no_verdict_reason(final: Sequence[Sample], level: ReferenceLevel) -> str | None:
    if not _needs_phantom(level):
        return None
    if level.phantom_cm is None:
        return "The level does not say for which CTDI phantom it is, so nothing is compared with it."
    if not final or any(_phantom_fits(one, level) for one in final):
        return None
    if all(one.phantom_cm is None for one in final):
        return "The CTDI phantom of these values is not known, so they are not compared."
    return f"No value is for the level's phantom of {level.phantom_cm} cm; values of other phantoms are not comparable."


def _of_size(matched: list[Sample], level: ReferenceLevel, settings: Settings) -> tuple[list[Sample], Sizes]:
    """The values of the level's sizes; all sizes where weights are missing and those that are known do not suffice."""
    weights_known = any(one.weight_kg is not None for one in matched)
    if level.group.has_weight_bounds and (weights_known or level.group.category == "child"):
        return [one for one in matched if level.group.holds_weight(one.weight_kg)], "level's weights"
    if level.group.category == "child" or level.group.has_weight_bounds:
        return matched, "all sizes"
    low, high = settings.standard_weight_kg
    standard = [one for one in matched if one.weight_kg is not None and low <= one.weight_kg <= high]
    if len(standard) >= settings.min_n or all(one.weight_kg is not None for one in matched):
        return standard, "standard size"
    return matched, "all sizes"


def _state(reason: str | None, enough: bool, middle: float | None, level_value: float) -> State:
    if reason:
        return "no verdict"
    if not enough or middle is None:
        return "too few"
    return "above" if middle > level_value else "within"


def _with_sentences(
    verdict: Verdict, level: ReferenceLevel, settings: Settings, reason: str | None, source: LevelSet | None
) -> Verdict:
    sentences = [_headline(verdict, settings, reason), *_size_sentences(verdict, settings), *_left_out(verdict, level)]
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


def _headline(verdict: Verdict, settings: Settings, reason: str | None) -> str:
    if reason:
        return reason
    level = shown(verdict.quantity, verdict.level_value)
    if verdict.state == "too few":
        return f"Too few: {verdict.n} of the {settings.min_n} values that a comparison with {level} needs."
    low, high = verdict.interval or (None, None)
    side = "above" if verdict.state == "above" else "not above"
    return (
        f"The median of {verdict.n} values, {shown(verdict.quantity, verdict.median)} "
        f"({settings.confidence:.0%} interval {shown(verdict.quantity, low)} to {shown(verdict.quantity, high)}), "
        f"is {side} the level of {level}."
    )


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
        (verdict.n_other_phantom, f"for another phantom than {level.phantom_cm} cm left out."),
        (verdict.n_unknown_phantom, "whose phantom is not known left out."),
    )
    return [f"{count} {what}" for count, what in counts if count]
