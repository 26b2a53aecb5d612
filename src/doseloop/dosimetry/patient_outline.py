"""Where the patient is in an axial CT image: body, arms and legs without table, head holder, blanket and air around.

Works on means of blocks of one to three millimetres. Tissue is what is above a threshold; shells as thin as those of a table are
taken off by an opening; what is left counts where it is as thick as a limb; what it encloses (lungs, bowel gas) belongs to it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from doseloop.dosimetry.blocks import (
    Mask,
    Plane,
    at_edge,
    block_sums,
    dilated,
    eroded,
    filled,
    holes,
    parts_of,
    repeated,
)

AIR_HU: Final = -1000.0
TOP_HU: Final = 3071.0
"""Top of the scale that CT numbers commonly have; metal beyond it counts as this."""
TISSUE_HU: Final = -300.0
PADDING_HU: Final = -1500.0
"""Below any CT number: what scanners write outside of the circle of reconstruction."""
BLOCK_MM: Final = 3.0
"""Largest block: walls of a child's chest and partitions of air are thicker."""
BLOCKS: Final = 128
"""Blocks of a side that are enough for what has a small field of view, and is small."""
SHELL_MM: Final = 3.0
"""Half the thickness of what is taken off: shells of tables and head holders."""
_NOTHING_HU: Final = -950.0
"""Mean of a block of which tissue fills a twentieth."""
LIMB_MM: Final = 18.0
"""Thinner than any part of a patient that weakens a beam noticeably; table tops and head holders are thinner."""
_LEAST_LIMB_CM2: Final = 4.0
_LUNG_HU: Final = -900.0
"""Mean of lungs, which are filled before thin walls are looked at; the hollow of a table is below."""
_CUT_LUNG_HU: Final = -950.0
_ABOVE_AIR_HU: Final = 60.0
"""What lies open to the edge of the field of view is lung where its mean is above the one, and by the other above the air of the
image."""
_FOAM_HU: Final = -600.0
"""Mean of a filled outline: below it is a table's hollow or foam; a chest with inflated lungs is far above."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A patient in blocks of an image."""

    core: Mask
    """Blocks of the patient, without those that it fills for a small part."""
    body: Mask
    """Blocks of the patient, those that it fills in part included."""
    outside: Mask
    """Blocks outside of the field of view."""
    hu: Plane
    """Mean CT number of each block, HU, from air to the top of the scale."""
    block_mm: tuple[float, float]
    """Height and width of a block, mm."""

    @property
    def block_cm2(self) -> float:
        """Area of a block, cm²."""
        return _cm2(self.block_mm)

    @property
    def water_cm2(self) -> float:
        """Area of water that weakens a beam as the patient does, cm²: the sum of (HU / 1000 + 1) over the area."""
        return float(np.sum(self.hu[self.body], dtype=np.float64) / 1000 + self.body.sum()) * self.block_cm2

    @property
    def area_cm2(self) -> float:
        """Area of the patient, cm²; of a block at the rim the share that is as dense as water or denser counts as whole."""
        rim = self.body & dilated(dilated(~self.body, diagonally=True), diagonally=True)
        shares = np.clip(self.hu[rim] / 1000 + 1, 0, 1)
        return float(np.sum(shares, dtype=np.float64) + (self.body.sum() - rim.sum())) * self.block_cm2


def outline(plane: Plane, spacing_mm: tuple[float, float]) -> Outline | None:
    """The patient in an image; None where there is none.

    `plane`: CT numbers, HU, rows x columns; NaN counts as air, as does what is below air. `spacing_mm`: distance of rows and of
    columns (Pixel Spacing). Errors: `ValueError` for an image that is not two-dimensional or a spacing that is not above 0.
    """
    if plane.ndim != 2 or not all(0 < one < np.inf for one in spacing_mm):
        raise ValueError("An image has rows and columns, and a spacing above 0.")
    size = max(1, min(round(BLOCK_MM / max(spacing_mm)), -(-max(plane.shape) // BLOCKS), *plane.shape))
    if 0 in plane.shape:
        return None
    hu = block_sums(_known(plane), size) / np.float32(size * size)
    block_mm = (spacing_mm[0] * size, spacing_mm[1] * size)
    outside = _outside(plane, size, hu)
    core = _core(hu, outside, block_mm)
    if core is None:
        return None
    body = core | (dilated(core, diagonally=True) & ~outside & (hu > _NOTHING_HU))
    return Outline(core, body, outside, hu, block_mm)


def _known(plane: Plane) -> Plane:
    """The image with air in place of padding and of what is no number, and the top of the scale for what is above."""
    if plane.min() > PADDING_HU and plane.max() <= TOP_HU:
        return plane
    return np.where(plane > PADDING_HU, np.minimum(plane, np.float32(TOP_HU)), np.float32(AIR_HU))


def _outside(plane: Plane, size: int, hu: Plane) -> Mask:
    """Blocks outside of the circle of reconstruction: padding where there is any, else what surrounds the inscribed circle where
    all of it is one number."""
    centre = plane[size // 2 :: size, size // 2 :: size][: hu.shape[0], : hu.shape[1]]
    padded = _to_the_edge(centre < PADDING_HU)
    if padded.any():
        return padded
    beyond, well_beyond = _beyond_the_circle(*hu.shape)
    values = centre[well_beyond]
    is_round = values.size > 0 and bool((values == values[0]).all())
    return beyond if is_round else padded


def _to_the_edge(low: Mask) -> Mask:
    """What reaches the edge of the image: streaks of metal within the patient may be as low as padding."""
    if not low.any():
        return low
    parts, count = parts_of(low)
    kept = np.zeros(count + 1, np.bool_)
    kept[at_edge(parts)] = True
    kept[0] = False
    found: Mask = kept[parts]
    return found


@lru_cache(maxsize=8)
def _beyond_the_circle(rows: int, columns: int) -> tuple[Mask, Mask]:
    """Blocks beyond the inscribed circle, and those that lie so by more than a block. Not to be written to."""
    y = (np.arange(rows) + 0.5) / rows * 2 - 1
    x = (np.arange(columns) + 0.5) / columns * 2 - 1
    radius = np.hypot(y[:, None], x[None, :])
    return radius > 1, radius > 1 + 1.5 / min(rows, columns)


def _core(hu: Plane, outside: Mask, block_mm: tuple[float, float]) -> Mask | None:
    tissue = (hu > TISSUE_HU) & ~outside
    solid = tissue | _lungs(hu, tissue, outside)
    shell = max(1, round(SHELL_MM / max(block_mm)))
    opened = repeated(dilated, repeated(eroded, solid, shell), shell) & solid
    if not opened.any():
        return None
    # What a cut lung opens to the edge of the field of view is closed before holes are filled.
    whole = filled(opened | _cut_lungs(hu, opened, outside), outside)
    body = _limbs(whole, hu, block_mm)
    if not body.any():
        return None
    for _ in range(2 * shell):
        body |= dilated(body, diagonally=True) & tissue
    return filled(body, outside)


def _lungs(hu: Plane, tissue: Mask, outside: Mask) -> Mask:
    """What tissue encloses and is as dense as lung."""
    parts, is_open = holes(tissue, outside)
    if is_open.all():
        return np.zeros_like(tissue)
    found: Mask = (~is_open & (_means(hu, parts, len(is_open) - 1) > _LUNG_HU))[parts]
    return found


def _cut_lungs(hu: Plane, tissue: Mask, outside: Mask) -> Mask:
    """Lungs that the edge of the field of view cuts: denser than air, where air alone would be. Blocks beside tissue do not tell,
    since tissue fills them in part."""
    around = dilated(tissue, diagonally=True)
    if not (at_edge(around).any() or (around & outside).any()):
        return np.zeros_like(tissue)
    parts, count = parts_of(~around & ~outside)
    at_the_edge = np.zeros(count + 1, np.bool_)
    at_the_edge[at_edge(parts)] = at_the_edge[parts[dilated(outside)]] = True
    at_the_edge[0] = False
    means = _means(hu, parts, count)
    lung = at_the_edge & (means > _CUT_LUNG_HU)
    if not lung.any():
        return np.zeros_like(tissue)
    lung &= means > np.percentile(hu[~outside], 5) + _ABOVE_AIR_HU
    return dilated(lung[parts], diagonally=True) & ~outside


def _limbs(whole: Mask, hu: Plane, block_mm: tuple[float, float]) -> Mask:
    """Those parts that are as large, as thick and as dense as a limb."""
    parts, count = parts_of(whole)
    core = repeated(eroded, whole, max(0, round((LIMB_MM / min(block_mm) - 1) / 2)))
    if count == 1:
        is_one = whole.sum() * _cm2(block_mm) >= _LEAST_LIMB_CM2 and core.any() and hu[whole].mean() > _FOAM_HU
        return whole if is_one else np.zeros_like(whole)
    areas = np.bincount(parts.ravel(), minlength=count + 1) * _cm2(block_mm)
    thick = np.bincount(parts[core], minlength=count + 1) > 0
    kept = (areas >= _LEAST_LIMB_CM2) & thick & (_means(hu, parts, count) > _FOAM_HU)
    kept[0] = False
    found: Mask = kept[parts]
    return found


def _cm2(block_mm: tuple[float, float]) -> float:
    return block_mm[0] * block_mm[1] / 100


def _means(hu: Plane, parts: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """Mean CT number of each part by its number."""
    flat = parts.ravel()
    sums = np.bincount(flat, weights=hu.ravel(), minlength=count + 1)
    return np.asarray(sums / np.maximum(np.bincount(flat, minlength=count + 1), 1))
