"""Axial CT images of water phantoms, made by code; edges are as sharp as the pixels, which are averaged finely."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FINE = 4


@dataclass(frozen=True, slots=True)
class Grid:
    """A square image."""

    pixels: int = 512
    spacing_mm: float = 0.9765625

    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates from the middle of the image, mm: rows downwards, columns to the right; finer than the pixels."""
        count = self.pixels * FINE
        line = (np.arange(count) + 0.5 - count / 2) * self.spacing_mm / FINE
        return line[:, None], line[None, :]

    def air(self) -> NDArray[np.float32]:
        return np.full((self.pixels * FINE, self.pixels * FINE), -1000, np.float32)

    def pixels_of(self, fine: NDArray[np.float32]) -> NDArray[np.float32]:
        shape = (self.pixels, FINE, self.pixels, FINE)
        return fine.reshape(shape).mean(axis=(1, 3)).astype(np.float32)


def ellipse(
    grid: Grid, fine: NDArray[np.float32], size_mm: tuple[float, float], hu: float = 0.0,
    at_mm: tuple[float, float] = (0.0, 0.0),
) -> None:  # fmt: skip
    """Put an ellipse of that height and width into the image."""
    y, x = grid.axes()
    inside = ((y - at_mm[0]) / size_mm[0] * 2) ** 2 + ((x - at_mm[1]) / size_mm[1] * 2) ** 2 <= 1
    fine[inside] = hu


def bar(
    grid: Grid, fine: NDArray[np.float32], rows_mm: tuple[float, float], columns_mm: tuple[float, float], hu: float
) -> None:
    """Put a rectangle between those edges into the image."""
    y, x = grid.axes()
    fine[(y >= rows_mm[0]) & (y < rows_mm[1]) & (x >= columns_mm[0]) & (x < columns_mm[1])] = hu


def table(grid: Grid, fine: NDArray[np.float32], top_mm: float) -> None:
    """A hollow table top with shells of carbon fibre, 42 cm wide and 4 cm high, its upper face at `top_mm`."""
    bar(grid, fine, (top_mm, top_mm + 40), (-210, 210), -100)
    bar(grid, fine, (top_mm + 3, top_mm + 37), (-207, 207), -950)


def circle_of_view(plane: NDArray[np.float32], spacing_mm: float, diameter_mm: float, padding: float = -3024) -> None:
    """Cut the image to a circle of reconstruction."""
    line = (np.arange(len(plane)) + 0.5 - len(plane) / 2) * spacing_mm
    plane[np.hypot(line[:, None], line[None, :]) > diameter_mm / 2] = padding


def cylinder(
    diameter_mm: float, grid: Grid = Grid(), hu: float = 0.0, at_mm: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.float32]:
    fine = grid.air()
    ellipse(grid, fine, (diameter_mm, diameter_mm), hu, at_mm)
    return grid.pixels_of(fine)
