"""A fail-point ends the process that passes it, once, and costs nothing where none is armed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from doseloop.store.failpoint import FAILPOINTS

PLACE = "inbox: row committed"
PASS = f"from doseloop.store.failpoint import failpoint; failpoint({PLACE!r}); print('passed')"


def passing(folder: Path | None, code: str = PASS) -> subprocess.CompletedProcess[str]:
    armed = {"DOSELOOP_FAILPOINTS": str(folder)} if folder else {}
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **armed}, capture_output=True, text=True, check=False
    )


def test_an_armed_place_kills_the_first_process_that_passes_and_no_other(tmp_path: Path) -> None:
    (tmp_path / PLACE).touch()
    assert passing(tmp_path).returncode == -signal.SIGKILL
    assert passing(tmp_path).stdout == "passed\n"


def test_without_the_variable_nothing_happens() -> None:
    assert passing(None).stdout == "passed\n"


def test_a_place_that_is_not_in_the_list_is_told(tmp_path: Path) -> None:
    assert "not in the list" in passing(tmp_path, PASS.replace(PLACE, "nowhere")).stderr


def test_no_place_is_listed_twice_and_there_are_enough() -> None:
    assert len(set(FAILPOINTS)) == len(FAILPOINTS) >= 20
