"""Every example of docs/receiving.md, run as it stands over a real installation."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from doseloop.simulate.day import objects
from tests.roles.installation import Installation, until

TEXT = (Path(__file__).parents[1] / "docs" / "receiving.md").read_text()
EXAMPLES = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
NEEDED = ("storescu", "curl", "zip")


@pytest.mark.peers
@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="apt install dcmtk curl zip")
def test_every_example_takes_its_object_in(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    content = objects(1, 1)[0]
    (tmp_path / "report.dcm").write_bytes(content)
    with Installation(tmp_path / "data", watched_folders=f'["{export}"]', watched_settle_seconds="0.2") as installation:
        for example in EXAMPLES:
            run(example, installation, tmp_path, export)
        until(installation.idle, 60, "every object processed")
        ways = installation.ask("SELECT way_in, receipts FROM store_doseobjectrow ORDER BY id")
    # The receiver writes a header of its own, so that C-STORE's bytes differ from those of the file, which came five times.
    assert ways == [("dimse", 1), ("stow", 5)]


def run(example: str, installation: Installation, folder: Path, export: Path) -> None:
    """One example by a shell, with this installation's ports in place of the defaults."""
    ports = {"11112": installation.dicom_port, "8042": installation.stow_port}
    for default, port in ports.items():
        example = example.replace(default, str(port))
    tools = f"{Path(shutil.which('doseloop') or '.venv/bin/doseloop').parent.absolute()}:{os.environ['PATH']}"
    environment = {**installation.environment, "PATH": tools, "EXPORT": str(export)}
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", example],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{example}\n{ended.stdout}\n{ended.stderr}"
