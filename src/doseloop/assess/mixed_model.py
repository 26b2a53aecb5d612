"""A linear mixed model by restricted maximum likelihood, small enough for the worker: no library for it is needed at run time.

    y = X b + Z u + S w + e,   u_k ~ N(0, a_f(k)² s²),   w_j ~ N(0, c² s²),   e ~ N(0, s²)

`X` are fixed effects, `Z` the columns of few random effects in families f of one variance each, and `S` sorts the rows into
sessions, each within one level of every column of `Z`. Sessions may be many: they are taken out by their sums alone, since with
n rows in a session its block of V is I + c² 11', whose inverse is I - c² / (1 + n c²) 11' (Sherman and Morrison 1950, Ann. Math.
Stat. 21:124). What is left are Henderson's mixed model equations (Henderson 1975, Biometrics 31:423), scaled so that a variance of
0 is a number like any other (Bates and DebRoy 2004, J. Multivar. Anal. 91:1). The criterion is that of Patterson and Thompson
(1971, Biometrika 58:545), with s² at its best for the other variances.

The covariance of the random effects is that of their prediction error, with the fixed effects estimated and the variances taken
as known; it is a little too small where a family has few levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
MOST: Final = 20.0
"""Highest standard deviation of an effect in those of the rest: beyond it nothing of ours lies."""
_STARTS: Final = (0.3, 0.02)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The model at its restricted maximum likelihood."""

    fixed: Floats
    effects: Floats
    """Best linear unbiased predictions of `u`, shrunken."""
    covariance: Floats
    """Of their prediction errors, `effects` less the truth."""
    sd_of_families: tuple[float, ...]
    sd_of_sessions: float
    sd_of_rest: float
    deviance: float
    """Minus twice the restricted logarithm of the likelihood, without the constant of X."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """All that the criterion needs of the rows."""

    crossed: Floats
    """[X Z y]' [X Z y]."""
    of_sessions: Floats
    """Sums of [X Z y] in each session."""
    sizes: Floats
    fixed: int
    families: Whole
    """The family of each column of Z."""

    @property
    def rows(self) -> int:
        return int(self.sizes.sum())


def fit(y: Floats, fixed: Floats, random: Floats, families: Sequence[int], sessions: Whole) -> Fitted:
    """Fit the model. `families` tells the family (0, 1, ...) of each column of `random`; `sessions` that of each row.

    Errors: `ValueError` where rows are no more than fixed effects, or these are not independent of each other.
    """
    sums = _summed(y, fixed, random, families, sessions)
    if sums.rows <= sums.fixed:
        raise ValueError(f"{sums.rows} rows cannot tell {sums.fixed} fixed effects.")
    count = int(sums.families.max(initial=-1)) + 2
    return _fitted(sums, _best(sums, count))


def _best(sums: _Sums, count: int) -> Floats:
    """The scales at the minimum: from two starts by gradients, and from the better one without, since at 0 there is none."""
    bounds = [(0.0, MOST)] * count
    starts = [np.full(count, start) for start in _STARTS]
    near = min((minimize(_criterion, one, (sums,), method="L-BFGS-B", bounds=bounds) for one in starts), key=_height)
    options = {"xatol": 1e-6, "fatol": 1e-8, "maxiter": 300, "initial_simplex": _around(near.x)}
    return np.asarray(minimize(_criterion, near.x, (sums,), method="Nelder-Mead", bounds=bounds, options=options).x)


def _height(found: Any) -> float:
    return float(found.fun)


def _around(scales: Floats) -> Floats:
    return np.vstack([scales, scales + 0.01 * np.eye(len(scales))])


def _summed(y: Floats, fixed: Floats, random: Floats, families: Sequence[int], sessions: Whole) -> _Sums:
    rows = np.column_stack([fixed, random, y])
    _, place = np.unique(sessions, return_inverse=True)
    of_sessions = np.zeros((int(place.max(initial=-1)) + 1, rows.shape[1]))
    np.add.at(of_sessions, place, rows)
    sizes = np.bincount(place).astype(float)
    return _Sums(rows.T @ rows, of_sessions, sizes, fixed.shape[1], np.asarray(families, dtype=np.int64))


def _equations(scales: Floats, sums: _Sums) -> tuple[Floats, Floats, float, float]:
    """Matrix and right side of the scaled equations, y'y, and the logarithm of the sessions' determinant."""
    ratio = float(scales[-1]) ** 2
    weights = ratio / (1 + sums.sizes * ratio)
    whole = sums.crossed - sums.of_sessions.T @ (sums.of_sessions * weights[:, None])
    scale = np.concatenate([np.ones(sums.fixed), scales[:-1][sums.families], [1.0]])
    whole = whole * scale[:, None] * scale[None, :]
    matrix = whole[:-1, :-1] + np.diag(np.concatenate([np.zeros(sums.fixed), np.ones(len(sums.families))]))
    return matrix, whole[:-1, -1], float(whole[-1, -1]), float(np.log1p(sums.sizes * ratio).sum())


def _criterion(scales: Floats, sums: _Sums) -> float:
    matrix, right, square, determinant = _equations(scales, sums)
    try:
        factor = cho_factor(matrix, lower=True)
    except LinAlgError as error:
        raise ValueError("The fixed effects are not independent of each other.") from error
    rest = square - float(right @ cho_solve(factor, right))
    of_equations = 2 * float(np.log(np.diag(factor[0])).sum())
    return determinant + of_equations + (sums.rows - sums.fixed) * float(np.log(max(rest, 1e-300)))


def _fitted(sums: _Sums, scales: Floats) -> Fitted:
    matrix, right, square, _ = _equations(scales, sums)
    factor = cho_factor(matrix, lower=True)
    solved = cho_solve(factor, right)
    degrees = sums.rows - sums.fixed
    variance = max(square - float(right @ solved), 0.0) / degrees
    scale = scales[:-1][sums.families]
    inverse = cho_solve(factor, np.eye(len(matrix)))[sums.fixed :, sums.fixed :]
    sd = float(np.sqrt(variance))
    return Fitted(
        fixed=solved[: sums.fixed],
        effects=solved[sums.fixed :] * scale,
        covariance=variance * inverse * scale[:, None] * scale[None, :],
        sd_of_families=tuple(float(one) * sd for one in scales[:-1]),
        sd_of_sessions=float(scales[-1]) * sd,
        sd_of_rest=sd,
        deviance=_criterion(scales, sums) + degrees * (1 + float(np.log(2 * np.pi / degrees))),
    )
