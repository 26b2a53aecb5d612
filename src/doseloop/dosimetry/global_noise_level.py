"""The global noise level of one axial image, as `noise` describes it: on its pixels."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from doseloop.dosimetry.blocks import Mask, Plane, block_sums
from doseloop.dosimetry.patient_outline import Outline

KERNEL_MM: Final = 6.0
SOFT_TISSUE_HU: Final = (0.0, 100.0)
LEAST_TILES: Final = 60
"""Our own line: of fewer tiles the most frequent value is a matter of chance."""
LEAST_PIXELS: Final = 25
"""Our own line: pixels of a tile, of fewer its standard deviation says little."""
_BINS: Final = 256
_NOTHING_HU: Final = 1e-6
_WIDTH: Final = 0.06
"""Width of the Gaussian that smooths the histogram, as a share of the median: half of what chance spreads a tile of 6 mm by."""
_SMOOTHING: Final = np.exp(-0.5 * (np.arange(-_BINS // 8, _BINS // 8 + 1) * 3 / _BINS / _WIDTH) ** 2)


def noise_hu(plane: Plane, spacing_mm: tuple[float, float], patient: Outline) -> float | None:
    """Noise of the patient's soft tissue, HU; None where there is too little of it or the pixels are too coarse.

    `plane`: CT numbers, HU, rows x columns. `spacing_mm`: distance of rows and of columns. `patient`: the outline found in it.
    """
    size = max(1, round(KERNEL_MM / max(spacing_mm)))
    pixels = size * size
    within = _tiles_within(patient, size, plane.shape, spacing_mm)
    if pixels < LEAST_PIXELS or not within.any():
        return None
    rows, columns = (_span(np.logical_or.reduce(within, axis=axis)) for axis in (1, 0))
    tiles = plane[rows.start * size : rows.stop * size, columns.start * size : columns.stop * size]
    # From the middle of soft tissue, so that squares lose no digits in single precision.
    shifted = tiles - np.float32(sum(SOFT_TISSUE_HU) / 2)
    means = block_sums(shifted, size) / np.float32(pixels)
    soft = within[rows, columns] & (np.abs(means) <= np.float32((SOFT_TISSUE_HU[1] - SOFT_TISSUE_HU[0]) / 2))
    if soft.sum() < LEAST_TILES:
        return None
    variances = block_sums(shifted * shifted, size)[soft] - np.float32(pixels) * means[soft] ** 2
    return mode(np.sqrt(np.maximum(variances, 0) / np.float32(pixels - 1)).astype(np.float64))


def mode(values: NDArray[np.float64]) -> float | None:
    """The most frequent of some values that are not below 0, by a smoothed histogram; None for none, 0 where half of them are 0.

    >>> round(mode(np.array([4.0, 5.0, 5.0, 5.0, 6.0, 20.0])) or 0.0, 1)
    5.0
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return None
    middle = float(np.median(finite))
    if middle < _NOTHING_HU:
        return 0.0
    bin_width = 3 * middle / _BINS
    counts = np.bincount((finite[finite < 3 * middle] / bin_width).astype(np.intp), minlength=_BINS)
    smooth = np.convolve(counts, _SMOOTHING, mode="same")
    return (int(np.argmax(smooth)) + 0.5) * bin_width


def _tiles_within(patient: Outline, size: int, shape: tuple[int, ...], spacing_mm: tuple[float, float]) -> Mask:
    """Which tiles have their middle in the patient."""
    rows, columns = (
        np.minimum((np.arange(pixels // size) + 0.5) * size * spacing / block, blocks - 1).astype(np.intp)
        for pixels, spacing, block, blocks in zip(shape, spacing_mm, patient.block_mm, patient.core.shape, strict=True)
    )
    found: Mask = patient.core[rows[:, None], columns[None, :]]
    return found


def _span(marked: Mask) -> slice:
    """From the first to the last that is marked."""
    found = np.flatnonzero(marked)
    return slice(int(found[0]), int(found[-1]) + 1)
