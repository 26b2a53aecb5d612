"""Noise made by code, of a level that is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.ct_slice import measured
from doseloop.dosimetry.global_noise_level import mode
from doseloop.dosimetry.noise import estimate
from doseloop.model.ct_series import SliceMeasure
from doseloop.model.diameter import MeasuredNoise
from doseloop.model.estimate import Estimate
from tests.dosimetry.phantoms import Grid, cylinder, ellipse


def noise(sigma_hu: float, spacing_mm: float, seed: int = 1, hu: float = 40.0) -> float | None:
    plane = cylinder(min(320, 400 * spacing_mm), Grid(512, spacing_mm), hu)
    plane += np.random.default_rng(seed).normal(0, sigma_hu, plane.shape).astype(np.float32)
    measure = measured(plane, (spacing_mm, spacing_mm))
    assert isinstance(measure, SliceMeasure)
    return measure.noise_hu


@pytest.mark.parametrize("spacing_mm", [0.4, 0.7, 0.98, 1.2])
@pytest.mark.parametrize("sigma_hu", [3, 10, 25, 60])
def test_noise_of_a_known_level_is_found_to_three_per_cent(sigma_hu: float, spacing_mm: float) -> None:
    for seed in range(3):
        assert noise(sigma_hu, spacing_mm, seed) == pytest.approx(sigma_hu, rel=0.03)


def test_structures_in_the_patient_hardly_change_it() -> None:
    grid = Grid(512, 0.75)
    fine = grid.air()
    ellipse(grid, fine, (260, 340), 50)
    for number, hu in enumerate((-850, 300, 900, -100, 80, 20)):
        ellipse(grid, fine, (50, 40), hu, (-60 + 60 * (number // 3), -90 + 90 * (number % 3)))
    plane = grid.pixels_of(fine)
    plane += np.random.default_rng(3).normal(0, 12, plane.shape).astype(np.float32)
    measure = measured(plane, (0.75, 0.75))
    assert isinstance(measure, SliceMeasure)
    assert measure.noise_hu == pytest.approx(12, rel=0.04)


def test_an_image_without_noise_has_none() -> None:
    assert noise(0, 0.7) == 0


@pytest.mark.parametrize(("spacing_mm", "hu"), [(1.5, 40), (0.7, 300), (0.7, -100)], ids=["coarse", "bone", "fat"])
def test_without_soft_tissue_in_fine_pixels_there_is_none(spacing_mm: float, hu: float) -> None:
    assert noise(10, spacing_mm, hu=hu) is None


def test_the_mode_of_nothing_is_none() -> None:
    assert mode(np.array([])) is None
    assert mode(np.array([np.nan, np.inf])) is None


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=80))
def test_the_mode_lies_between_nothing_and_three_medians(values: list[float]) -> None:
    found = mode(np.array(values))
    assert found is not None
    assert 0 <= found <= 3 * max(float(np.median(values)), 0) + 1e-9


@given(st.lists(st.floats(0.1, 1e3), min_size=3, max_size=40), st.sampled_from([2.0, 8.0]))
def test_twice_the_values_have_twice_the_mode(values: list[float], factor: float) -> None:
    one, other = mode(np.array(values)), mode(np.array(values) * factor)
    assert one is not None
    assert other == pytest.approx(one * factor, rel=0.02)


def test_an_estimate_tells_the_series_and_is_not_verified() -> None:
    told = estimate(MeasuredNoise(11.0, "series 2.25.5, kernel B30f: 3 of 4 images"))
    assert isinstance(told, Estimate)
    assert (told.value, told.quantity, told.verified, told.is_default) == (11.0, "noise_hu", False, False)
    assert told.inputs[0].detail == "series 2.25.5, kernel B30f: 3 of 4 images"


def test_without_images_there_is_no_noise() -> None:
    assert estimate(None) is None
