"""Series of axial images on the exam's page: size along the body, noise, and why one was not measured."""

from typing import Any

import pytest

from doseloop.model.ct_series import CtSeries, CtSlice, MeasuredImage, SeriesHeader, SliceMeasure
from doseloop.store import ct_series
from doseloop.web.ct_images import HEIGHT, WIDTH, shown
from tests.web.record import Department


def series(*diameters_mm: float | None, share: float = 0.0) -> CtSeries:
    slices = tuple(
        CtSlice(str(n), 5.0 * n, 5.0, _measure(size, share), None if size else "no-patient")
        for n, size in enumerate(diameters_mm)
    )
    return CtSeries(SeriesHeader("2.25.5", kernel="B30f"), slices)


def _measure(size: float | None, share: float) -> SliceMeasure | None:
    return SliceMeasure(size, size, 0.0, 700.0, share, 11.0) if size else None


def test_a_series_tells_its_size_its_range_and_the_noise() -> None:
    (one,) = shown([series(200.0, 300.0, 250.0)])
    assert (one.diameter_mm, one.lowest_mm, one.highest_mm, one.noise_hu) == (250.0, 200.0, 300.0, 11.0)
    assert one.effective_mm == 250.0
    assert one.told == "3 of 3 images measured over 10 mm"


def test_the_line_stays_within_its_box() -> None:
    points = [tuple(map(float, point.split(","))) for point in shown([series(200.0, 300.0, 250.0)])[0].line.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)


@pytest.mark.parametrize("sizes", [(), (200.0,), (200.0, 210.0)])
def test_of_few_images_there_is_no_line(sizes: tuple[float, ...]) -> None:
    assert shown([series(*sizes)])[0].line == ""


def test_images_at_one_place_are_a_line_too() -> None:
    slices = tuple(CtSlice(str(n), 7.0, 5.0, _measure(200.0, 0.0)) for n in range(3))
    assert shown([CtSeries(SeriesHeader("2.25.5"), slices)])[0].line


def test_a_series_that_was_not_measured_says_why_and_stands_last() -> None:
    found = shown([series(None, None), series(200.0)])
    assert found[0].diameter_mm == 200.0
    assert "No patient was found" in found[1].why_not


def test_the_page_shows_what_was_measured(department: Department, signed_in: Any) -> None:
    measured = series(200.0, 300.0, 250.0, share=0.1)
    ct_series.note(department.exam, MeasuredImage(measured.header, measured.slices))
    text = signed_in("viewer").get(f"/exams/{department.exam}/").content.decode()
    assert "Measured in images" in text
    assert "<strong>250 mm</strong> (200 to 300)" in text
    assert "cuts 10 % of the outline" in text
    assert '<polyline points="' in text
