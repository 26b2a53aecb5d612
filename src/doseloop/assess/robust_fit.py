"""A line through data that a few wild values do not move, with a variance that knows of neighbours that are alike.

Huber's estimate (1973, Ann. Stat. 1:799; c = 1.345 has 95 % efficiency with normal values), scale by the median absolute deviation.
Its covariance is that of Huber, times (1 + r) / (1 - r) for residuals whose neighbours in time correlate with r, which is the
factor for a mean of many values of a first-order autoregression.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doseloop.assess.robust_scale import Floats

Positions = NDArray[np.intp]
_HUBER = 1.345
_ROUNDS = 30
_MOST_CORRELATION = 0.8
"""A larger one would say that exams hardly tell anything; it comes from few exams or from a drift."""


@dataclass(frozen=True, slots=True, eq=False)
class RobustFit:
    """What was fitted."""

    coefficients: Floats
    covariance: Floats
    residuals: Floats
    log_sd: float
    """Robust standard deviation of the residuals."""
    correlation: float
    """Of neighbours within a sequence; 0 where they do not correlate or the other way."""


def robust_fit(design: Floats, values: Floats, sequences: Sequence[Positions]) -> RobustFit | None:
    """Huber's fit of `values` (n) on `design` (n, p); `sequences` hold the indexes of rows that followed each other in time.

    None where the columns of the design depend on each other, or there are hardly more rows than columns.
    """
    rows, columns = design.shape
    if rows < columns + 10 or np.linalg.matrix_rank(design) < columns:
        return None
    coefficients: Floats = np.asarray(np.linalg.lstsq(design, values, rcond=None)[0], dtype=np.float64)
    for _ in range(_ROUNDS):
        residuals = values - design @ coefficients
        weights = np.sqrt(_weights(residuals / max(_scale(residuals, columns), 1e-9)))
        following: Floats = np.asarray(
            np.linalg.lstsq(design * weights[:, None], values * weights, rcond=None)[0], dtype=np.float64
        )
        if np.allclose(following, coefficients, atol=1e-7, rtol=0):
            break
        coefficients = following
    residuals = values - design @ coefficients
    scale = max(_scale(residuals, columns), 1e-9)
    bounded = np.clip(residuals / scale, -_HUBER, _HUBER)
    inside = max(float(np.mean(np.abs(residuals / scale) < _HUBER)), 0.1)
    variance = scale**2 * float(np.sum(bounded**2)) / (rows - columns) / inside**2
    correlation = neighbour_correlation([bounded[index] for index in sequences])
    inflated = variance * (1 + correlation) / (1 - correlation)
    return RobustFit(coefficients, inflated * np.linalg.inv(design.T @ design), residuals, scale, correlation)


def neighbour_correlation(sequences: Sequence[Floats]) -> float:
    """Of values with those that follow them, over all sequences; corrected for the mean that was taken from the same values.

    From 0 to 0.8; 0 where fewer than ten pairs are known.
    """
    pairs = sum(len(one) - 1 for one in sequences if len(one) > 1)
    squares = sum(float(np.sum(one**2)) for one in sequences)
    if pairs < 10 or squares <= 0:
        return 0.0
    products = sum(float(np.sum(one[1:] * one[:-1])) for one in sequences)
    raw = products / squares
    # The bias of the estimate of a first-order autoregression (Kendall 1954, Biometrika 41:403).
    return min(max(raw + (1 + 3 * raw) / pairs, 0.0), _MOST_CORRELATION)


def _weights(standardised: Floats) -> Floats:
    return np.minimum(1.0, _HUBER / np.maximum(np.abs(standardised), 1e-12))


def _scale(residuals: Floats, columns: int) -> float:
    """The median absolute deviation as a standard deviation, larger by what the columns took."""
    rows = len(residuals)
    return float(1.4826 * np.median(np.abs(residuals)) * np.sqrt(rows / (rows - columns)))
