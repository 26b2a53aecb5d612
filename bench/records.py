"""The whole chain over SQLite and over PostgreSQL, in turns of one run: objects a second with one worker and with two.

    python -m bench.records [OBJECTS]

Both durable: SQLite with `synchronous=FULL`, PostgreSQL with `fsync` on, on the same disk.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.chain import burst_of
from tests import postgresql
from tests.roles.installation import Installation


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst through the whole chain."""

    record: str
    workers: int
    acknowledged_per_s: float
    through_per_s: float
    load: float
    """Of the machine, when it began."""


def measure(number: int = 400) -> list[Burst]:
    """Bursts of so many objects; PostgreSQL is left out where it is not installed."""
    found = [_burst("SQLite", "", workers, number) for workers in (1, 2)]
    if postgresql.programs():
        with postgresql.cluster(durable=True) as server:
            found += [_burst("PostgreSQL", server.url(server.make_database()), n, number) for n in (1, 2)]
    return found


def _burst(record: str, url: str, workers: int, number: int) -> Burst:
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        Installation(Path(folder) / "data", record=url, workers=str(workers)) as installation,
    ):
        rate, drain = burst_of(installation, number, Path(folder))
    return Burst(record, workers, rate, number / (number / rate + drain), load)


def table(bursts: list[Burst]) -> str:
    """The figures beside SQLite's with as many workers."""
    of_sqlite = {one.workers: one for one in bursts if one.record == "SQLite"}
    lines = ["objects/s, a burst over 8 associations of storescu (load of the machine when it began):"]
    for one in bursts:
        peer = of_sqlite[one.workers]
        lines.append(
            f"  {one.record:<10} {one.workers} worker(s)  {one.acknowledged_per_s:5.0f} acknowledged"
            f" ({one.acknowledged_per_s / peer.acknowledged_per_s:.2f} of SQLite)  {one.through_per_s:5.0f} through the chain"
            f" ({one.through_per_s / peer.through_per_s:.2f})  load {one.load:.1f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure(*(int(word) for word in sys.argv[1:]))))
