"""A busy hospital: 50 objects a second over eight associations while ten people read pages.

    python -m bench.soak [SECONDS] [--correct]

`make soak` holds it for 1,800 s, CI for 180 s. Prints PASS or FAIL with the figures and writes them to build/soak.json. With
`--correct` the figures that hang on the speed of the machine are told and do not fail: CI's machine is shared.
"""

import json
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import median, quantiles

import psutil
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom import AE, _config

from doseloop.simulate.day import objects
from tests.roles.installation import Installation
from tests.roles.signed_in import SignedIn

PER_SECOND, ASSOCIATIONS, PEOPLE = 50, 8, 10
MOST_ACK_S, LEAST_RATE = 0.25, 0.98
MOST_GROWTH, GROWTH_ROOM_MIB = 1.10, 16.0
"""Memory is flat where a role's last quarter is at most a tenth and 16 MiB above its second."""
LOOKS_EVERY_S, WARM_S = 2, 70
"""What a role needs once, up to the first refresh of the facts after a minute, is no growth."""
PASSWORD = "bench-only-9c2"
PAGES = ("/", "/exams/", "/flags/", "/exams/?modality=CT&order=-dlp", "/procedures/", "/scanners/", "/exams/1/")
THINKS_S = (2.0, 6.0)
ROLES = ("web", "receiver", "worker")
RECORD = Path("build/soak.json")


@dataclass(slots=True)
class Senders:
    """Eight associations that share a steady rate."""

    port: int
    files: list[Path]
    times_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    taken_s: float = 0.0

    def run(self) -> None:
        """Send every file once, on time, and note how long each success took."""
        _config.STORE_SEND_CHUNKED_DATASET = True
        began = time.monotonic()
        threads = [threading.Thread(target=self._send, args=(place, began)) for place in range(ASSOCIATIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.taken_s = time.monotonic() - began

    def _send(self, place: int, began: float) -> None:
        entity = AE(f"CT{place}")
        entity.add_requested_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
        association = entity.associate("127.0.0.1", self.port, ae_title="DOSELOOP")
        for number in range(place, len(self.files), ASSOCIATIONS):
            time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
            asked = time.monotonic()
            answer = association.send_c_store(self.files[number])
            self.times_s.append(time.monotonic() - asked)
            if answer.get("Status") != 0:
                self.faults.append(f"object {number}: {answer or 'the association ended'}")
                return
        association.release()


@dataclass(slots=True)
class People:
    """Ten people who read pages and think between them."""

    address: str
    times_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Sign all in and let them read."""
        everyone = [SignedIn(self.address, f"bench{number}", PASSWORD) for number in range(PEOPLE)]
        for number, person in enumerate(everyone):
            thread = threading.Thread(target=self._read, args=(number, person))
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let each end the page that it reads."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int, person: SignedIn) -> None:
        chance = Random(number)
        for page in cycle(PAGES[number % len(PAGES) :] + PAGES[: number % len(PAGES)]):
            if self._over.wait(chance.uniform(*THINKS_S)):
                return
            asked = time.monotonic()
            try:
                person.read(page)
            except OSError as error:
                self.faults.append(f"{page}: {error}")
            self.times_s.append(time.monotonic() - asked)


@dataclass(slots=True)
class Memory:
    """Resident memory of each role with its children, looked at every two seconds, MiB."""

    installation: Installation
    seen: dict[str, list[float]] = field(default_factory=lambda: {role: [] for role in ROLES})
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until the end."""
        while not self._over.wait(LOOKS_EVERY_S):
            for role in ROLES:
                process = self.installation.role(role)
                if process is not None:
                    self.seen[role].append(_resident_mib(process))

    def stop(self) -> None:
        """End."""
        self._over.set()

    def quarters(self, role: str) -> tuple[float, float]:
        """Median of the second and of the last quarter, once the role is warm."""
        seen = self.seen[role][WARM_S // LOOKS_EVERY_S :] or self.seen[role]
        quarter = max(1, len(seen) // 4)
        return median(seen[quarter : 2 * quarter]), median(seen[-quarter:])


@dataclass(frozen=True, slots=True)
class Soak:
    """What was measured."""

    seconds: float
    sent: int
    acknowledged: int
    in_the_record: int
    per_s: float
    ack_median_s: float
    ack_p99_s: float
    ack_slowest_s: float
    pages: int
    page_median_s: float
    page_p95_s: float
    waiting_at_the_end: int
    memory_mib: dict[str, tuple[float, float]]
    faults: list[str]
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def correct(self) -> dict[str, bool]:
        """Requirements that hold on any machine, and whether they did."""
        flat = {
            role: last <= max(MOST_GROWTH * second, second + GROWTH_ROOM_MIB)
            for role, (second, last) in self.memory_mib.items()
        }
        return {
            f"every object acknowledged ({self.acknowledged} of {self.sent})": self.acknowledged == self.sent,
            f"each once in the record ({self.in_the_record})": self.in_the_record == self.sent,
            f"no error on {self.pages} pages and {self.sent} stores ({'; '.join(self.faults[:3]) or 'none'})": not self.faults,
            **{
                f"memory of the {role} flat: {second:.0f} MiB, then {last:.0f}": flat[role]
                for role, (second, last) in self.memory_mib.items()
            },
        }

    def fast(self) -> dict[str, bool]:
        """Requirements that hang on the machine."""
        return {
            f"{self.per_s:.1f} objects a second for {self.seconds:.0f} s (limit {PER_SECOND})": (
                self.per_s >= LEAST_RATE * PER_SECOND
            ),
            f"acknowledged within {1000 * self.ack_p99_s:.0f} ms at the 99th percentile (limit {1000 * MOST_ACK_S:.0f}; median "
            f"{1000 * self.ack_median_s:.0f}, slowest {1000 * self.ack_slowest_s:.0f})": self.ack_p99_s < MOST_ACK_S,
        }

    def passed(self, *, correct_alone: bool) -> bool:
        """Whether all held."""
        return all(self.correct().values()) and (correct_alone or all(self.fast().values()))


def measure(seconds: int = 1800) -> Soak:
    """Load a real installation for so long."""
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder) / "data") as installation:
        for number in range(PEOPLE):
            installation.command("account", "add", f"bench{number}", "--password", PASSWORD)
        senders = Senders(installation.dicom_port, written(Path(folder) / "objects", seconds * PER_SECOND))
        people, memory = People(f"http://127.0.0.1:{installation.web_port}"), Memory(installation)
        with _beside(people, memory):
            senders.run()
        states = dict(installation.ask("SELECT state, count(*) FROM store_doseobjectrow GROUP BY state"))
    counts = {str(state): int(str(count)) for state, count in states.items()}
    cuts, pages = quantiles(senders.times_s, n=100), quantiles(people.times_s, n=20)
    return Soak(
        senders.taken_s, len(senders.files), len(senders.times_s) - len(senders.faults), sum(counts.values()),
        len(senders.times_s) / senders.taken_s, median(senders.times_s), cuts[98], max(senders.times_s), len(people.times_s),
        median(people.times_s), pages[18], counts.get("waiting", 0), {role: memory.quarters(role) for role in ROLES},
        senders.faults + people.faults,
    )  # fmt: skip


def written(folder: Path, number: int) -> list[Path]:
    """So many different objects of the virtual hospital, a file each."""
    folder.mkdir()
    files = [folder / f"{place:06d}.dcm" for place in range(number)]
    for file, content in zip(files, objects(number, 17), strict=True):
        file.write_bytes(content)
    return files


@contextmanager
def _beside(people: People, memory: Memory) -> Iterator[None]:
    people.start()
    looking = threading.Thread(target=memory.run)
    looking.start()
    try:
        yield
    finally:
        people.stop()
        memory.stop()
        looking.join()


def _resident_mib(process: psutil.Process) -> float:
    found = 0
    for one in (process, *process.children(recursive=True)):
        try:
            found += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return found / 2**20


def report(found: Soak, *, correct_alone: bool) -> str:
    """The verdicts and figures."""
    lines = [f"{'ok  ' if held else 'FAIL'}  {what}" for what, held in found.correct().items()]
    bad = "told" if correct_alone else "FAIL"
    lines += [f"{'ok  ' if held else bad}  {what}" for what, held in found.fast().items()]
    lines += [
        f"pages: median {1000 * found.page_median_s:.0f} ms, 95th percentile {1000 * found.page_p95_s:.0f} ms",
        f"{found.waiting_at_the_end} objects still waited to be read",
        f"{platform.platform()}, {os.cpu_count()} cores, load {found.load:.1f}",
        f"soak: {'PASS' if found.passed(correct_alone=correct_alone) else 'FAIL'}",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print and write the record; ends with 1 where a requirement did not hold."""
    correct_alone = "--correct" in sys.argv
    found = measure(*(int(word) for word in sys.argv[1:] if word != "--correct"))
    print(report(found, correct_alone=correct_alone))
    RECORD.parent.mkdir(exist_ok=True)
    passed = found.passed(correct_alone=correct_alone)
    RECORD.write_text(json.dumps({"passed": passed, **asdict(found)}, indent=2) + "\n")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
