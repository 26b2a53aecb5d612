"""The drill with a real installation: a backup while objects arrive over DIMSE, restored elsewhere, served and compared."""

import json
import threading
from pathlib import Path
from typing import Self

import pytest
from pydicom import dcmread

from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.address import Address, address_of
from doseloop.store.record_copy import tried, view
from doseloop.store.vault import Vault
from tests.roles.installation import Installation, until
from tests.roles.test_serve import STORESCU, storescu, written

pytestmark = [
    pytest.mark.peers,
    pytest.mark.record,
    pytest.mark.skipif(STORESCU is None, reason="DCMTK's storescu is not installed"),
]


def record_of(installation: Installation) -> Address:
    return address_of(installation.environment["DOSELOOP_RECORD"], installation.data)


def kept(data: Path) -> dict[str, bytes]:
    folder = DataFolder(data)
    vault = Vault(folder.objects, folder.key("objects"))
    return {name: vault.read(name) for name in vault.names()}


class Senders:
    """Two scanners that send a few objects an association, and note what was acknowledged. They end with their work."""

    def __init__(self, installation: Installation, files: list[Path]) -> None:
        self.port, self.acknowledged = installation.dicom_port, set[str]()
        self.threads = [threading.Thread(target=self.send, args=(files[n::2],)) for n in range(2)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        for thread in self.threads:
            thread.join(200)

    def send(self, files: list[Path]) -> None:
        for first in range(0, len(files), 6):
            some = files[first : first + 6]
            if storescu(self.port, some).returncode == 0:
                self.acknowledged |= {str(dcmread(file, stop_before_pixels=True).SOPInstanceUID) for file in some}


@pytest.mark.timeout(600)
def test_a_backup_while_objects_arrive_is_restored_and_served_and_holds_every_record_of_its_moment(
    tmp_path: Path,
) -> None:
    files, backups, keys = written(tmp_path / "sent", objects(220, seed=7)), tmp_path / "backups", tmp_path / "keys"
    with Installation(tmp_path / "data") as first:
        with Senders(first, files) as senders:
            until(lambda: len(senders.acknowledged) > 20, 120, "some objects acknowledged")
            before = set(senders.acknowledged)
            told = json.loads(first.command("backup", str(backups), "--keys", str(keys), "--drill", "--json").stdout)
        until(first.idle, 150, "every object processed")
        received = dict(first.ask("SELECT sha256, sop_instance_uid FROM store_doseobjectrow"))
        originals = kept(first.data)

    backup = Path(told["backup"])
    assert (told["drill"]["wrong"], told["gone"]) == ([], [])
    with tried(backup, record_of(first).database) as copy:
        at_the_moment = copy.tables()
    assert len(received) == len(files)

    second = Installation(tmp_path / "elsewhere" / "data")
    second.data.parent.mkdir()
    restored = second.command("restore", str(backups), "--keys", str(keys), "--data", str(second.data), "--json")
    assert json.loads(restored.stdout)["moment"] == told["moment"]
    with view(record_of(second).database) as there:
        assert there.tables() == at_the_moment
    assert kept(second.data) == {name: originals[name] for name in kept(second.data)}
    with second:
        until(second.idle, 60, "what waited is processed")
        uids = {str(uid) for (uid,) in second.ask("SELECT sop_instance_uid FROM store_doseobjectrow")}
        assert before <= uids
        assert len(second.ask("SELECT 1 FROM store_doseobjectrow")) == told["objects"] + told["waiting"]
        exams = [json.loads(line) for line in second.command("exams", "--json").stdout.splitlines()]
        assert len(exams) == len(second.ask("SELECT 1 FROM store_exam"))
        with Senders(second, files):
            pass
        until(second.idle, 150, "what came later was sent again")
        assert len(second.ask("SELECT 1 FROM store_doseobjectrow")) == len(files)
