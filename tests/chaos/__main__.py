"""`make chaos`: every fault with its figures; PASS where none cost anything. `--short` is what CI runs."""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import make_record  # first: it sets the record of this process

from doseloop.store.address import Address, address_of  # isort: skip
from tests.chaos import clock, disk, in_process, kills, repetition  # isort: skip
from tests.chaos.result import Result  # isort: skip

RECORD = Path("build/chaos.json")
READY_WITHIN_S = 10.0
Fault = Callable[[Path], list[Result]]


def faults(record: Address, *, short: bool) -> dict[str, Fault]:
    """Every fault by its name; in the short form with fewer rounds."""
    return {
        "calls": lambda folder: [in_process.every_call_of_the_filesystem(record, folder)],
        "statements": lambda folder: [in_process.every_statement_of_the_record(record, folder)],
        "power": lambda folder: [in_process.every_power_cut(record, folder)],
        "failpoints": lambda folder: [kills.at_each_failpoint(folder)],
        "random": lambda folder: [kills.at_random(folder, 12 if short else 200)],
        "disk": disk.every_illness,
        "clock": lambda folder: [clock.every_jump(folder)],
        "storm": lambda folder: [repetition.storm(folder, 300, 4) if short else repetition.storm(folder, 1000, 20)],
        "workers": lambda folder: [repetition.four_workers(folder)],
    }


def cannot(name: str) -> str:
    """Why a fault cannot be made on this machine; empty where it can."""
    if name == "disk" and not disk.can_mount():
        return "mounting a small disk needs root"
    if name == "clock" and clock.compiler() is None:
        return "there is no C compiler: apt install gcc"
    return ""


@contextmanager
def place() -> Iterator[Path]:
    """A folder for the run, removed where all went well."""
    folder = Path(tempfile.mkdtemp(prefix="doseloop-chaos-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def run(names: list[str], *, short: bool) -> list[Result]:
    """Run the faults, printing a line for each result as it comes."""
    results: list[Result] = []
    with place() as folder:
        every = faults(make_record(address_of("", folder)), short=short)
        for name in names or list(every):
            if why := cannot(name):
                print(f"SKIP  {name}: {why}", flush=True)
                continue
            found = every[name](folder / name)
            results += found
            for one in found:
                print(one.line(), flush=True)
    return results


def main() -> None:
    """Print every figure, write the JSON record, and end with 1 where anything was lost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "faults", nargs="*", help="only these: " + ", ".join(faults(address_of("", Path()), short=True))
    )
    options.add_argument("--short", action="store_true", help="fewer rounds")
    chosen = options.parse_args()
    busy = os.getloadavg()[0] > 2 * (os.cpu_count() or 1)  # before this run adds its own
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}", flush=True)
    results = run(chosen.faults, short=chosen.short)
    if busy:
        print(f"The machine is busy with other work: ready within {READY_WITHIN_S:g} s is not judged.")
    for one in results:
        if not busy and one.ready_s and max(one.ready_s) > READY_WITHIN_S:
            one.notes.append(f"ready again after {max(one.ready_s):.1f} s, more than {READY_WITHIN_S:g} s")
            print(one.line())
    passed = bool(results) and all(one.passed for one in results)
    RECORD.parent.mkdir(exist_ok=True)
    entries = [one.entry() for one in results]
    RECORD.write_text(
        json.dumps({"at": datetime.now(UTC).isoformat(), "load": load, "passed": passed, "faults": entries}, indent=1)
    )
    print(f"{'PASS' if passed else 'FAIL'}  ({RECORD})")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
