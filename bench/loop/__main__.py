"""Runs the scenarios, two at a time, and prints what was reached: `python -m bench.loop [NAME...] [--scenarios N] [--folder DIR]`.

`--folder` takes a folder with `objects/DAY/TIME_*.dcm` and `truth.json`, as `doseloop simulate` writes it, whoever made them.
`--seed-shift N` plays the same scenarios with other seeds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.loop import scenarios
from bench.loop.installation import make_empty_record
from bench.loop.table import table

RESULT = Path("build/loop.json")
_AT_ONCE = 2
_MEMORY = "/dev/shm"
"""Where there is one, the record lies in memory: what a disk costs is measured elsewhere."""


def measure(names: list[str], shift: int = 0, at_once: int = _AT_ONCE) -> dict[str, Any]:
    """Each scenario in a process of its own: Django knows one data folder a process."""
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="doseloop-loop-") as folder, ThreadPoolExecutor(at_once) as pool:
        subprocess.run([sys.executable, "-m", "bench.loop", "--make-empty", f"{folder}/data"], check=True)
        empty = Path(folder) / "data" / "record.sqlite3"
        results = list(pool.map(lambda name: _in_a_process(name, shift, empty), names))
    return {"day": f"{began:%Y-%m-%d}", "load": [load, os.getloadavg()[0]], "shift": shift,
            "wall_s": (datetime.now(UTC) - began).total_seconds(), "scenarios": dict(zip(names, results, strict=True))}  # fmt: skip


def _in_a_process(name: str, shift: int, empty: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.loop", "--one", name, "--empty", str(empty), "--seed-shift", str(shift)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{name}: {found['exams']} exams, {found['wall_s']:.0f} s", file=sys.stderr, flush=True)
    return found


def one_here(name: str, shift: int, empty: Path) -> dict[str, Any]:
    """One scenario, or one folder of objects, in this process."""
    from bench.loop.replay import replayed
    from doseloop.simulate.scenario import write

    with tempfile.TemporaryDirectory(
        prefix="doseloop-loop-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None
    ) as work:
        folder = Path(name)
        if name in scenarios.names():
            played = scenarios.scenario(name)
            folder = Path(work) / "simulated"
            write(replace(played, seed=played.seed + shift), folder)
        return replayed(folder, Path(work) / "data", empty)


def main(words: Sequence[str] | None = None) -> None:
    """Print the table and write build/loop.json, or the result of one scenario as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--scenarios", type=int, default=None, help="the first so many")
    parser.add_argument("--folder", action="append", default=[], help="objects and truth that lie there")
    parser.add_argument("--seed-shift", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=_AT_ONCE)
    parser.add_argument("--out", type=Path, default=RESULT)
    for hidden in ("--one", "--empty", "--make-empty"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    if given.make_empty:
        make_empty_record(Path(given.make_empty))
        return
    if given.one:
        print(json.dumps(one_here(given.one, given.seed_shift, Path(given.empty))))
        return
    names = [*given.names, *given.folder] or list(scenarios.names())[: given.scenarios]
    found = measure(names, given.seed_shift, given.at_once)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
