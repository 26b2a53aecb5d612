"""Water phantoms made by code: the diameter that is found is the one they were made with."""

from collections.abc import Callable
from math import pi, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from doseloop.dosimetry.ct_slice import measured
from doseloop.dosimetry.truncation import correction
from doseloop.dosimetry.water_equivalent_diameter import (
    METHOD,
    diameter_of_area_mm,
    estimate,
    water_equivalent_area_mm2,
)
from doseloop.model.ct_series import WHY, SliceMeasure
from doseloop.model.diameter import Diameter
from doseloop.model.estimate import Estimate
from tests.dosimetry.phantoms import Grid, bar, circle_of_view, cylinder, ellipse, table

Fine = NDArray[np.float32]
CLINICAL = Grid(512, 0.8)
BODY = (240.0, 340.0)
BODY_MM = sqrt(BODY[0] * BODY[1])


def found(plane: NDArray[np.float32], spacing_mm: float) -> SliceMeasure:
    measure = measured(plane, (spacing_mm, spacing_mm))
    assert isinstance(measure, SliceMeasure), WHY[measure]
    return measure


def image(build: Callable[[Grid, Fine], None], grid: Grid = CLINICAL, noise_hu: float = 15.0) -> NDArray[np.float32]:
    fine = grid.air()
    build(grid, fine)
    plane = grid.pixels_of(fine)
    return plane + np.random.default_rng(7).normal(0, noise_hu, plane.shape).astype(np.float32)


def body(grid: Grid, fine: Fine) -> None:
    ellipse(grid, fine, BODY)


@pytest.mark.parametrize("diameter_mm", [160, 320])
@pytest.mark.parametrize("at_mm", [(0.0, 0.0), (30.0, -20.0)], ids=["centred", "off the centre"])
@pytest.mark.parametrize("spacing_mm", [0.78125, 0.9765625])
@pytest.mark.parametrize("on_a_table", [False, True])
def test_a_water_cylinder_is_its_own_diameter_to_half_a_per_cent(
    diameter_mm: float, at_mm: tuple[float, float], spacing_mm: float, on_a_table: bool
) -> None:
    def build(grid: Grid, fine: Fine) -> None:
        if on_a_table:
            table(grid, fine, at_mm[0] + diameter_mm / 2)
        ellipse(grid, fine, (diameter_mm, diameter_mm), 0, at_mm)

    measure = found(image(build, Grid(512, spacing_mm)), spacing_mm)
    assert measure.water_equivalent_diameter_mm == pytest.approx(diameter_mm, rel=0.005)
    assert measure.effective_diameter_mm == pytest.approx(diameter_mm, rel=0.005)
    assert measure.truncated_share == 0
    assert measure.mean_hu == pytest.approx(0, abs=3)
    assert measure.area_cm2 == pytest.approx(pi * diameter_mm**2 / 400, rel=0.01)


def test_acrylic_is_as_much_larger_as_it_is_denser() -> None:
    measure = found(cylinder(320, Grid(512, 0.8), hu=120), 0.8)
    assert measure.water_equivalent_diameter_mm == pytest.approx(320 * sqrt(1.12), rel=0.002)
    assert measure.effective_diameter_mm == pytest.approx(320, rel=0.002)


def test_lungs_count_by_their_density() -> None:
    def chest(grid: Grid, fine: Fine) -> None:
        table(grid, fine, 120)
        body(grid, fine)
        for side in (-80, 80):
            ellipse(grid, fine, (150, 100), -850, (0, side))

    truth = 2 * sqrt(BODY[0] * BODY[1] / 4 - 2 * 75 * 50 * 0.85)
    measure = found(image(chest), 0.8)
    assert measure.water_equivalent_diameter_mm == pytest.approx(truth, rel=0.01)
    assert measure.effective_diameter_mm == pytest.approx(BODY_MM, rel=0.01)


@pytest.mark.parametrize("wall_mm", [4, 6, 9])
@pytest.mark.parametrize("spacing_mm", [0.35, 0.7])
def test_the_thin_chest_of_a_newborn_is_closed(wall_mm: float, spacing_mm: float) -> None:
    def chest(grid: Grid, fine: Fine) -> None:
        y, x = grid.axes()
        ellipse(grid, fine, (90, 110), 20)
        inner = (y / (45 - wall_mm)) ** 2 + (x / (55 - wall_mm)) ** 2 <= 1
        fine[inner & (np.abs(x) > 8)] = -700

    grid = Grid(512, spacing_mm)
    fine = grid.air()
    chest(grid, fine)
    water_mm2 = np.sum(fine / 1000 + 1, dtype=np.float64) * (spacing_mm / 4) ** 2
    measure = found(image(chest, grid), spacing_mm)
    assert measure.water_equivalent_diameter_mm == pytest.approx(diameter_of_area_mm(water_mm2), rel=0.01)


def test_metal_counts_up_to_the_top_of_the_scale() -> None:
    def hip(grid: Grid, fine: Fine) -> None:
        body(grid, fine)
        ellipse(grid, fine, (40, 40), 20_000, (0, 80))

    truth = 2 * sqrt(BODY[0] * BODY[1] / 4 + 400 * 3.071)
    assert found(image(hip), 0.8).water_equivalent_diameter_mm == pytest.approx(truth, rel=0.01)


def test_streaks_of_metal_that_are_lower_than_air_are_no_edge_of_the_field_of_view() -> None:
    def hip(grid: Grid, fine: Fine) -> None:
        body(grid, fine)
        bar(grid, fine, (-2, 2), (-60, 60), -2500)

    measure = found(image(hip), 0.8)
    assert measure.truncated_share == 0
    truth = 2 * sqrt(BODY[0] * BODY[1] / 4 - 4 * 120 / pi)
    assert measure.water_equivalent_diameter_mm == pytest.approx(truth, rel=0.005)


def test_two_arms_beside_the_body_belong_to_the_patient() -> None:
    def arms(grid: Grid, fine: Fine) -> None:
        body(grid, fine)
        for side in (-205, 205):
            ellipse(grid, fine, (70, 60), 0, (0, side))

    truth = 2 * sqrt(BODY[0] * BODY[1] / 4 + 2 * 35 * 30)
    measure = found(image(arms, Grid(512, 0.95)), 0.95)
    assert measure.water_equivalent_diameter_mm == pytest.approx(truth, rel=0.005)


def blanket(grid: Grid, fine: Fine) -> None:
    ellipse(grid, fine, (270, 370), -700)
    ellipse(grid, fine, (262, 362), -1000)


def mattress(grid: Grid, fine: Fine) -> None:
    bar(grid, fine, (120, 160), (-200, 200), -920)
    table(grid, fine, 160)


def sunk_table(grid: Grid, fine: Fine) -> None:
    table(grid, fine, 105)


def cradle(grid: Grid, fine: Fine) -> None:
    ellipse(grid, fine, (290, 390), 50)
    ellipse(grid, fine, (284, 384), -1000)
    bar(grid, fine, (-250, 40), (-250, 250), -1000)


def wires(grid: Grid, fine: Fine) -> None:
    ellipse(grid, fine, (3, 3), 2000, (-150, 0))
    ellipse(grid, fine, (2, 60), 500, (-140, 0))


@pytest.mark.parametrize("beside", [blanket, mattress, sunk_table, cradle, wires])
def test_what_is_around_the_patient_does_not_count(beside: Callable[[Grid, Fine], None]) -> None:
    def patient(grid: Grid, fine: Fine) -> None:
        beside(grid, fine)
        body(grid, fine)

    measure = found(image(patient), 0.8)
    assert measure.water_equivalent_diameter_mm == pytest.approx(BODY_MM, rel=0.005)


@pytest.mark.parametrize("padding", [-1000, -1024, -2000, -3024])
def test_the_padding_around_the_circle_of_reconstruction_is_air(padding: float) -> None:
    plane = cylinder(160, Grid(512, 0.45))
    circle_of_view(plane, 0.45, 0.45 * 512, padding)
    measure = found(plane, 0.45)
    assert (measure.truncated_share, round(measure.water_equivalent_diameter_mm)) == (0, 160)


@pytest.mark.parametrize("off_mm", [10, 20, 30, 40, 60, 80, 110])
@pytest.mark.parametrize("diameter_mm", [160, 320])
def test_a_patient_who_is_cut_on_one_side_is_right_to_two_per_cent_or_has_none(
    off_mm: float, diameter_mm: float
) -> None:
    spacing_mm = diameter_mm * 1.06 / 512
    plane = cylinder(diameter_mm, Grid(512, spacing_mm), at_mm=(0, off_mm * diameter_mm / 320))
    measure = measured(plane, (spacing_mm, spacing_mm))
    if isinstance(measure, SliceMeasure):
        assert measure.water_equivalent_diameter_mm == pytest.approx(diameter_mm, rel=0.02)
    else:
        assert measure == "truncated"
        assert off_mm >= 60


@pytest.mark.parametrize("view_mm", [338, 330, 325, 320, 310, 300, 280, 250])
@pytest.mark.parametrize("padding", [-1000, -3024])
def test_a_patient_who_is_cut_on_both_sides_is_right_to_two_per_cent_or_has_none(
    view_mm: float, padding: float
) -> None:
    grid = Grid(512, view_mm / 512)
    fine = grid.air()
    body(grid, fine)
    plane = grid.pixels_of(fine)
    circle_of_view(plane, grid.spacing_mm, view_mm, padding)
    measure = measured(plane, (grid.spacing_mm, grid.spacing_mm))
    if isinstance(measure, SliceMeasure):
        assert 0 < measure.truncated_share < 0.35
        assert measure.water_equivalent_diameter_mm == pytest.approx(BODY_MM, rel=0.02)
    else:
        assert (measure, view_mm <= 320) == ("truncated", True)


@pytest.mark.parametrize(
    "plane",
    [
        np.full((512, 512), -1000, np.float32),
        np.full((512, 512), np.nan, np.float32),
        np.full((512, 512), -3024, np.float32),
        np.zeros((1, 1), np.float32),
        np.zeros((0, 5), np.float32),
        np.random.default_rng(1).normal(-1000, 100, (512, 512)).astype(np.float32),
    ],
    ids=["air", "no numbers", "padding", "one pixel", "no rows", "noise"],
)
def test_without_a_patient_there_is_no_diameter(plane: NDArray[np.float32]) -> None:
    assert measured(plane, (1.0, 1.0)) == "no-patient"


@pytest.mark.parametrize("value", [3071.0, 1e30, np.inf])
def test_an_image_that_is_dense_all_over_is_no_ct_image(value: float) -> None:
    assert measured(np.full((512, 512), value, np.float32), (0.7, 0.7)) in ("not-hu", "truncated")


def test_a_patient_of_two_metres_is_none() -> None:
    assert measured(cylinder(320, Grid(512, 0.8)), (5.0, 5.0)) == "implausible"


@pytest.mark.parametrize("spacing", [(0.0, 1.0), (-1.0, 1.0), (1.0, np.nan), (np.inf, 1.0)])
def test_a_spacing_is_above_0(spacing: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="spacing"):
        measured(np.zeros((9, 9), np.float32), spacing)


def test_pixels_that_are_not_square_keep_their_area() -> None:
    plane = cylinder(200, Grid(512, 0.7))
    halved = plane.reshape(256, 2, 512).mean(axis=1).astype(np.float32)
    measure = measured(halved, (1.4, 0.7))
    assert isinstance(measure, SliceMeasure)
    assert measure.water_equivalent_diameter_mm == pytest.approx(200, rel=0.003)


@given(st.floats(-1000, 3000), st.floats(0, 1e6), st.floats(0, 500))
def test_more_density_or_area_never_is_a_smaller_diameter(mean_hu: float, area_mm2: float, more: float) -> None:
    area = water_equivalent_area_mm2(mean_hu, area_mm2)
    assert water_equivalent_area_mm2(mean_hu + more, area_mm2) >= area >= 0
    assert diameter_of_area_mm(area + more) >= diameter_of_area_mm(area)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_correction_grows_with_the_share(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 1 <= correction(low) <= correction(high) <= correction(1.0)


@given(st.floats(-1e9, -1001), st.floats(-1e9, -1e-9))
def test_what_cannot_be_is_refused(hu: float, area: float) -> None:
    with pytest.raises(ValueError, match="below"):
        water_equivalent_area_mm2(hu, 1.0)
    with pytest.raises(ValueError, match="below"):
        diameter_of_area_mm(area)


@settings(max_examples=15, deadline=None)
@given(st.integers(120, 330), st.integers(-20, 20), st.integers(-20, 20))
def test_where_a_patient_lies_does_not_change_the_diameter(diameter_mm: int, down_mm: int, across_mm: int) -> None:
    measure = found(cylinder(diameter_mm, Grid(256, 1.5), at_mm=(down_mm, across_mm)), 1.5)
    assert measure.water_equivalent_diameter_mm == pytest.approx(diameter_mm, rel=0.005)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0.1, 50))
def test_any_numbers_give_a_sound_measure_or_a_reason(rows: int, columns: int, seed: int, spacing_mm: float) -> None:
    rng = np.random.default_rng(seed)
    plane = rng.choice(
        np.array([-3024, -1000, -700, 0, 40, 3071, np.nan, np.inf, -np.inf], np.float32), (rows, columns)
    )
    measure = measured(plane, (spacing_mm, spacing_mm))
    if isinstance(measure, SliceMeasure):
        assert measure.water_equivalent_diameter_mm > 0
        assert 0 <= measure.truncated_share <= 1
    else:
        assert measure in WHY


@pytest.mark.parametrize(("share", "certain"), [(0.0, True), (0.2, True), (0.21, False), (0.45, False)])
def test_a_diameter_of_which_much_is_corrected_is_not_verified_and_stands_for_nothing(
    share: float, certain: bool
) -> None:
    told = estimate(Diameter(301.0, "water-equivalent", "images", "series 2.25.5: 9 of 9 images", share))
    assert isinstance(told, Estimate)
    assert (told.value, told.quantity, told.method) == (301.0, "water_equivalent_diameter_mm", METHOD.id)
    assert told.inputs[0].detail == "series 2.25.5: 9 of 9 images"
    assert (told.verified, told.is_default, not told.assumptions) == (certain, certain, certain)


@pytest.mark.parametrize("diameter", [None, Diameter(300, "water-equivalent", "object")])
def test_what_no_image_shows_was_not_computed(diameter: Diameter | None) -> None:
    assert estimate(diameter) is None
