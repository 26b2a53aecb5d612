"""An action's effect in one sentence: how much, how sure, by how many exams, against what was expected."""

import math

from doseloop.assess.effect import LEAST_AFTER, LEAST_BEFORE
from doseloop.model.effect_look import CANNOT_TELL, TOO_EARLY, WORSE, EffectLook


def said(look: EffectLook) -> str:
    """`12 % less, 95 % interval 8 to 16 % less, 143 exams since; expected 20 % less: not met.`"""
    expected = f"expected {changed(look.expected)}: {look.verdict}"
    if look.change is None or look.low is None or look.high is None:
        return f"{_too_few(look)}; {expected}."
    known = f"{changed(look.change)}, 95 % interval {interval(look.low, look.high)}, {_exams(look.after)} since"
    return f"{known}; {expected}{_beside(look)}."


def changed(fraction: float) -> str:
    """A change as people say it: `20 % less`, `4 % more`, `no change`."""
    percent = _percent(fraction)
    if percent == "0":
        return "no change"
    return f"{percent} % {'less' if fraction < 0 else 'more'}"


def interval(low: float, high: float) -> str:
    """`8 to 16 % less`, `2 to 9 % more`, `16 % less to 3 % more`; the smaller change first where both go one way."""
    if math.isinf(high) or low < 0 < high:
        return f"{changed(low)} to {changed(high) if math.isfinite(high) else 'any more'}"
    near, far = sorted((low, high), key=abs)
    return f"{_percent(near)} to {_percent(far)} % {'less' if far < 0 else 'more'}"


def _percent(fraction: float) -> str:
    return f"{abs(100 * fraction):.0f}"


def _exams(number: int) -> str:
    return f"{number:,} exam{'' if number == 1 else 's'}"


def _too_few(look: EffectLook) -> str:
    if look.verdict == CANNOT_TELL:
        return f"{_exams(look.before)} from before count, {LEAST_BEFORE} are needed"
    least = f", at least {LEAST_AFTER} are needed" if look.after < LEAST_AFTER else ""
    return f"{_exams(look.after)} since{least}"


def _beside(look: EffectLook) -> str:
    if look.verdict == TOO_EARLY and look.more_exams is not None:
        return f", about {_exams(look.more_exams)} more are expected to be needed"
    if look.verdict != WORSE or look.change is None:
        return ""
    if (look.change < 0) is not (look.expected < 0):
        return ", the dose went the other way"
    return ", far below what was meant: look at the images" if look.expected < 0 else ", far above what was meant"
