"""Percentiles and the interval of a median, the same everywhere in Doseloop."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Values = Sequence[float] | NDArray[np.float64]

RESAMPLES = 10_000
SEED = 135


def percentile(values: Values, p: float) -> float | None:
    """The p-th percentile (0 to 100) of values in any order; None of no values.

    Type 7 of Hyndman and Fan (1996), The American Statistician 50(4): h = (n - 1) p / 100, linear between the order
    statistics on both sides of h. R's and NumPy's default.
    """
    if not len(values):
        return None
    h = (len(values) - 1) * p / 100
    below = math.floor(h)
    above = min(below + 1, len(values) - 1)
    ordered = np.partition(np.asarray(values, dtype=float), (below, above))
    lower, upper = float(ordered[below]), float(ordered[above])
    return lower + (h - below) * (upper - lower)


def median(values: Values) -> float | None:
    """The median of values in any order; None of no values."""
    return percentile(values, 50)


def median_interval(
    values: Values, confidence: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of the median (Efron and Tibshirani 1993, chapter 13); None of fewer than two.

    A resample need not be drawn in full: its median is the value at the median of n uniform numbers, whose distribution
    is a beta distribution, so the cost does not grow with n. The seed is fixed: the same values in any order give the
    same interval.
    """
    if len(values) < 2:
        return None
    medians = _bootstrap_medians(np.sort(np.asarray(values, dtype=float)), np.random.default_rng(seed), resamples)
    tail = (1 - confidence) / 2
    low, high = np.quantile(medians, (tail, 1 - tail))
    return float(low), float(high)


def resampled_median_at_most(n: int, at_most: int) -> tuple[float, float]:
    """Bounds of the probability that the median of a resample is at most a value that `at_most` of the n values do not exceed.

    Of a resample as many do as a binomial number of n draws. Of an odd number more than half must, and both bounds are equal; of an
    even number half may do or may not.
    """
    if at_most in (0, n):
        return float(at_most > 0), float(at_most > 0)
    share = at_most / n
    counts = np.arange(n // 2, n + 1) if n % 2 == 0 else np.arange((n + 1) // 2, n + 1)
    terms = np.exp(_log_choose(n)[counts] + counts * math.log(share) + (n - counts) * math.log1p(-share))
    whole = float(terms.sum())
    return (whole - float(terms[0]) if n % 2 == 0 else whole), whole


@lru_cache(maxsize=512)
def _log_choose(n: int) -> NDArray[np.float64]:
    """Logarithms of the binomial coefficients of n over 0 to n."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    return np.asarray(logs[n] - logs - logs[::-1])


def _bootstrap_medians(
    ordered: np.ndarray[tuple[int], np.dtype[np.float64]], generator: np.random.Generator, resamples: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    n = len(ordered)
    lower_rank = (n + 1) // 2
    lower = generator.beta(lower_rank, n + 1 - lower_rank, resamples)
    first = ordered[_positions(lower, n)]
    if n % 2:
        return first
    # Above the lower middle lie n/2 uniform numbers; the upper middle is the least of them.
    upper = lower + (1 - lower) * generator.beta(1, n // 2, resamples)
    return (first + ordered[_positions(upper, n)]) / 2


def _positions(
    uniform: np.ndarray[tuple[int], np.dtype[np.float64]], n: int
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.minimum((uniform * n).astype(np.intp), n - 1)
