"""A whole installation with real peers: every object once, in one state, however it came and whatever died."""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from doseloop.simulate.day import objects
from tests.roles.installation import Installation, until
from tests.roles.traffic import PASSWORD, STORESCU, Traffic, assert_kept_as_sent, storescu, what_is_there, written
from tests.shared import shared

pytestmark = pytest.mark.peers
needs_dcmtk = pytest.mark.skipif(STORESCU is None, reason="DCMTK's storescu is not installed: apt install dcmtk")


def over_four_associations(port: int, files: list[Path]) -> None:
    threads = [threading.Thread(target=storescu, args=(port, files[n::4])) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@needs_dcmtk
def test_the_corpus_over_four_associations_is_there_once_and_again_changes_nothing(tmp_path: Path) -> None:
    corpus = sorted(shared("corpus/open").glob("*.dcm"))
    with Installation(tmp_path / "data") as installation:
        over_four_associations(installation.dicom_port, corpus)
        until(installation.idle, 60, "every object processed")
        before = what_is_there(installation)

        again = random.Random(1).sample(corpus, len(corpus))
        over_four_associations(installation.dicom_port, again)
        until(installation.idle, 60, "every object processed again")

        assert sum(int(str(count)) for _, count in before[0]) == len(corpus)
        assert {state for state, _ in before[0]} <= {"read", "partly read", "not dose"}
        assert what_is_there(installation) == before


@needs_dcmtk
@pytest.mark.record
@pytest.mark.timeout(600)
def test_every_acknowledged_object_survives_the_killing_of_any_role(tmp_path: Path) -> None:
    """25 rounds of SIGKILL at random moments; identity and bytes of what was acknowledged are compared."""
    files = written(tmp_path / "sent", objects(400, seed=7))
    with Installation(tmp_path / "data") as installation:
        installation.command("account", "add", "reader", "--password", PASSWORD)
        with Traffic(installation, files) as traffic:
            kill_at_random(installation, 25)
            traffic.all_sent()
        until(installation.ready, 30, "ready after the last kill")
        until(installation.idle, 150, "every object processed")

        rows = installation.ask("SELECT sop_instance_uid, sha256, state FROM store_doseobjectrow")
        studies = installation.ask("SELECT study_uid, count(*) FROM store_exam GROUP BY study_uid")
        spooled = [path.name for path in (tmp_path / "data" / "spool").iterdir() if len(path.name) == 64]
    assert traffic.read
    assert len(traffic.acknowledged) == len(files)
    assert sorted(str(uid) for uid, _, _ in rows) == sorted(traffic.acknowledged)
    assert {state for _, _, state in rows} == {"read"}
    assert [count for _, count in studies] == [1] * len(files)
    assert spooled == []
    assert_kept_as_sent(tmp_path / "data", {str(uid): str(sha256) for uid, sha256, _ in rows}, files)


def kill_at_random(installation: Installation, times: int) -> None:
    """SIGKILL for each role, a reader and `serve` in turn, at random moments."""
    chance = random.Random(3)
    for number in range(times):
        time.sleep(chance.uniform(0.1, 1.2))
        victim = ("receiver", "worker", "reader", "web", "serve")[number % 5]
        installation.kill(victim)
        if victim == "serve":
            installation.start()


def test_a_second_server_over_the_same_folder_says_so(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as installation:
        second = Installation(tmp_path / "data")
        command = subprocess.run(
            [sys.executable, "-m", "doseloop.cli", "serve"],
            env=second.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert command.returncode == 1
        assert "Another Doseloop runs" in command.stderr
        assert installation.ready()


def test_ending_the_server_ends_its_children(tmp_path: Path) -> None:
    with Installation(tmp_path / "data") as installation:
        children = [process for name in ("web", "receiver", "stow", "worker") if (process := installation.role(name))]
        installation.kill("serve")
        assert len(children) == 4
        until(lambda: not any(child.is_running() and child.status() != "zombie" for child in children), 15, "all ended")


def test_roles_run_alone_side_by_side(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    roles = [
        subprocess.Popen([sys.executable, "-m", "doseloop.cli", "serve", "--role", role], env=installation.environment)
        for role in ("web", "receiver", "stow", "worker")
    ]
    try:
        until(installation.ready, 180, "roles ready")
    finally:
        for role in roles:
            role.terminate()
        assert [role.wait(30) for role in roles] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"zone": "Mars/Base"}, "`zone`"),
        ({"web_port": "eighty"}, "`web_port`"),
        ({"readers": "0"}, "`readers`"),
        ({"dicom_ae": "A" * 17}, "`dicom_ae`"),
        ({"dicom_peers": "CT1"}, "dicom_peers"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    installation = Installation(tmp_path / "data", **settings)
    command = [sys.executable, "-m", "doseloop.cli", "serve"]
    ended = subprocess.run(
        command, env=installation.environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "data")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.web_port))
        taken.listen()
        command = [sys.executable, "-m", "doseloop.cli", "serve"]
        ended = subprocess.run(
            command, env=installation.environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert (ended.returncode, "web_port" in ended.stderr) == (1, True)


def test_a_data_folder_that_cannot_be_made_is_told_in_a_sentence() -> None:
    installation = Installation(Path("/proc/doseloop"))
    command = [sys.executable, "-m", "doseloop.cli", "exams"]
    ended = subprocess.run(command, env=installation.environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, "/proc/doseloop" in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)


def test_what_roles_are_forked_from_has_no_thread_and_no_code_of_one_role() -> None:
    code = """
import sys, threading
from doseloop.roles.record import open_record
open_record(None)
import doseloop.cli, doseloop.roles.serve
found = {"numpy", "pyarrow", "duckdb", "ibis", "mcp", "pydicom", "pynetdicom", "uvicorn", "doseloop.reading"} & set(sys.modules)
print(sorted(found), threading.active_count())
"""
    ended = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert ended.stdout == "[] 1\n"
