"""Hostile DICOM peers against a real receiver, while a scanner stores: `python -m bench.hostile [SECONDS]`, or `make hostile`.

500 idle and 100 dripping connections and twenty PDUs that are declared to be 4 GiB, each opened again as soon as it is closed.
Prints PASS or FAIL with the figures, and writes them to build/hostile.json.
"""

import json
import os
import platform
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from io import BytesIO
from itertools import cycle
from pathlib import Path
from statistics import median

import psutil
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom import AE

from doseloop.roles.settings import Settings
from doseloop.simulate.day import objects
from tests.receive.scripted_peer import ACCEPTED, Peer, associate, pdu
from tests.roles.installation import Installation

IDLE, DRIPPING, DECLARED = 500, 100, 20
MOST_STORE_S, MOST_GROWTH_MIB, THREADS_BESIDE_ASSOCIATIONS = 2.0, 64.0, 16
ATTACKER, SCANNER = "127.0.0.1", "127.0.0.2"
RECORD = Path("build/hostile.json")


@dataclass(frozen=True, slots=True)
class Hostile:
    """What was measured. Memory is resident; growth is the peak under attack less what was there before."""

    seconds: float
    connections: int
    declared_pdus: int
    stores: int
    acknowledged: int
    store_median_s: float
    store_slowest_s: float
    store_before_s: float
    memory_before_mib: float
    memory_growth_mib: float
    threads_peak: int
    threads_limit: int
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def correct(self) -> dict[str, bool]:
        """Requirements that hold on any machine, and whether they did."""
        return {
            f"every store acknowledged ({self.acknowledged} of {self.stores})": 0 < self.stores == self.acknowledged,
            f"memory grew {self.memory_growth_mib:.1f} MiB over {self.memory_before_mib:.0f} (limit {MOST_GROWTH_MIB:g})": (
                self.memory_growth_mib <= MOST_GROWTH_MIB
            ),
            f"{self.threads_peak} threads at most (limit {self.threads_limit})": self.threads_peak
            <= self.threads_limit,
            f"{self.connections} connections and {self.declared_pdus} PDUs of 4 GiB were tried": (
                self.connections >= IDLE + DRIPPING and self.declared_pdus >= DECLARED
            ),
        }

    def fast(self) -> dict[str, bool]:
        """Requirements that hang on the machine."""
        return {
            f"slowest store {self.store_slowest_s:.2f} s (limit {MOST_STORE_S:g} s; median {self.store_median_s:.2f} s, "
            f"without attack {self.store_before_s:.2f} s)": self.store_slowest_s < MOST_STORE_S
        }

    @property
    def passed(self) -> bool:
        """Whether all held."""
        return all(self.correct().values()) and all(self.fast().values())


@dataclass(slots=True)
class Attack:
    """Connections that are opened again as soon as they are closed."""

    port: int
    opened: int = 0
    declared: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin, and return once every connection was tried."""
        for role in (self._idle_and_drip, self._declare):
            thread = threading.Thread(target=role, daemon=True)
            thread.start()
            self._threads.append(thread)
        end = time.monotonic() + 30
        while (self.opened < IDLE + DRIPPING or self.declared < DECLARED) and time.monotonic() < end:
            time.sleep(0.1)

    def stop(self) -> None:
        """End."""
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    def _idle_and_drip(self) -> None:
        """All stay open; the first hundred send a byte of a request twice a second."""
        request = associate()
        peers: list[Peer | None] = [None] * (IDLE + DRIPPING)
        turn = 0
        while not self._over.wait(0.5):
            for place, peer in enumerate(peers):
                drop = request[turn % len(request)].to_bytes(1, "big") if place < DRIPPING else b""
                if peer is None or not _still_open(peer, drop):
                    peers[place] = self._opened(peer)
            turn += 1
        for peer in filter(None, peers):
            peer.connection.close()

    def _opened(self, before: Peer | None) -> Peer | None:
        if before is not None:
            before.connection.close()
        with suppress(OSError):
            peer = Peer(self.port, source=ATTACKER)
            peer.connection.setblocking(False)
            self.opened += 1
            return peer
        return None

    def _declare(self) -> None:
        """Alternately as the first PDU and within an association, pushing as much of it as is taken."""
        for within in cycle((False, True)):
            if self._over.is_set():
                return
            with suppress(OSError, TimeoutError), Peer(self.port, source=ATTACKER) as peer:
                if within:
                    peer.says(associate(calling="CT1"))
                    if peer.hears() != ACCEPTED:
                        continue
                self.declared += 1
                peer.connection.settimeout(1)
                peer.connection.sendall(pdu(4 if within else 1, b"", declared=0xFFFFFFFF) + bytes(2**20))
            time.sleep(0.02)


def _still_open(peer: Peer, drop: bytes) -> bool:
    try:
        if drop:
            peer.connection.send(drop)
        return peer.connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


@dataclass(slots=True)
class Watch:
    """Peak memory (resident) and threads of the receiver."""

    process: psutil.Process
    memory: int = 0
    threads: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look once."""
        self.memory = max(self.memory, self.process.memory_info().rss)
        self.threads = max(self.threads, self.process.num_threads())

    def run(self) -> None:
        """Look ten times a second until the end."""
        while not self._over.wait(0.1):
            self.look()

    def stop(self) -> None:
        """End."""
        self._over.set()


def measure(seconds: float = 60) -> Hostile:
    """Attack a receiver with the default limits that admits one scanner, and store from it meanwhile."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Installation(Path(folder) / "data", dicom_peers='["CT1"]') as installation,
    ):
        contents = cycle(objects(50, 3))
        before = [store(installation.dicom_port, next(contents))[0] for _ in range(10)]
        receiver = installation.role("receiver")
        assert receiver is not None
        watch, attack = Watch(receiver), Attack(installation.dicom_port)
        watch.look()
        resident = watch.memory
        threading.Thread(target=watch.run, daemon=True).start()
        attack.start()
        times, acknowledged = [], 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            taken_s, told = store(installation.dicom_port, next(contents))
            times.append(taken_s)
            acknowledged += told
            time.sleep(0.5)
        attack.stop()
        watch.stop()
    limit = Settings.model_fields["dicom_associations"].default + THREADS_BESIDE_ASSOCIATIONS
    growth = (watch.memory - resident) / 2**20
    return Hostile(
        seconds, attack.opened, attack.declared, len(times), acknowledged, median(times), max(times), median(before),
        resident / 2**20, growth, watch.threads, limit,
    )  # fmt: skip


def store(port: int, content: bytes) -> tuple[float, bool]:
    """Associate, store one object and release, from the scanner's address. Returns the seconds and whether it succeeded."""
    entity = AE("CT1")
    entity.add_requested_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
    dataset = dcmread(BytesIO(content))
    began = time.monotonic()
    association = entity.associate("127.0.0.1", port, ae_title="DOSELOOP", bind_address=(SCANNER, 0))
    if not association.is_established:
        return time.monotonic() - began, False
    told = association.send_c_store(dataset)
    taken_s = time.monotonic() - began
    association.release()
    return taken_s, "Status" in told and told.Status == 0


def report(found: Hostile) -> str:
    """The verdicts and figures."""
    lines = [f"{'ok  ' if held else 'FAIL'}  {what}" for what, held in (found.correct() | found.fast()).items()]
    machine = f"{platform.platform()}, {os.cpu_count()} cores, load {found.load:.1f}"
    return "\n".join([*lines, machine, f"hostile: {'PASS' if found.passed else 'FAIL'}"])


def main() -> None:
    """Measure, print and write the record; ends with 1 where a requirement did not hold."""
    found = measure(*(float(word) for word in sys.argv[1:]))
    print(report(found))
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps({"passed": found.passed, **asdict(found)}, indent=2) + "\n")
    sys.exit(not found.passed)


if __name__ == "__main__":
    main()
