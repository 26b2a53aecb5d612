"""The short form of `make chaos`: whatever dies, fills up or jumps, what was acknowledged is there once."""

from pathlib import Path

import pytest

from tests.chaos import clock, disk, kills, repetition
from tests.chaos.result import Result
from tests.roles.traffic import STORESCU

pytestmark = [
    pytest.mark.peers,
    pytest.mark.timeout(900),
    # pynetdicom leaves the socket of a connection that the other side has ended to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(STORESCU is None, reason="DCMTK's storescu is not installed: apt install dcmtk"),
]


def assert_nothing_was_lost(*results: Result) -> None:
    for result in results:
        assert result.passed, result.line()


def test_killing_at_random_loses_nothing(tmp_path: Path) -> None:
    assert_nothing_was_lost(kills.at_random(tmp_path / "chaos", 12))


def test_killing_at_each_failpoint_loses_nothing_and_every_failpoint_is_reached(tmp_path: Path) -> None:
    assert_nothing_was_lost(kills.at_each_failpoint(tmp_path / "chaos"))


@pytest.mark.skipif(not disk.can_mount(), reason="mounting a small disk needs root")
def test_a_full_or_read_only_disk_refuses_goes_on_showing_pages_and_resumes(tmp_path: Path) -> None:
    assert_nothing_was_lost(*disk.every_illness(tmp_path / "chaos"))


@pytest.mark.skipif(clock.compiler() is None, reason="there is no C compiler: apt install gcc")
def test_a_clock_that_jumps_by_a_day_loses_nothing_and_raises_no_flag(tmp_path: Path) -> None:
    assert_nothing_was_lost(clock.every_jump(tmp_path / "chaos"))


def test_a_storm_of_duplicates_is_one_row_for_each_object(tmp_path: Path) -> None:
    assert_nothing_was_lost(repetition.storm(tmp_path / "chaos", 300, 4))


@pytest.mark.record
def test_four_workers_make_the_exam_that_one_makes(tmp_path: Path) -> None:
    assert_nothing_was_lost(repetition.four_workers(tmp_path / "chaos"))
