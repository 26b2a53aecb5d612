"""A patient whom the field of view cuts: which share of the outline is cut, what that does to the diameter, and when nobody knows.

The published factor is a function of that share alone. It was made for patients who are cut on both sides alike and fails for
one who lies off the centre (the errors are told in `METHOD.uncertainty` of the water-equivalent diameter). So the outline is
also completed by the ellipse through what is seen of it, and where both disagree there is no diameter.
"""

from math import exp, pi, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from doseloop.dosimetry.blocks import Mask, dilated
from doseloop.dosimetry.patient_outline import Outline

GROWTH: Final = 1.15
"""Anam et al. 2017, as two programs that anyone may read quote it; the paper itself was not seen."""
MOST_SHARE: Final = 0.5
"""Largest share for which the factor was tried on patients (see `METHOD.sources`)."""
MOST_DISAGREEMENT: Final = 0.02
"""Our own line: by how much the factor and the completed outline may disagree in the diameter."""
_LEAST_POINTS: Final = 12


def correction(share: float) -> float:
    """Factor on a water-equivalent diameter of which that share of the outline is cut, 0 to 1: exp(1.15 share³).

    >>> correction(0.0)
    1.0
    """
    return exp(GROWTH * share**3)


def truncated_share(patient: Outline) -> float:
    """Share of the outline that lies at the edge of the field of view, 0 to 1, in blocks of the outline."""
    rim, cut = _rim_and_cut(patient)
    return float(cut.sum() / rim.sum())


def is_told_by_its_share(patient: Outline, share: float) -> bool:
    """Whether the factor holds for this patient: the ellipse through what is seen of the outline gives nearly the same
    diameter."""
    if share > MOST_SHARE:
        return False
    missing = _missing_cm2(patient)
    if missing is None:
        return False
    completed = sqrt(1 + missing / patient.water_cm2)
    return abs(correction(share) / completed - 1) <= MOST_DISAGREEMENT


def _rim_and_cut(patient: Outline) -> tuple[Mask, Mask]:
    ends = np.zeros_like(patient.core)
    ends[[0, -1], :] = ends[:, [0, -1]] = True
    rim = patient.core & (dilated(~patient.core) | ends)
    return rim, rim & (ends | dilated(patient.outside, diagonally=True))


def _missing_cm2(patient: Outline) -> float | None:
    """Area of the ellipse through the seen outline that lies outside of the field of view, cm²; None where there is none."""
    rim, cut = _rim_and_cut(patient)
    rows, columns = np.nonzero(rim & ~dilated(dilated(cut, diagonally=True), diagonally=True))
    if len(rows) < _LEAST_POINTS:
        return None
    # Blocks as coordinates, from the middle and of the size of one, keep the fit well conditioned.
    middle, scale = np.array(rim.shape) / 2, max(rim.shape) / 2
    conic = _ellipse_through((columns - middle[1]) / scale, (rows - middle[0]) / scale)
    if conic is None:
        return None
    y = (np.arange(rim.shape[0]) - middle[0])[:, None] / scale
    x = (np.arange(rim.shape[1]) - middle[1])[None, :] / scale
    a, b, c, d, e, f = conic
    seen = ((a * x * x + b * x * y + c * y * y + d * x + e * y + f < 0) & ~patient.outside).sum()
    return float(max(0.0, (_area_of(conic) * scale * scale - float(seen)) * patient.block_cm2))


def _ellipse_through(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The ellipse a x² + b x y + c y² + d x + e y + f = 0, negative inside, with the least algebraic distance from
    points (Fitzgibbon, Pilu and Fisher 1999, in the form of Halíř and Flusser 1998); None where they make none."""
    squares, linear = np.stack((x * x, x * y, y * y), axis=1), np.stack((x, y, np.ones_like(x)), axis=1)
    try:
        to_linear = -np.linalg.solve(linear.T @ linear, linear.T @ squares)
        reduced = squares.T @ squares + (squares.T @ linear) @ to_linear
        _, vectors = np.linalg.eig(np.stack((reduced[2] / 2, -reduced[1], reduced[0] / 2)))
    except np.linalg.LinAlgError:
        return None
    found = np.real(vectors)
    is_ellipse = 4 * found[0] * found[2] - found[1] ** 2 > 0
    if not is_ellipse.any():
        return None
    first = found[:, int(np.argmax(is_ellipse))]
    conic = np.concatenate((first, to_linear @ first))
    return conic if conic[0] > 0 else -conic


def _area_of(conic: NDArray[np.float64]) -> float:
    a, b, c, d, e, f = map(float, conic)
    squares = 4 * a * c - b * b
    middle = f + (b * d * e - a * e * e - c * d * d) / squares
    return max(0.0, -2 * pi * middle / sqrt(squares))
