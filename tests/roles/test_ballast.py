"""Space is held where there is plenty and given up where there is none."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from doseloop.roles.ballast import Ballast

MIB = 1024 * 1024


@pytest.fixture
def ballast(tmp_path: Path) -> Ballast:
    return Ballast(tmp_path / "ballast", 4 * MIB)


def disk_with(free: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda folder: SimpleNamespace(f_bavail=free, f_frsize=1))


def test_the_ballast_takes_its_space_for_real(ballast: Ballast) -> None:
    ballast.tend(0)
    assert ballast.path.stat().st_blocks * 512 >= 4 * MIB


def test_it_is_given_up_when_the_disk_is_full_and_taken_again_above_the_floor(
    ballast: Ballast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballast.tend(0)
    disk_with(1000, monkeypatch)
    ballast.tend(MIB)
    assert not ballast.path.exists()
    disk_with(8 * MIB, monkeypatch)
    ballast.tend(MIB)
    assert not ballast.path.exists()
    disk_with(10 * MIB, monkeypatch)
    ballast.tend(MIB)
    assert ballast.path.exists()


def test_a_ballast_of_no_size_is_no_file(tmp_path: Path) -> None:
    Ballast(tmp_path / "ballast", 0).tend(0)
    assert list(tmp_path.iterdir()) == []
