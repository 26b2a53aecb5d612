"""`doseloop key rotate objects` beside a running server, killed again and again."""

import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.vault import Vault
from tests.roles.installation import Installation, until
from tests.roles.test_serve import needs_dcmtk, storescu, written

pytestmark = [pytest.mark.peers, needs_dcmtk]


def begun(folder: DataFolder) -> bool:
    return (folder.root / "keys" / "objects.before").exists()


@pytest.mark.timeout(400)
def test_a_rotation_that_is_killed_and_begun_anew_beside_a_running_server_loses_nothing(tmp_path: Path) -> None:
    files = written(tmp_path / "sent", objects(60, seed=7))
    with Installation(tmp_path / "data") as installation:
        folder = DataFolder(installation.data)
        assert storescu(installation.dicom_port, files[:40]).returncode == 0
        until(installation.idle, 60, "every object processed")
        old = folder.key("objects")
        command = [sys.executable, "-m", "doseloop.cli", "key", "rotate", "objects"]
        chance = random.Random(1)
        for _ in range(4):
            rotation = subprocess.Popen(command, env=installation.environment, stderr=subprocess.DEVNULL)
            until(lambda ended=rotation.poll: begun(folder) or ended() is not None, 60, "begun")  # type: ignore[misc]
            time.sleep(chance.random() / 20)
            rotation.kill()
            rotation.wait()
        assert storescu(installation.dicom_port, files[40:]).returncode == 0
        installation.command("key", "rotate", "objects")
        until(installation.idle, 60, "every object processed")
        acknowledged = installation.ask("SELECT sha256 FROM store_doseobjectrow ORDER BY sha256")

    key = folder.key("objects")
    vault = Vault(folder.objects, key)
    kept = {name: hashlib.sha256(vault.read(name)).hexdigest() for name in vault.names()}
    assert [(name,) for name in sorted(kept)] == acknowledged
    assert all(name == digest for name, digest in kept.items())
    assert key != old
    assert [path.name for path in (folder.root / "keys").iterdir() if path.name.startswith("objects")] == ["objects"]
