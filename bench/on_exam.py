"""What all rules about one exam cost when an exam arrives, on a large record: `python -m bench.on_exam [EXAMS]`.

The limit is 5 ms together at a million exams in the record (median and 95 % point, processor). The exams are drawn from the newest
twentieth; their sites go by two rule packs. Reading the object and writing the exam are no part of it, nor are flags written:
`judgement` alone, with every look-up of the past.
"""

import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.facts import make_record

LIMIT_MS = 5.0
_WARM, _MEASURED, _SEED = 60, 500, 5
_PACKS = ["de-strlschv-annex-14", "us-ncrp-168"]


def measure(exams: int = 1_000_000) -> dict[str, float]:
    """Milliseconds by name, in a process of its own: Django knows one data folder a process."""
    command = [sys.executable, "-m", "bench.on_exam", str(exams), "--json"]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def measure_here(exams: int) -> dict[str, float]:
    """The same in this process."""
    with tempfile.TemporaryDirectory(prefix="doseloop-bench-") as folder:
        make_record(Path(folder), exams, events=3)
        _choose_packs(Path(folder))
        return {"exams": exams, "load": os.getloadavg()[0], **_measured(exams)}


def _choose_packs(data: Path) -> None:
    connection = sqlite3.connect(data / "record.sqlite3")
    for site in (1, 2):
        connection.execute(
            "INSERT INTO store_chosenrulepacks (site_id, keys) VALUES (?, ?)", (site, json.dumps(_PACKS))
        )
    connection.commit()
    connection.close()


def _measured(exams: int) -> dict[str, float]:
    from doseloop import judgement
    from doseloop.store import exams as held

    chance = random.Random(_SEED)
    keys = [chance.randrange(exams - exams // 20, exams + 1) for _ in range(_WARM + _MEASURED)]
    wall, cpu, flagged = [], [], 0
    for key in keys:
        began, processor = time.perf_counter(), time.process_time()
        found = judgement.judged(key, held.in_other_exams(key))
        wall.append(1e3 * (time.perf_counter() - began))
        cpu.append(1e3 * (time.process_time() - processor))
        flagged += bool(found)
    figures = {"wall": wall[_WARM:], "cpu": cpu[_WARM:]}
    told = {f"median_{name}": statistics.median(times) for name, times in figures.items()}
    told |= {f"p95_{name}": statistics.quantiles(times, n=20)[18] for name, times in figures.items()}
    return {**told, "flagged": flagged}


def table(found: dict[str, float]) -> str:
    """The figures beside the limit."""
    lines = [f"all rules about one exam, {found['exams']:,.0f} exams in the record (load {found['load']:.1f}), ms:"]
    for name in ("median", "p95"):
        cpu, wall = found[f"{name}_cpu"], found[f"{name}_wall"]
        lines.append(
            f"  {name:<8} {cpu:6.2f} of the processor, {wall:6.2f} wall; limit {LIMIT_MS:g}: {cpu / LIMIT_MS:.2f} of it"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the figures, or the measurements as JSON."""
    words = [one for one in sys.argv[1:] if one != "--json"]
    exams = int(words[0]) if words else 1_000_000
    print(json.dumps(measure_here(exams)) if "--json" in sys.argv else table(measure(exams)))


if __name__ == "__main__":
    main()
