"""How long it takes to compute every value of a large record again: `python -m bench.recompute [EXAMS]`.

The limit is five minutes for a million exams. Each exam has a localiser and two acquisitions, packed as real ones are, with the
water-equivalent diameter that a scanner states, so that every method of CT has its inputs.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from doseloop.model.ct import CtEvent
from doseloop.model.reading import Reading

LIMIT_S = 300.0
_OF = 1_000_000


def measure(exams: int = 20_000) -> dict[str, float]:
    """Seconds by name (`_cpu`: of the processor), in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.recompute", "--here", str(exams)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure_here(exams: int) -> dict[str, float]:
    """The same in this process."""
    from bench.compliance import _name_procedures
    from bench.facts import make_record

    with tempfile.TemporaryDirectory(prefix="doseloop-bench-") as folder:
        data = Path(folder)
        make_record(data, exams, events=3)
        _name_procedures(data)
        _give_details(data)
        from doseloop.recompute import Tally, recompute
        from doseloop.roles.recomputing import computing

        began, cpu = time.perf_counter(), _processor_s()
        with computing() as compute:
            tally = [Tally(), *recompute(apply=True, compute=compute)][-1]
        found = {
            "exams": exams,
            "recompute_s": time.perf_counter() - began,
            "recompute_s_cpu": _processor_s() - cpu,
        }
        return {**found, "written": tally.written, "new": sum(one.new for one in tally.changes())}


def _processor_s() -> float:
    """Of this process and those that it waited for."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system


def table(found: dict[str, float]) -> str:
    """The figures beside their limit."""
    million = found["recompute_s"] / found["exams"] * _OF
    return (
        f"{found['exams']:,.0f} exams computed again in {found['recompute_s']:.1f} s ({found['recompute_s_cpu']:.1f} s of the "
        f"processor), {found['new']:,.0f} values; a million in {million:.0f} s, limit {LIMIT_S:.0f} s: {million / LIMIT_S:.2f} of "
        f"it, load {os.getloadavg()[0]:.1f}"
    )


def _give_details(data: Path) -> None:
    """Give each event what a report says of it: acquisitions of simulated reports, over and over."""
    from doseloop.reading.object import read_object
    from doseloop.simulate.day import objects
    from doseloop.store.packing import pack

    doses = [read_object(content).dose for content in objects(40, seed=5)]
    events = [event for dose in doses for event in dose.ct_events if event.dlp_mgy_cm]
    details = [(n, pack(_of_size(event, 200.0 + n))) for n, event in enumerate(events)]
    connection = sqlite3.connect(data / "record.sqlite3")
    connection.execute("CREATE TEMP TABLE details (n INTEGER PRIMARY KEY, detail BLOB)")
    connection.executemany("INSERT INTO details VALUES (?, ?)", details)
    chosen = "SELECT detail FROM details WHERE n = store_event.id % (SELECT count(*) FROM details)"
    connection.execute(f"UPDATE store_event SET detail = ({chosen})")
    connection.commit()
    connection.close()


def _of_size(event: CtEvent, diameter_mm: float) -> CtEvent:
    """With a water-equivalent diameter that the scanner states."""
    return replace(event, water_equivalent_diameter_mm=Reading(diameter_mm, "", ""), phantom_cm=32)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        print(json.dumps(measure_here(int(sys.argv[2]))))
    else:
        print(table(measure(*map(int, sys.argv[1:]))))
