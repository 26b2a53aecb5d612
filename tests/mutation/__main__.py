"""`make mutations`: spoilt objects through the real readers, with figures.

    python -m tests.mutation --count 10000 --seed 1         the nightly form: cut at every tag of every seed besides
    python -m tests.mutation --count 10000 --seed 1 --only 42   one input of it again

What fails is written to build/mutations, named by its number, mutator and seed object.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")
os.environ["DOSELOOP_DATA"] = tempfile.mkdtemp(prefix="doseloop-mutations-")

import django

from tests.mutation.run import LIMITS, Figures, Row, one_input, planned, run, uncaught_cuts
from tests.mutation.seeds import seeds

FAILURES = Path("build/mutations")
STATES = ("read", "partly read", "not dose", "quarantined")
NO_FAULT = ("", "not-dose", "not-read-yet")
LARGE = 32_000
"""Bytes past which a seed is not cut at each of its thousands of tags."""
SAMPLED_EACH = 47
"""One in so many also goes through the whole pipeline into a record; a prime, so that every mutator has its turn."""


def main() -> int:
    """Run, print the figures, and say whether it passed."""
    options = _options()
    django.setup()
    if options.only is not None:
        figures = run([one_input(options.only, options.seed)], FAILURES)
    else:
        figures = _whole(options.count, options.seed)
    print("\n".join(figures.problems[:40]))
    passed = not figures.problems
    print(f"{'PASS' if passed else 'FAIL'}: {figures.inputs:,} objects, silent wrong {_wrong(figures)}", flush=True)
    return 0 if passed else 1


def _whole(count: int, seed: int) -> Figures:
    began = time.monotonic()
    figures = run(planned(count, seed), FAILURES)
    print(table(figures), "\n", flush=True)
    cuts, uncaught = uncaught_cuts(each for each in seeds() if len(each.file) < LARGE)
    print(f"cut at every tag of every seed: {cuts:,} cuts, {len(uncaught)} taken for whole", flush=True)
    print(_record(count, seed, figures))
    print(
        f"\nslowest {figures.slowest_s:.2f} s (limit {LIMITS.wall_s:g}): {figures.slowest}\n"
        f"reader's memory at most {figures.reader_bytes >> 20} MiB "
        f"(limit {LIMITS.memory_bytes >> 20}), parent grew {figures.parent_grew_bytes >> 20} MiB, "
        f"{time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"
    )
    figures.problems += uncaught
    return figures


def _record(count: int, seed: int, figures: Figures) -> str:
    from tests.mutation.record import through_the_pipeline  # its models want Django set up

    sample = through_the_pipeline(planned(count, seed), SAMPLED_EACH)
    figures.problems += sample.problems
    return f"into a record: {sample.inputs:,} inputs, {dict(sample.states)}"


def table(figures: Figures) -> str:
    """The figures of each mutator."""
    head = f"{'mutator':34}{'inputs':>7}" + "".join(f"{state:>13}" for state in STATES)
    head += f"{'fewer':>7}{'unknowable':>12}{'silent wrong':>14}  quarantined by code"
    return "\n".join((head, *(_line(name, row) for name, row in figures.rows.items())))


def _line(name: str, row: Row) -> str:
    states = "".join(f"{row.states[state]:13,}" for state in STATES)
    codes = ", ".join(f"{code} {number}" for code, number in row.codes.most_common() if code not in NO_FAULT)
    return f"{name:34}{row.inputs:7,}{states}{row.fewer:7}{row.undetectable:12}{row.wrong:14}  {codes}"


def _wrong(figures: Figures) -> int:
    return sum(row.wrong for row in figures.rows.values())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--count", type=int, default=10_000, help="how many objects are spoilt")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same objects")
    parser.add_argument("--only", type=int, help="the number of one input to run again")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
