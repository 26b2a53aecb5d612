"""The whole chain over real connections: from C-STORE success to the flag on the page, bursts, and the memory of each role.

    python -m bench.chain [SECONDS]

A real `doseloop serve`; the senders are pynetdicom (steady) and DCMTK's storescu (burst) on the same machine.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from statistics import median, quantiles

import psutil
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, XRayRadiationDoseSRStorage
from pynetdicom import AE

from doseloop.simulate.conditions import Conditions
from doseloop.simulate.day import SimulatedExam, objects, workday
from doseloop.simulate.department import standard_department
from doseloop.simulate.faults import Slot
from tests.roles.installation import Installation, until
from tests.roles.signed_in import SignedIn

PER_SECOND = 10
ONE_IN = 5
PROCEDURE = "CT Head"
PASSWORD = "bench-only-9c2"


@dataclass(frozen=True, slots=True)
class EveryFifth:
    """One exam in five of a procedure at five times its dose."""

    name: str = "high_dose"

    def conditions(self, slot: Slot) -> Conditions | None:
        """Touches every fifth exam of the procedure on each scanner."""
        if slot.procedure != PROCEDURE or slot.ordinal % ONE_IN:
            return None
        return Conditions(dose_factor=5.0, typical=True)


@dataclass(frozen=True, slots=True)
class Chain:
    """What was measured."""

    steady_objects: int
    flags: int
    to_the_page_s: list[float]
    burst_objects: int
    burst_per_s: float
    drain_s: float
    memory_mib: dict[str, float]


def measure(seconds: int = 100, burst: int = 1000) -> Chain:
    """Run an installation and measure it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Installation(Path(folder) / "data", quiet_minutes="0.02") as installation,
    ):
        installation.command("account", "add", "bench", "--password", PASSWORD)
        history = [exam.objects[-1] for exam in exams_of(300, date(2026, 1, 5), faulty=False)]
        send(installation.dicom_port, history)
        until(installation.idle, 300, "the past processed")
        time.sleep(6)
        sent, latencies = steady(installation, seconds)
        rate, drain = burst_of(installation, burst, Path(folder))
        memory = memory_of(installation)
    return Chain(sent, len(latencies), latencies, burst, rate, drain, memory)


def exams_of(number: int, first: date, *, faulty: bool) -> list[SimulatedExam]:
    """Adults' exams of the procedure, from a day on."""
    found: list[SimulatedExam] = []
    day = first
    while len(found) < number:
        exams = workday(standard_department(), day, 4, [EveryFifth()] if faulty else [])
        found += [exam for exam in exams if exam.procedure == PROCEDURE]
        day += timedelta(days=1)
    return found[:number]


def steady(installation: Installation, seconds: int) -> tuple[int, list[float]]:
    """Objects at a steady rate; seconds from each success to its flag on the page."""
    exams = exams_of(seconds * PER_SECOND, date(2026, 3, 2), faulty=True)
    contents = [exam.objects[-1] for exam in exams]
    acknowledged: dict[str, float] = {}
    seen: dict[int, float] = {}
    over = threading.Event()
    watcher = threading.Thread(target=watch, args=(installation, seen, over))
    watcher.start()
    send(installation.dicom_port, contents, acknowledged, PER_SECOND)
    until(installation.idle, 60, "the steady objects processed")
    time.sleep(6)
    over.set()
    watcher.join()
    rows = installation.ask("SELECT f.id, e.study_uid FROM store_flag f JOIN store_exam e ON e.id = f.exam_id")
    studies = {int(str(key)): str(study) for key, study in rows}
    planted = {exam.truth.study_uid for exam in exams if exam.truth.faults}
    raised = {key: study for key, study in studies.items() if study in planted}
    assert raised, "no flag was raised"
    assert raised.keys() <= seen.keys(), f"{len(raised.keys() - seen.keys())} of {len(raised)} flags were not seen"
    times = [seen[key] - acknowledged[study] for key, study in raised.items()]
    return len(contents), times


def watch(installation: Installation, seen: dict[int, float], over: threading.Event) -> None:
    """Look at the moving part of today, with the newest flags, four times a second: sixteen times as often as a browser."""
    person = SignedIn(f"http://127.0.0.1:{installation.web_port}", "bench", PASSWORD)
    while not over.wait(0.25):
        page = person.read("/today/live")
        now = time.monotonic()
        for key in re.findall(r'href="/flags/(\d+)', page):
            seen.setdefault(int(key), now)


def send(port: int, contents: list[bytes], acknowledged: dict[str, float] | None = None, per_s: float = 0) -> None:
    """Send over one association, noting when each study was acknowledged."""
    entity = AE("CT1")
    entity.add_requested_context(XRayRadiationDoseSRStorage, ExplicitVRLittleEndian)
    association = entity.associate("127.0.0.1", port, ae_title="DOSELOOP")
    began = time.monotonic()
    for number, content in enumerate(contents):
        dataset = dcmread(BytesIO(content))
        if per_s:
            time.sleep(max(0.0, began + number / per_s - time.monotonic()))
        assert association.send_c_store(dataset).Status == 0
        if acknowledged is not None:
            acknowledged[str(dataset.StudyInstanceUID)] = time.monotonic()
    association.release()


def burst_of(installation: Installation, number: int, folder: Path) -> tuple[float, float]:
    """Objects a second over eight associations of storescu, and the seconds until all of them were processed."""
    files = folder / "burst"
    files.mkdir()
    for place, content in enumerate(objects(number, 11)):
        (files / f"{place:05d}.dcm").write_bytes(content)
    names = sorted(map(str, files.iterdir()))
    storescu = shutil.which("storescu")
    assert storescu, "DCMTK is not installed"
    command = [storescu, "-R", "-aec", "DOSELOOP", "127.0.0.1", str(installation.dicom_port)]
    began = time.monotonic()
    senders = [subprocess.Popen([*command, *names[part::8]]) for part in range(8)]
    assert not any(sender.wait() for sender in senders), "not every object was acknowledged"
    rate = number / (time.monotonic() - began)
    began = time.monotonic()
    until(installation.idle, 300, "the burst processed")
    return rate, time.monotonic() - began


def memory_of(installation: Installation) -> dict[str, float]:
    """Memory of each role and its children that is its own (USS), MiB."""
    found: dict[str, float] = {}
    for role in ("web", "receiver", "worker"):
        process = installation.role(role)
        assert process is not None
        found[role] = process.memory_full_info().uss / 2**20
        children = process.children(recursive=True)
        if children:
            found[f"{role}: readers"] = sum(child.memory_full_info().uss for child in children) / 2**20
    assert installation.server is not None
    found["serve"] = psutil.Process(installation.server.pid).memory_full_info().uss / 2**20
    return found


def table(chain: Chain) -> str:
    """The figures, each beside its limit or peer."""
    cuts = quantiles(chain.to_the_page_s, n=100)
    through = chain.burst_objects / (chain.burst_objects / chain.burst_per_s + chain.drain_s)
    lines = [
        f"{chain.steady_objects} objects at {PER_SECOND}/s, {chain.flags} flagged; from C-STORE success to the flag on the page:",
        f"  median {median(chain.to_the_page_s):.2f} s, 99th percentile {cuts[98]:.2f} s (limit 5 s)",
        f"burst of {chain.burst_objects} over 8 associations of storescu:",
        f"  {chain.burst_per_s:.0f} objects/s acknowledged, drained {chain.drain_s:.0f} s later",
        f"  {through:.0f} objects/s through the whole chain (OpenREM 1.0.0b2, CT reports on such a machine: 4.6/s)",
        *(f"  {role:<18} {mib:6.0f} MiB of its own" for role, mib in chain.memory_mib.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure(*(int(word) for word in sys.argv[1:]))))
