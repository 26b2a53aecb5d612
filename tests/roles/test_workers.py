"""Several workers over one record: each dies as it may, and every object is processed once."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker_name import own_name
from doseloop.simulate.day import objects
from tests.roles.installation import Installation, until
from tests.roles.test_serve import needs_dcmtk, over_four_associations
from tests.roles.traffic import written

CLAIMED = "SELECT claimed_by, count(*) FROM store_doseobjectrow WHERE state = 'waiting' AND claimed_by <> '' GROUP BY 1"


def test_each_worker_has_a_name_of_its_own_and_the_next_takes_that_of_a_dead_one(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with own_name(folder) as first, own_name(folder) as second:
        assert (first, second) == ("worker-1", "worker-2")
    with own_name(folder) as first:
        dead = os.fork()
        if not dead:
            with own_name(folder):
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(dead, 0)
        with own_name(folder) as second:
            assert (first, second) == ("worker-1", "worker-2")


@needs_dcmtk
@pytest.mark.record
@pytest.mark.timeout(300)
def test_two_workers_that_are_killed_give_their_claims_back(tmp_path: Path) -> None:
    """Their leases would hold for two minutes: what they held is processed at once after they were started again."""
    files = written(tmp_path / "sent", objects(120, seed=13))
    with Installation(tmp_path / "data", workers="2") as installation:
        sender = threading.Thread(target=over_four_associations, args=(installation.dicom_port, files))
        sender.start()
        held = Counter[str]()
        for _ in range(3):
            until(lambda: bool(installation.ask(CLAIMED)), 60, "objects claimed")
            for worker in installation.all_of("worker"):
                worker.kill()
            held.update(str(name) for name, _ in installation.ask(CLAIMED))
        sender.join(120)
        until(installation.idle, 60, "every object processed")

        rows = installation.ask("SELECT state, count(*) FROM store_doseobjectrow GROUP BY state")
        studies = installation.ask("SELECT study_uid, count(*) FROM store_exam GROUP BY study_uid")
        assert installation.ask(CLAIMED) == []
    assert held
    assert set(held) <= {"worker-1", "worker-2"}
    assert rows == [("read", len(files))]
    assert {count for _, count in studies} == {1}
    assert [path.name for path in (tmp_path / "data" / "spool").iterdir() if len(path.name) == 64] == []
