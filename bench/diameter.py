"""Processor time of size and noise of a series of 300 axial images, from their files to the one diameter of the series.

    python -m bench.diameter [IMAGES]

Images of 512 x 512 of a chest on a table, with noise, as scanners write them; read, decoded and measured as a reader process does.
The limit is on images that are not compressed, which is how scanners send them.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from doseloop.dosimetry import ct_slice
from doseloop.model.ct_series import CtSeries, CtSlice
from doseloop.reading.ct_pixels import measured_image
from doseloop.reading.limits import DEFAULT_LIMITS
from tests.dosimetry.phantoms import Grid, ellipse, table
from tests.reading import ct_images, reports

LIMIT_S = 1.0
SERIES = 300
PIXELS, SPACING_MM = 512, 0.78
_ROUNDS, _FILES = 5, 10


@dataclass(frozen=True, slots=True)
class Diameter:
    """One way in which the images are written: seconds of processor time for the series, and the diameter that came out."""

    name: str
    images: int
    seconds: float
    diameter_mm: float

    @property
    def ratio(self) -> float:
        """Seconds over the limit for that many images: at most 1 where it is held."""
        return self.seconds / (LIMIT_S * self.images / SERIES)


def measure(images: int = SERIES) -> list[Diameter]:
    """Every way of writing them."""
    with tempfile.TemporaryDirectory() as folder:
        return [_measured(name, write, images, Path(folder)) for name, write in _WAYS.items()]


def chest(seed: int) -> NDArray[np.int16]:
    """CT numbers of a chest on a table, HU."""
    grid = Grid(PIXELS, SPACING_MM)
    fine = grid.air()
    table(grid, fine, 130)
    ellipse(grid, fine, (240, 340), 30)
    for side in (-80, 80):
        ellipse(grid, fine, (150, 100), -850, (0, side))
    plane = grid.pixels_of(fine) + np.random.default_rng(seed).normal(0, 12, (PIXELS, PIXELS))
    return np.asarray(np.clip(np.rint(plane), -1024, 3071).astype(np.int16))


def _native(plane: NDArray[np.int16]) -> bytes:
    return reports.encode(ct_images.axial(1, plane, PixelSpacing=[SPACING_MM, SPACING_MM]))


def _lossless(syntax: str, encode: Callable[[NDArray[np.uint16]], bytes]) -> Callable[[NDArray[np.int16]], bytes]:
    def written(plane: NDArray[np.int16]) -> bytes:
        made = ct_images.axial(1, plane, PixelSpacing=[SPACING_MM, SPACING_MM], PixelRepresentation=0)
        return ct_images.compressed(made, encode((plane.astype(np.int32) + 1024).astype(np.uint16)), syntax)

    return written


_WAYS: dict[str, Callable[[NDArray[np.int16]], bytes]] = {
    "not compressed": _native,
    "JPEG lossless": _lossless(
        "1.2.840.10008.1.2.4.70", lambda plane: imagecodecs.ljpeg_encode(plane, bitspersample=16)
    ),
    "JPEG-LS": _lossless("1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode),
    "JPEG 2000": _lossless(
        "1.2.840.10008.1.2.4.90", lambda plane: imagecodecs.jpeg2k_encode(plane, reversible=True, codecformat="j2k")
    ),
}


def _measured(name: str, write: Callable[[NDArray[np.int16]], bytes], images: int, folder: Path) -> Diameter:
    paths = []
    for seed in range(_FILES):
        paths.append(folder / f"{name}-{seed}.dcm")
        paths[-1].write_bytes(write(chest(seed)))
    rounds = _ROUNDS if name == "not compressed" else 1
    taken, size = [], 0.0
    for _ in range(rounds):
        began = time.process_time()
        slices: list[CtSlice] = []
        for number in range(images):
            image = measured_image(paths[number % _FILES], DEFAULT_LIMITS, ct_slice.measured)
            assert image is not None
            slices += [CtSlice(str(number), float(number), 1.0, image.slices[0].measure, image.slices[0].why_not)]
        found = CtSeries(image.header, tuple(slices)).diameter
        assert found is not None
        taken.append(time.process_time() - began)
        size = found.value_mm
    return Diameter(name, images, statistics.median(taken), size)


def shown(found: list[Diameter]) -> str:
    """The figures beside the limit."""
    lines = [f"size and noise of a series of {found[0].images} images of {PIXELS} x {PIXELS}, processor time:"]
    for one in found:
        limit = f" (limit {LIMIT_S:.0f} s for {SERIES}: {one.ratio:.2f} of it)" if one.name == "not compressed" else ""
        lines.append(f"  {one.name:<16}{one.seconds:6.2f} s, {1000 * one.seconds / one.images:5.1f} ms an image{limit}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(shown(measure(*map(int, sys.argv[1:]))))
