"""Centre, slope and spread that a few wild values do not move."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]
_MOST_KEPT = 256
"""Rules look at so many exams at most, and at the same number again and again: finding their pairs is most of the time."""


def _pairs(n: int) -> Pairs:
    return _kept_pairs(n) if n <= _MOST_KEPT else np.triu_indices(n, k=1)


@lru_cache(16)
def _kept_pairs(n: int) -> Pairs:
    return np.triu_indices(n, k=1)


def theil_sen_slope(x: Floats, y: Floats) -> float | None:
    """Median of the slopes between all pairs with different x (Sen 1968, JASA 63); None where all x are equal."""
    first, second = _pairs(len(x))
    run = x[second] - x[first]
    rise = y[second] - y[first]
    apart = np.abs(run) > 1e-9
    if not apart.all():
        run, rise = run[apart], rise[apart]
    return float(np.median(rise / run)) if len(run) else None


def qn_scale(values: Floats) -> float:
    """Rousseeuw and Croux's Qn, an estimate of the standard deviation of a normal sample with 82 % efficiency.

    The k-th smallest distance between two values, k = h (h - 1) / 2, h = n // 2 + 1, times 2.2219 and a factor for
    small n (Rousseeuw and Croux 1993, JASA 88; Croux and Rousseeuw 1992 for n > 9). 0 of fewer than ten values.
    """
    n = len(values)
    if n < 10:
        return 0.0
    first, second = _pairs(n)
    distances = np.abs(values[second] - values[first])
    h = n // 2 + 1
    k = h * (h - 1) // 2
    small_n = n / (n + 1.4) if n % 2 else n / (n + 3.8)
    return float(2.2219 * small_n * np.partition(distances, k - 1)[k - 1])


def t_quantile(z: float, degrees: float) -> float:
    """The quantile of Student's t that a normal quantile z becomes (Abramowitz and Stegun 26.7.5, four terms).

    Within 0.5 % of the exact value for z up to 3.5 and 15 degrees of freedom or more.
    """
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / degrees ** (power + 1) for power, term in enumerate(terms))
