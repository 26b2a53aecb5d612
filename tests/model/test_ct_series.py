"""One diameter of a series: the mean along the patient, and when there is none."""

import pytest

from doseloop.model.ct_series import CtSeries, CtSlice, SeriesHeader, SliceMeasure, Why

HEADER = SeriesHeader("2.25.5", kernel="B30f")


def image(
    number: int, diameter_mm: float, z_mm: float | None, noise_hu: float | None = None, share: float = 0.0
) -> CtSlice:
    return CtSlice(str(number), z_mm, 5.0, SliceMeasure(diameter_mm, diameter_mm, 0.0, 700.0, share, noise_hu))


def without(number: int, why: Why) -> CtSlice:
    return CtSlice(str(number), 10.0 * number, 5.0, None, why)


def test_the_diameter_is_the_mean_along_the_patient() -> None:
    found = CtSeries(HEADER, (image(1, 200, 0, share=0.1), image(2, 300, 10), image(3, 400, 20, share=0.2))).diameter
    assert found is not None
    assert (found.value_mm, found.kind, found.source) == (300, "water-equivalent", "images")
    assert found.truncated_share == pytest.approx(0.1)
    assert found.detail == "series 2.25.5, kernel B30f: 3 of 3 images"


def test_images_of_one_position_count_as_one() -> None:
    found = CtSeries(HEADER, (image(1, 200, 0), image(2, 400, 10), image(3, 400, 10.001), image(4, 400, 10))).diameter
    assert found is not None
    assert found.value_mm == 300


def test_without_positions_every_image_counts() -> None:
    found = CtSeries(HEADER, (image(1, 200, None), image(2, 400, None), image(3, 400, None))).diameter
    assert found is not None
    assert found.value_mm == pytest.approx(1000 / 3)


def test_a_series_of_which_most_images_were_not_measured_has_none_and_says_why() -> None:
    series = CtSeries(
        HEADER, (image(1, 200, 0), without(2, "truncated"), without(3, "truncated"), without(4, "no-patient"))
    )
    assert series.diameter is None
    assert series.why_not.startswith("1 of 4 images could be measured. So much of the patient")
    assert series.noise_hu is None


def test_a_series_without_images_has_none() -> None:
    assert CtSeries(HEADER, ()).diameter is None
    assert CtSeries(HEADER, ()).z_range_mm is None


def test_the_noise_is_the_median_of_the_images_that_have_one() -> None:
    series = CtSeries(HEADER, (image(1, 200, 0, 30), image(2, 200, 10, 10), image(3, 200, 20), image(4, 200, 30, 12)))
    assert series.noise_hu == 12


def test_the_profile_lists_every_measured_image_along_the_patient() -> None:
    series = CtSeries(HEADER, (image(1, 200, 0), without(1, "truncated"), image(2, 300, 20), image(3, 300, None)))
    assert series.profile == ((0, 200), (20, 300))
    assert series.z_range_mm == (0, 20)
