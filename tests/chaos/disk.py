"""Disks that are full, without inodes, or read-only, for real: small file systems in memory. Needs root, for mount(8)."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from doseloop.simulate.day import objects
from tests.chaos.kills import repeated, seconds_until_ready
from tests.chaos.peers import store
from tests.chaos.result import Result
from tests.roles.installation import Installation, until
from tests.roles.signed_in import SignedIn
from tests.roles.traffic import PASSWORD

MIB = 1024 * 1024
OUT_OF_RESOURCES = 0xA700
SETTINGS = {"floor_bytes": str(32 * MIB), "ballast_bytes": str(16 * MIB), "quiet_minutes": "0.02"}
RESUMES_WITHIN_S = 60.0


def can_mount() -> bool:
    """Whether this process may mount file systems."""
    return (
        os.geteuid() == 0
        and subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0
    )


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of 192 MiB and 4,000 file entries."""
    place.mkdir(parents=True)
    options = "size=192m,nr_inodes=4000"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "doseloop-chaos", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


class Patient:
    """An installation whose disk is made ill: what it must refuse, and what must go on."""

    def __init__(self, installation: Installation, contents: Iterator[bytes]) -> None:
        self.installation, self.contents = installation, contents
        self.result = Result("")
        self.acknowledged = 0

    def falls_ill_with(self, result: Result, illness: Callable[["Patient", Path], None], disk: Path) -> None:
        """Go through one illness, from health to health."""
        self.result = result
        self.is_well()
        illness(self, disk)
        self.counted()

    def is_well(self) -> None:
        """Objects are taken in."""
        for _ in range(5):
            self._expect(self._send(), 0x0000, "on a sound disk")
        until(self.installation.idle, RESUMES_WITHIN_S, "everything is read")
        until(lambda: not self._spooled(), RESUMES_WITHIN_S, "the spool is empty")

    def refuses(self, why: str) -> None:
        """Objects are refused, and nothing is written for them."""
        before = self._rows(), self._spooled()
        for _ in range(3):
            self._expect(self._send(), OUT_OF_RESOURCES, why)
        if (self._rows(), self._spooled()) != before:
            self.result.notes.append(f"{why}: something was written for a refused object")

    def takes_nothing(self, why: str) -> None:
        """Objects are not acknowledged, whatever the answer is."""
        if self._send() == 0x0000:
            self.result.notes.append(f"{why}: an object was acknowledged")

    def shows_pages(self, why: str) -> None:
        """A person signs in and reads; every step leaves its audit row."""
        before = self._audited()
        try:
            person = SignedIn(f"http://127.0.0.1:{self.installation.web_port}", "reader", PASSWORD)
            person.read("/")
            person.read("/exams")
        except OSError as error:
            self.result.notes.append(f"{why}: pages do not go on ({error})")
        if self._audited() <= before:
            self.result.notes.append(f"{why}: no audit row was written")

    def resumes(self, why: str) -> None:
        """Objects are taken in again by itself, and everything that waited is read."""
        began, answer = time.monotonic(), None
        while answer != 0x0000 and time.monotonic() - began < RESUMES_WITHIN_S:
            answer = self._send()
            time.sleep(0.2)
        self._expect(answer, 0x0000, f"after {why}")
        until(self.installation.idle, RESUMES_WITHIN_S, f"everything is read after {why}")
        self.result.ready_s.append(time.monotonic() - began)
        self.result.rounds += 1

    def counted(self) -> None:
        """What was acknowledged is stored, each once."""
        self.result.acknowledged, self.result.stored = self.acknowledged, self._rows()
        self.result.lost += max(0, self.acknowledged - self._rows())
        self.result.twice += repeated(self.installation)
        quarantined = self.installation.ask("SELECT reason FROM store_doseobjectrow WHERE state = 'quarantined'")
        self.result.notes += [f"set apart: {reason}" for (reason,) in quarantined]
        until(lambda: not self._spooled(), 60, "the spool is empty")

    def _send(self) -> int | None:
        answer = store(self.installation.dicom_port, next(self.contents))
        self.acknowledged += answer == 0x0000
        return answer

    def _expect(self, answer: int | None, wanted: int, why: str) -> None:
        if answer != wanted:
            self.result.notes.append(f"{why}: status {answer} in place of {wanted:#06x}")

    def _rows(self) -> int:
        return int(str(self.installation.ask("SELECT count(*) FROM store_doseobjectrow")[0][0]))

    def _audited(self) -> int:
        return int(str(self.installation.ask("SELECT count(*) FROM store_auditrow")[0][0]))

    def _spooled(self) -> int:
        return len(list((self.installation.data / "spool").iterdir()))


def every_illness(folder: Path) -> list[Result]:
    """Full to the floor and to the last byte, without inodes, and read-only, one after the other."""
    full, inodes, read_only = Result("disk full"), Result("inodes gone"), Result("disk read-only")
    with small_disk(folder / "disk") as disk, Installation(disk / "data", **SETTINGS) as installation:
        installation.command("account", "add", "reader", "--password", PASSWORD)
        seconds_until_ready(installation)
        patient = Patient(installation, iter(objects(200, seed=11)))
        patient.falls_ill_with(full, fill_up, disk)
        patient.falls_ill_with(inodes, use_up_inodes, disk)
        patient.falls_ill_with(read_only, make_read_only, disk)
    return [full, inodes, read_only]


def fill_up(patient: Patient, disk: Path) -> None:
    """First to below the floor, then to the last byte, with the ballast given up."""
    until(lambda: (disk / "data" / "ballast").exists(), 10, "the ballast is there")
    fill(disk / "filler", free(disk) - 24 * MIB)
    patient.refuses("below the floor")
    patient.shows_pages("below the floor")
    fill(disk / "rest", free(disk))
    until(lambda: not (disk / "data" / "ballast").exists(), 10, "the ballast was given up")
    patient.refuses("full to the last byte")
    patient.shows_pages("full to the last byte")
    (disk / "filler").unlink()
    (disk / "rest").unlink()
    patient.resumes("space was freed")
    until(lambda: (disk / "data" / "ballast").exists(), 10, "the ballast is there again")


def use_up_inodes(patient: Patient, disk: Path) -> None:
    """Empty files until no file can be made."""
    (disk / "many").mkdir()
    count = os.statvfs(disk).f_favail
    for number in range(count - 500):
        (disk / "many" / str(number)).touch()
    patient.refuses("few inodes are left")
    for number in range(count - 500, os.statvfs(disk).f_favail + count - 500):
        (disk / "many" / str(number)).touch()
    patient.takes_nothing("no inode is left")
    patient.shows_pages("no inode is left")
    shutil.rmtree(disk / "many")
    patient.resumes("inodes were freed")


def make_read_only(patient: Patient, disk: Path) -> None:
    """The data folder is covered by a read-only view of itself, as nothing can be opened for writing there any more."""
    data, view = str(disk / "data"), disk / "read-only"
    view.mkdir()
    # Made aside and laid over the folder afterwards: a view through which something is written already cannot become read-only.
    subprocess.run(["mount", "--bind", data, view], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", view], check=True)
    subprocess.run(["mount", "--bind", view, data], check=True)
    try:
        for _ in range(3):
            patient.takes_nothing("read-only")
        if not patient.installation.ready():
            patient.result.notes.append("read-only: the server does not answer")
    finally:
        subprocess.run(["umount", "-l", data], check=True)
        subprocess.run(["umount", "-l", view], check=True)
    patient.resumes("the disk could be written again")


def free(disk: Path) -> int:
    """Free bytes."""
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def fill(path: Path, size: int) -> None:
    """Take up space."""
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, size))
