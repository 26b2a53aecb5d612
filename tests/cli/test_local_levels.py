"""`doseloop levels local`, over a record with the exams of one room."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from doseloop.roles.data_folder import DataFolder
from doseloop.store.procedures import bring_up_to_date
from tests.store.taken_in import pipeline_over, take_in
from tests.store.test_local_levels import chest

SITE = ("--site", "Main Hospital")
SET = (
    "set", *SITE, "--procedure", "ct-chest", "--phantom", "32", "--author", "A. Physicist", "--since", "2024-01-01",
    "--until", "2024-12-31",
)  # fmt: skip


Local = Callable[..., "subprocess.CompletedProcess[str]"]


def local_in(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    connections["default"].close()
    environment = {**os.environ, "DOSELOOP_DATA": str(data)}
    command = [sys.executable, "-m", "doseloop.cli", "levels", "local", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def local(folder: DataFolder) -> Local:
    """The command over 24 exams of as many patients in one room."""
    bring_up_to_date()
    pipeline = pipeline_over(folder)
    take_in(pipeline, [chest(2 * number) for number in range(24)])
    pipeline.settle_quiet(timedelta(0))
    return partial(local_in, folder.root)


def test_a_level_is_set_listed_replaced_and_withdrawn(local: Local) -> None:
    made = local(*SET, "--name", "Chest 2024", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    one = json.loads(made.stdout)
    assert (one["name"], one["author"], one["state"], one["value"]) == ("Chest 2024", "A. Physicist", "in force", 330.0)
    assert (one["statistic"], one["of"]["phantom_cm"], one["rooms"][0]["n_patients"]) == ("p50", 32, 24)
    assert len(one["sha256"]) == 64 and one["first_day"] == "2024-01-01"

    again = local(*SET, "--name", "Chest, again")
    assert again.returncode == 1 and "--replace sets this one in its place" in again.stderr
    second = json.loads(local(*SET, "--name", "Chest, again", "--replace", "--json").stdout)
    assert second["replaces"] == one["id"]
    listed = local("list", *SITE).stdout.splitlines()
    assert "Chest, again, typical value of ct-chest, 330 mGy·cm, 1 rooms, 24 patients, in force" in listed[0]
    assert ", replaced, " in listed[1]

    gone = json.loads(local("withdraw", str(second["id"]), "--why", "the tube was changed", "--json").stdout)
    assert (gone["state"], gone["why"]) == ("withdrawn", "the tube was changed")


def test_what_cannot_be_set_is_told_in_one_sentence_with_what_to_do(local: Local) -> None:
    for words, told in (
        ((*SET, "--name", "Chest", "--age-from", "90"), "There is nothing to set"),
        ((*SET, "--name", "Chest", "--quantity", "dap_gy_cm2"), "cannot be of"),
        ((*SET, "--name", "Chest", "--review", "tomorrow"), "is no day"),
        (("withdraw", "99", "--why", "no reason"), "There is no local level 99"),
        (("list", "--site", "Nowhere"), "There is no site"),
    ):
        ended = local(*words)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert told in ended.stderr and "Traceback" not in ended.stderr
    assert local("list", *SITE).stdout == ""
