"""SIGKILL at random moments and at each fail-point of a whole installation under traffic."""

import random
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pydicom import Dataset
from pydicom.uid import SecondaryCaptureImageStorage

from doseloop.simulate.day import objects
from doseloop.store.failpoint import FAILPOINTS
from tests.chaos.result import Result
from tests.reading.reports import encode
from tests.roles.installation import Installation, until
from tests.roles.traffic import PASSWORD, Traffic, assert_kept_as_sent, storescu, written

VICTIMS = ("receiver", "worker", "reader", "web", "stow", "serve")
LONGEST_WAIT_S = 120.0
PASSED_WITHIN_S = 15.0
"""From an act to the place that it passes, on a busy machine; most take a second."""


COMMANDS = {
    "keys": ("key rotate objects",),
    "audit": ("audit verify", "audit head"),
    "backup": ("backup {beside}/backups --keys {beside}/keys-file",),
}
"""By whose places they pass: commands that are given beside the running installation."""


def works(installation: Installation) -> bool:
    """Whether pages are served, the receiver listens and the worker has its readers."""
    return installation.ready() and installation.reader() is not None


def seconds_until_ready(installation: Installation) -> float:
    """Wait until the installation works again."""
    began = time.monotonic()
    until(lambda: works(installation), LONGEST_WAIT_S, f"ready again; log: {installation.log}")
    return time.monotonic() - began


def at_random(folder: Path, rounds: int, seed: int = 3) -> Result:
    """Kill each role, a reader and `serve` in turn, at random moments, while two senders and a person go on."""
    result, chance = Result("kill -9 at random"), random.Random(seed)
    folder.mkdir(parents=True)
    files = written(folder / "sent", objects(10 * rounds + 20, seed=7))
    with Installation(folder / "data") as installation:
        installation.command("account", "add", "reader", "--password", PASSWORD)
        with Traffic(installation, files, pause_s=0.3) as traffic:
            for number in range(rounds):
                time.sleep(chance.uniform(0.1, 1.2))
                result.ready_s.append(kill(installation, VICTIMS[number % len(VICTIMS)]))
            traffic.all_sent()
        until(installation.idle, LONGEST_WAIT_S, "every object processed")
        result.rounds = rounds
        count(result, installation, traffic.acknowledged, files)
    if not traffic.read:
        result.notes.append("nobody could read a page")
    return result


def kill(installation: Installation, victim: str) -> float:
    """Kill, start `serve` anew as an init system would, and wait; seconds from the kill until everything works."""
    began = time.monotonic()
    installation.kill(victim)
    if victim == "serve":
        installation.start()
    seconds_until_ready(installation)
    return time.monotonic() - began


def count(result: Result, installation: Installation, acknowledged: set[str], files: list[Path]) -> None:
    """Compare what was acknowledged with the record, its exams and the kept bytes."""
    rows = installation.ask("SELECT sop_instance_uid, sha256, state FROM store_doseobjectrow")
    held = [str(uid) for uid, _, state in rows if state == "read"]
    result.acknowledged, result.stored = len(acknowledged), len(set(held))
    result.lost = len(acknowledged - set(held))
    result.twice = len(held) - len(set(held)) + repeated(installation)
    if left := [path.name for path in (installation.data / "spool").iterdir() if len(path.name) == 64]:
        result.notes.append(f"{len(left)} files of processed objects are left in the spool")
    if not result.lost:
        assert_kept_as_sent(installation.data, {str(uid): str(sha) for uid, sha, _ in rows}, files)


def repeated(installation: Installation) -> int:
    """Exams and events that stand there more than once."""
    exams = installation.ask("SELECT 1 FROM store_exam GROUP BY study_uid HAVING count(*) > 1")
    events = installation.ask(
        "SELECT 1 FROM store_event WHERE event_uid != '' GROUP BY exam_id, event_uid HAVING count(*) > 1"
    )
    return len(exams) + len(events)


class Stream:
    """Objects that nobody has sent yet, and what was acknowledged of them."""

    def __init__(self, folder: Path, installation: Installation) -> None:
        self.files = written(folder / "sent", objects(6 * len(FAILPOINTS), seed=9))
        self.no_dose = written(folder / "no-dose", [without_dose(n) for n in range(6 * len(FAILPOINTS))])
        self.installation, self.number = installation, 0
        self.acknowledged: list[Path] = []

    def send(self) -> None:
        """One object again, one anew, one without dose: between them they pass every place on the way of an object."""
        number, self.number = self.number, self.number + 1
        for file in (*self.acknowledged[-1:], self.files[number], self.no_dose[number]):
            if storescu(self.installation.dicom_port, [file]).returncode == 0 and file not in self.acknowledged:
                self.acknowledged.append(file)

    def send_again(self) -> None:
        """What was not acknowledged, as its sender does."""
        for file in (*self.files[: self.number], *self.no_dose[: self.number]):
            if file not in self.acknowledged:
                until(lambda: storescu(self.installation.dicom_port, [file]).returncode == 0, 60, "acknowledged")  # noqa: B023
                self.acknowledged.append(file)


def without_dose(number: int) -> bytes:
    """A secondary capture: an object that carries no dose."""
    image = Dataset()
    image.SOPClassUID, image.SOPInstanceUID = SecondaryCaptureImageStorage, f"2.25.77{number}"
    image.PatientID, image.StudyInstanceUID, image.Modality = "1", f"2.25.78{number}", "OT"
    return encode(image)


def at_each_failpoint(folder: Path) -> Result:
    """Arm each place in turn, let objects pass until a process died there, and see everything recover by itself."""
    result, armed = Result("kill -9 at each fail-point"), folder / "armed"
    armed.mkdir(parents=True)
    with Installation(folder / "data", failpoints=str(armed), quiet_minutes="0") as installation:
        seconds_until_ready(installation)
        stream = Stream(folder, installation)
        stream.send()
        for place in FAILPOINTS:
            (armed / place).touch()
            if reach(place, installation, stream, armed / place):
                result.rounds += 1
                result.ready_s.append(restarted(installation))
            else:
                (armed / place).unlink()
                result.notes.append(f"never reached: {place}")
        stream.send_again()
        end_what_died(installation)
        until(installation.idle, LONGEST_WAIT_S, "every object processed")
        count_files(result, installation, stream)
    return result


def reach(place: str, installation: Installation, stream: Stream, armed: Path) -> bool:
    """Let the installation come by the place; whether a process died there."""
    act: Callable[[], None] = stream.send
    if place.startswith("serve: "):
        act = lambda: start_to_die(installation)  # noqa: E731
    elif place.startswith("facts: "):
        act = lambda: change_and_restart_worker(installation, stream)  # noqa: E731
    elif words := COMMANDS.get(place.partition(":")[0]):
        act = lambda: run_commands(installation, words)  # noqa: E731
    for _ in range(5):
        act()
        if gone(armed, PASSED_WITHIN_S):
            return True
    return False


def run_commands(installation: Installation, commands: tuple[str, ...]) -> None:
    """Commands beside the running installation, of which one may die."""
    for words in commands:
        with suppress(subprocess.CalledProcessError):
            installation.command(*words.format(beside=installation.data.parent).split())


def end_what_died(installation: Installation) -> None:
    """Commands that were killed are given once more, as their user does; now they end well."""
    for commands in COMMANDS.values():
        for words in commands:
            installation.command(*words.format(beside=installation.data.parent).split())


def gone(armed: Path, seconds: float) -> bool:
    """Whether somebody took the file away, in time."""
    end = time.monotonic() + seconds
    while armed.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not armed.exists()


def start_to_die(installation: Installation) -> None:
    """`serve` anew, which dies on its way."""
    installation.kill("serve")
    installation.launch()
    assert installation.server is not None
    installation.server.wait(60)


def change_and_restart_worker(installation: Installation, stream: Stream) -> None:
    """A worker copies changes to the facts at its start."""
    stream.send()
    until(installation.idle, 60, "processed")
    installation.kill("worker")


def restarted(installation: Installation) -> float:
    """Seconds from the death of a process until everything works; `serve` is started again as an init system would."""
    began = time.monotonic()
    time.sleep(0.2)
    assert installation.server is not None
    if installation.server.poll() is not None:
        installation.start()
    seconds_until_ready(installation)
    return time.monotonic() - began


def count_files(result: Result, installation: Installation, stream: Stream) -> None:
    """Every acknowledged file has one row, in its state."""
    rows = dict(
        installation.ask("SELECT sop_instance_uid, state FROM store_doseobjectrow WHERE sop_instance_uid != ''")
    )
    (sent,) = installation.ask("SELECT count(*) FROM store_doseobjectrow")[0]
    result.acknowledged, result.stored = len(stream.acknowledged), int(str(sent))
    result.lost = max(0, result.acknowledged - result.stored)
    result.twice = max(0, result.stored - result.acknowledged) + repeated(installation)
    states = {str(state) for state in rows.values()}
    if not states <= {"read", "not dose"}:
        result.notes.append(f"states {sorted(states)}")
    assert_kept_as_sent(installation.data, shas(installation), stream.files[: stream.number])


def shas(installation: Installation) -> dict[str, str]:
    """SHA-256 by SOP Instance UID."""
    rows = installation.ask("SELECT sop_instance_uid, sha256 FROM store_doseobjectrow WHERE state = 'read'")
    return {str(uid): str(sha) for uid, sha in rows}
