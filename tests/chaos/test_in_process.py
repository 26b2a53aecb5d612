"""Whatever call fails and whenever the power is cut, what was acknowledged is there once."""

from pathlib import Path

import pytest

from doseloop.store.address import Address
from tests.chaos import in_process
from tests.chaos.result import Result

pytestmark = pytest.mark.sqlite  # they cut and copy the file of the record


@pytest.fixture(autouse=True)
def record_of_the_session(folder: object) -> None:
    """The models write the session's record again afterwards."""


def assert_nothing_was_lost(result: Result) -> None:
    assert result.passed, result.line()


@pytest.mark.timeout(600)
def test_a_call_of_the_filesystem_that_fails_loses_nothing(empty_record: Address, tmp_path: Path) -> None:
    assert_nothing_was_lost(in_process.every_call_of_the_filesystem(empty_record, tmp_path / "chaos"))


@pytest.mark.timeout(600)
def test_a_statement_of_the_record_that_fails_loses_nothing(empty_record: Address, tmp_path: Path) -> None:
    assert_nothing_was_lost(in_process.every_statement_of_the_record(empty_record, tmp_path / "chaos"))


@pytest.mark.timeout(600)
def test_a_power_cut_loses_nothing_that_was_acknowledged(empty_record: Address, tmp_path: Path) -> None:
    assert_nothing_was_lost(in_process.every_power_cut(empty_record, tmp_path / "chaos"))
