"""The database goes away while objects arrive: senders keep them, and all goes on by itself once it is back."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from doseloop.simulate.day import objects
from tests.postgresql import Cluster, cluster
from tests.record import ON_POSTGRESQL
from tests.roles.installation import Installation, until
from tests.roles.test_serve import needs_dcmtk
from tests.roles.traffic import storescu, written

pytestmark = [
    pytest.mark.record,
    pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no server that may be lost"),
]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Cluster]:
    """A server that this test may stop: others keep theirs."""
    with cluster() as made:
        yield made


@needs_dcmtk
@pytest.mark.timeout(300)
def test_objects_outlive_two_restarts_of_the_database(own_server: Cluster, tmp_path: Path) -> None:
    files = written(tmp_path / "sent", objects(120, seed=17))
    url = own_server.url(own_server.make_database())
    refused: list[Path] = []

    def keep_sending(mine: list[Path]) -> None:
        for file in mine:
            while storescu(installation.dicom_port, [file]).returncode != 0:
                refused.append(file)
                time.sleep(0.2)

    with Installation(tmp_path / "data", record=url, workers="2") as installation:
        log = tmp_path / "serve.log"
        until(lambda: log.read_text("utf-8").count('"event": "working"') == 2, 60, "both workers at work")
        before = [process.pid for role in ("receiver", "worker") for process in installation.all_of(role)]
        senders = [threading.Thread(target=keep_sending, args=(files[n::2],)) for n in range(2)]
        for sender in senders:
            sender.start()
        for _ in range(2):
            wanted = len(refused) + 1
            time.sleep(1)
            own_server.stop()
            until(lambda least=wanted: len(refused) >= least, 30, "an object refused")  # type: ignore[misc]
            own_server.start()
        for sender in senders:
            sender.join(120)
        until(lambda: ready(installation), 60, "every object processed")

        states = installation.ask("SELECT state, count(*) FROM store_doseobjectrow GROUP BY state")
        after = [process.pid for role in ("receiver", "worker") for process in installation.all_of(role)]
        until(installation.ready, 20, "pages are served again")
    assert states == [("read", len(files))]
    assert refused
    assert after == before


def ready(installation: Installation) -> bool:
    try:
        return installation.idle()
    except psycopg.OperationalError:
        return False
