"""`serve` over a record of the other mode refuses to start and says what to do."""

import os
import subprocess
import sys

import pytest

from doseloop.model.dose_object import Identity
from doseloop.model.pseudonym import pseudonym
from doseloop.roles.data_folder import DataFolder
from doseloop.store import patients

PERSON = Identity("77", "A", "Doe^Jo", "1960-01-02")


def test_a_pseudonymous_record_without_its_key_is_not_served_under_a_new_one(folder: DataFolder) -> None:
    patients.identify(pseudonym(PERSON, b"k" * 32), "2.25.1", 1)
    environment = {**os.environ, "DOSELOOP_DATA": str(folder.root), "DOSELOOP_PSEUDONYMOUS": "1"}
    command = [sys.executable, "-m", "doseloop.cli", "serve"]

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, "`keys/pseudonyms` is missing" in ended.stderr) == (1, True)
    assert not (folder.root / "keys" / "pseudonyms").exists()


@pytest.mark.parametrize("setting", ["0", "1"])
def test_a_record_of_the_other_mode_is_not_served(folder: DataFolder, setting: str) -> None:
    patients.identify(PERSON if setting == "1" else pseudonym(PERSON, b"k" * 32), "2.25.1", 1)
    environment = {**os.environ, "DOSELOOP_DATA": str(folder.root), "DOSELOOP_PSEUDONYMOUS": setting}
    command = [sys.executable, "-m", "doseloop.cli", "serve"]

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert "setting `pseudonymous` is" in ended.stderr
    assert "new data folder" in ended.stderr
    assert "Traceback" not in ended.stderr
