"""Each fuzz target for a few seconds, where atheris is installed; `make fuzz` takes longer."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.__main__ import session
from tests.fuzz.targets import TARGETS, Target

SECONDS = 3


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_few_seconds_find_nothing(target: Target, tmp_path: Path) -> None:
    assert session(target.name, tmp_path, SECONDS, quiet=True)
    assert list((tmp_path / "corpus").iterdir())


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
def test_a_target_that_raises_is_found(tmp_path: Path) -> None:
    (tmp_path / "broken_target.py").write_text("def one(data): raise ValueError(data)\ndef corpus(): return [b'x']\n")
    (tmp_path / "broken_session.py").write_text(
        "import sys\nfrom pathlib import Path\nfrom tests.fuzz import session, targets\n"
        "session.TARGETS = (targets.Target('broken', '', 'broken_target'),)\n"
        "session.main('broken', Path(sys.argv[1]), 3)\n"
    )

    paths = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")))
    done = subprocess.run(
        [sys.executable, "-m", "broken_session", str(tmp_path / "found")],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0
    assert list((tmp_path / "found").glob("finding-*"))
