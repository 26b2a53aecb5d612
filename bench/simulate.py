"""Processor time of the virtual hospital: a part of a quiet year as objects by two processes, and as rows without DICOM.

    python -m bench.simulate [DAYS]

The seconds of 100,000 exams are processor time, shared by two free cores: the machine's load changes it less than the clock.
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from doseloop.simulate.scenario import load, scenario_exams, write

LIMIT_S, EXAMS, CORES = 300, 100_000, 2


def main(days: int) -> None:
    """Print both rates beside the limit."""
    scenario = replace(load("quiet-year"), days=days)
    began = time.process_time()
    rows = sum(1 for _ in scenario_exams(scenario))
    print(f"rows: {rows} exams, {(time.process_time() - began) / rows * 1e3:.2f} ms each")
    with tempfile.TemporaryDirectory() as folder:
        written = write(scenario, Path(folder) / "out", CORES)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    each_s = (used.ru_utime + used.ru_stime) / written.exams
    print(f"objects: {written.exams} exams with {written.objects} objects, {each_s * 1e3:.2f} ms an exam")
    print(f"{EXAMS} exams on {CORES} cores: {each_s * EXAMS / CORES:.0f} s (limit {LIMIT_S} s)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 28)
