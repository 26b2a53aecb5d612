"""Between the points of a table values are linear; beyond them there are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.interpolation import Outside, interpolated
from doseloop.model.grid import grid_of

PLANE = {(float(x), float(y)): 3.0 * x - 2.0 * y + 1.0 for x in (0, 1, 4, 10) for y in (-5, 0, 2)}
GRID = grid_of(PLANE)
RAGGED = {(1.0, 0.0): 1.0, (1.0, 2.0): 3.0, (2.0, 1.0): 10.0, (2.0, 3.0): 12.0}


@given(st.floats(0, 10), st.floats(-5, 2))
def test_a_plane_comes_out_as_it_is(x: float, y: float) -> None:
    assert interpolated(GRID, (x, y)) == pytest.approx(3 * x - 2 * y + 1, abs=1e-9)


@pytest.mark.parametrize("point", list(PLANE))
def test_a_point_of_the_table_is_its_own_value(point: tuple[float, float]) -> None:
    assert interpolated(GRID, point) == PLANE[point]


@given(st.floats(), st.floats())
def test_a_value_is_never_beyond_those_of_the_table(x: float, y: float) -> None:
    found = interpolated(GRID, (x, y))
    if isinstance(found, Outside):
        assert not (0 <= x <= 10 and -5 <= y <= 2)
    else:
        assert min(PLANE.values()) - 1e-9 <= found <= max(PLANE.values()) + 1e-9


def test_a_point_has_to_be_within_both_ends_of_a_bracket() -> None:
    assert interpolated(grid_of(RAGGED), (1.5, 1.5)) == pytest.approx(6.5)
    assert interpolated(grid_of(RAGGED), (1.5, 0.5)) == Outside(1, 1.0, 3.0)
    assert interpolated(grid_of(RAGGED), (1.0, 0.5)) == pytest.approx(1.5)


def test_what_is_no_number_is_outside() -> None:
    assert interpolated(GRID, (float("nan"), 0.0)) == Outside(0, 0.0, 10.0)


def test_a_table_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match="has points"):
        grid_of({})
