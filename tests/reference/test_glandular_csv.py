"""A table of coefficients is taken in as a whole or not at all, and every fault is told with its line."""

import pytest

from doseloop.dosimetry.interpolation import interpolated
from doseloop.model.errors import UnusableInput
from doseloop.model.glandular_table import Beam, GlandularTable
from doseloop.model.grid import grid_of
from doseloop.reference.glandular_csv import ToldTable, glandular_table

TOLD = ToldTable("made up", "for tests alone")
HEAD = "target,filter,kvp,hvl_mm_al,thickness_cm,glandularity,dgn_mgy_per_mgy"


def taken(*lines: str, head: str = HEAD, told: ToldTable = TOLD) -> GlandularTable:
    return glandular_table(told, "\n".join((head, *lines)))


def fault(*lines: str, head: str = HEAD, told: ToldTable = TOLD) -> str:
    with pytest.raises(UnusableInput) as raised:
        taken(*lines, head=head, told=told)
    return str(raised.value)


def test_each_line_is_a_point_of_its_beam() -> None:
    table = taken("W,Rh,28,0.53,4,50,0.30", "W,Rh,28,0.53,5,50,0.25", "Mo,Mo,28,0.35,4,50,0.22")
    assert table.beams == {
        Beam("W/Rh", "2d"): grid_of({(28.0, 0.53, 50.0, 40.0): 0.30, (28.0, 0.53, 50.0, 50.0): 0.25}),
        Beam("Mo/Mo", "2d"): grid_of({(28.0, 0.35, 50.0, 40.0): 0.22}),
    }


def test_a_column_of_roentgen_is_converted() -> None:
    table = taken("W,Rh,28,0.53,4,50,2.628", head=HEAD.replace("per_mgy", "per_r"))
    assert interpolated(table.beams[Beam("W/Rh", "2d")], (28.0, 0.53, 50.0, 40.0)) == pytest.approx(0.3)


def test_filters_and_techniques_are_told_apart() -> None:
    head = f"{HEAD};filter_um;technique".replace(",", ";")
    table = taken("W;Al;28;0.5;4;50;0.3;500;", "W;Al;28;0.5;4;50;0.31;700;tomosynthesis", head=head)
    assert set(table.beams) == {Beam("W/Al", "2d", 500.0), Beam("W/Al", "tomosynthesis", 700.0)}


@pytest.mark.parametrize("value", ["160", "1.9", "0.001", "-0.2", "nan", "0,3"])
def test_a_coefficient_in_another_unit_is_refused(value: str) -> None:
    assert "line 2, column dgn_mgy_per_mgy" in fault(f'W,Rh,28,0.53,4,50,"{value}"')


def test_a_column_of_roentgen_that_holds_ratios_is_refused() -> None:
    assert "look like mGy/mGy" in fault("W,Rh,28,0.53,4,50,0.35", head=HEAD.replace("per_mgy", "per_r"))


def test_a_coefficient_that_rises_with_thickness_is_refused() -> None:
    assert "at 5 cm is not below that at 4 cm" in fault("W,Rh,28,0.53,4,50,0.30", "W,Rh,28,0.53,5,50,0.31")


def test_the_same_point_twice_is_refused() -> None:
    assert "line 3: for the same" in fault("W,Rh,28,0.53,4,50,0.30", "W,Rh,28,0.53,4.0,50,0.30")


def test_a_filter_has_a_thickness_on_all_lines_or_on_none() -> None:
    assert "some lines only" in fault("W,Al,28,0.5,4,50,0.3,500", "W,Al,28,0.5,5,50,0.2,", head=f"{HEAD},filter_um")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (HEAD.replace("kvp,", ""), "lacks the column kvp"),
        (f"{HEAD},dose", "no column 'dose'"),
        (f"{HEAD},kvp", "twice"),
        (f"{HEAD},dgn_mgy_per_r", "not both"),
        (HEAD.replace(",dgn_mgy_per_mgy", ""), "not both"),
        (HEAD, "no rows"),
    ],
)
def test_a_header_that_cannot_be_used_is_told(head: str, told: str) -> None:
    assert told in fault(head=head)


def test_every_fault_is_told_at_once() -> None:
    told = fault("U,Rh,28,0.53,4,50,0.3", "W,Rh,280,,4,50,0.3", "W,Rh,28,0.53,4,50")
    assert told == "Line 4 has not as many cells as the header has columns."
    told = fault("U,Rh,28,0.53,4,50,0.3", "W,Rh,280,,4,50,0.3")
    assert all(
        one in told for one in ("line 2, column target", "line 3, column kvp", "line 3, column hvl_mm_al: empty")
    )


def test_text_that_is_no_csv_is_told() -> None:
    assert "no CSV" in fault('W,Rh,"28')
    assert "larger" in fault("x" * 4_000_001)


def test_a_table_has_a_name_and_a_source() -> None:
    line = "W,Rh,28,0.53,4,50,0.30"
    assert "name" in fault(line, told=ToldTable("", "somewhere"))
    assert "name" in fault(line, told=ToldTable("made up", ""))
    assert "0 to 100" in fault(line, told=ToldTable("made up", "somewhere", 101.0))
