"""Senders and a reader of pages for tests that break an installation meanwhile, and what must be there afterwards."""

import shutil
import subprocess
import threading
import time
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Self

from pydicom import dcmread

from doseloop.roles.data_folder import DataFolder
from doseloop.store.vault import Vault
from tests.roles.installation import AE, Installation
from tests.roles.signed_in import SignedIn

STORESCU = shutil.which("storescu")
_SUCCESS = "Received Store Response (Success)"
PASSWORD = "read-while-killing-7"


def storescu(port: int, files: list[Path], *options: str) -> subprocess.CompletedProcess[str]:
    """Send files by DCMTK over one association, proposing what the files need. Status 0: each was acknowledged.

    The status of storescu itself is whatever lay in memory where an association broke, one time in 256 a 0: so what it was told is
    counted.
    """
    command = [
        STORESCU or "",
        "-v",
        "-R",
        *options,
        "-aec",
        AE,
        "-aet",
        "CT1",
        "127.0.0.1",
        str(port),
        *map(str, files),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = (done.stdout + done.stderr).count(_SUCCESS)
    if done.returncode == 0 and told != len(files):
        done.returncode = 1
    return done


def written(folder: Path, contents: list[bytes]) -> list[Path]:
    folder.mkdir()
    files = [folder / f"{n:04d}.dcm" for n in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return files


def what_is_there(installation: Installation) -> tuple[list[tuple[object, ...]], ...]:
    return (
        installation.ask("SELECT state, count(*) FROM store_doseobjectrow GROUP BY state"),
        installation.ask(
            "SELECT study_uid, dlp_mgy_cm, dap_gy_cm2, event_count, changed FROM store_exam ORDER BY study_uid"
        ),
        installation.ask("SELECT event_uid, count(*) FROM store_event GROUP BY event_uid ORDER BY event_uid"),
    )


class Traffic:
    """Senders that send each object until it is acknowledged, and a person who reads pages, beside each other."""

    def __init__(self, installation: Installation, files: list[Path], pause_s: float = 0.0) -> None:
        self.installation, self.over, self.pause_s = installation, threading.Event(), pause_s
        self.acknowledged: set[str] = set()
        self.read: list[str] = []
        self.senders = [threading.Thread(target=self.keep_sending, args=(files[n::2],)) for n in range(2)]
        self.reader = threading.Thread(target=self.keep_reading)

    def __enter__(self) -> Self:
        for thread in (*self.senders, self.reader):
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """However the test ended: a thread that went on would keep its process alive."""
        self.over.set()
        for thread in (*self.senders, self.reader):
            thread.join(60)

    def keep_sending(self, files: list[Path]) -> None:
        for file in files:
            uid = str(dcmread(file, stop_before_pixels=True).SOPInstanceUID)
            while not self.over.is_set():
                if storescu(self.installation.dicom_port, [file]).returncode == 0:
                    self.acknowledged.add(uid)
                    self.over.wait(self.pause_s)
                    break
                time.sleep(0.2)

    def keep_reading(self) -> None:
        person: SignedIn | None = None
        while not self.over.wait(0.1):
            try:
                person = person or SignedIn(f"http://127.0.0.1:{self.installation.web_port}", "reader", PASSWORD)
                self.read.append(person.read("/") + person.read("/exams"))
            except (OSError, HTTPException):
                continue  # while the web server is dead

    def all_sent(self) -> None:
        """Wait until every sender is done, now without pauses."""
        self.pause_s = 0.0
        for sender in self.senders:
            sender.join(300)


def assert_kept_as_sent(data: Path, held: dict[str, str], files: list[Path]) -> None:
    """What the vault gives back is what was sent: the same data set byte for byte."""
    folder = DataFolder(data)
    vault = Vault(folder.objects, folder.key("objects"))
    for file in files:
        sent = dcmread(file)
        kept = vault.read(held[str(sent.SOPInstanceUID)])
        assert kept.endswith(dataset_bytes(file.read_bytes()))


def dataset_bytes(content: bytes) -> bytes:
    """The data set of a PS3.10 file, after its file meta information."""
    length = int.from_bytes(content[140:144], "little")
    return content[144 + length :]
