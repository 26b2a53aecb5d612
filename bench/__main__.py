"""`make bench`: every figure in one run, with the machine, its load and the versions."""

import importlib.metadata
import os
import platform
import sys

import bench.loop.__main__ as loop
from bench import (
    ask,
    chain,
    compliance,
    diameter,
    facts,
    kinds,
    names,
    on_exam,
    operators,
    reading,
    recompute,
    records,
    worse_reports,
)


def machine() -> str:
    """What it was measured on."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    names = ("pydicom", "pynetdicom", "django", "duckdb", "ibis-framework", "pyarrow")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return f"{platform.platform()}, {os.cpu_count()} cores, load {load}, Python {platform.python_version()}\n{versions}"


def main() -> None:
    """Print every figure."""
    print(machine(), "\n")
    print(reading.table(reading.measure()), "\n", flush=True)
    print(diameter.shown(diameter.measure()), "\n", flush=True)
    for name, figure in facts.measure().items():
        print(f"  {name:<50} {figure:10.1f}")
    print(ask.table(ask.measure()), "\n", flush=True)
    print(compliance.table(compliance.measure()), "\n", flush=True)
    print(on_exam.table(on_exam.measure()), "\n", flush=True)
    print(recompute.table(recompute.measure()), "\n", flush=True)
    print(names.table(names.measure(), "measure"), "\n", flush=True)
    print(kinds.table(kinds.measure()), "\n", flush=True)
    print(operators.table(1), "\n", flush=True)
    print(worse_reports.table(3), "\n", flush=True)
    print(chain.table(chain.measure()), "\n", flush=True)
    print(records.table(records.measure()), "\n", flush=True)
    loop.main([])
    print("\n" + machine().splitlines()[0], file=sys.stderr)


if __name__ == "__main__":
    main()
