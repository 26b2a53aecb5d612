"""`doseloop recompute` says what would change, in processes of its own, and makes it current when it is asked to."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from doseloop.dosimetry.methods import edition
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Exam, MethodEdition
from doseloop.store.procedures import bring_up_to_date
from tests.store.taken_in import pipeline_over, take_in
from tests.store.test_local_levels import chest

pytestmark = pytest.mark.record


def recompute(data: Path, *words: str) -> list[dict[str, object]]:
    connections["default"].close()
    environment = {**os.environ, "DOSELOOP_DATA": str(data)}
    command = [sys.executable, "-m", "doseloop.cli", "recompute", "--json", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def before(folder: DataFolder) -> Path:
    """A record of two exams from before anything was computed."""
    bring_up_to_date()
    take_in(pipeline_over(folder), [chest(2 * number) for number in range(2)])
    Exam.objects.update(methods_edition="", effective_dose_estimate_msv=None)
    return folder.root


def test_it_shows_what_is_new_and_writes_nothing(before: Path) -> None:
    *changes, told = recompute(before)
    assert told == {"exams": 2, "written": 0, "applied": False, "editions": {"": 2}}
    of_exams = next(one for one in changes if one["column"] == "exam effective_dose_estimate_msv")
    assert (of_exams["new"], of_exams["changed"]) == (2, 0)
    assert Exam.objects.filter(methods_edition="").count() == 2


def test_it_makes_it_current_and_then_has_nothing_to_do(before: Path) -> None:
    assert recompute(before, "--apply")[-1]["written"] == 2
    assert Exam.objects.filter(methods_edition=edition(), effective_dose_estimate_msv__gt=0).count() == 2
    assert MethodEdition.objects.get().edition == edition()
    assert recompute(before, "--apply")[-1]["exams"] == 0
