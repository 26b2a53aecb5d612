"""The program's own files and libraries."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

from doseloop.roles.doctor.check import Check, Place, check

CHECKS: list[Check] = []
_SCRIPTS = ("htmx.min.js", "echarts.min.js")
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;)?", re.MULTILINE)
_SOURCE_ID = re.compile(rb"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d (?:[0-9a-f]{64}|[0-9a-f]{60}alt\d|[0-9a-f]{40})(?![0-9a-f])")
"""What sqlite3_sourceid() returns is compiled into every SQLite."""


@check(CHECKS, "scripts-missing", "Install Doseloop anew: from a wheel, or by `make` in a checkout.")
def scripts_missing(place: Place) -> Iterator[str]:
    """Pages would show no charts and react to nothing."""
    folder = files("doseloop") / "web" / "static" / "third_party"
    for name in _SCRIPTS:
        if not (folder / name).is_file():
            yield f"{name} is missing in {folder}."


@check(CHECKS, "versions-other", "Install the locked versions: `pip install --require-hashes -r locks/runtime.txt`.")
def versions_other(place: Place) -> Iterator[str]:
    """Libraries are not those that this version was tested with."""
    for name, locked, conditional in _LOCKED.findall(lock()):
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "" if conditional else "no version"
        if found and found != locked:
            yield f"{name} is installed in {found}, and tested in {locked}."


def lock() -> str:
    """The locked versions of libraries: in the package, else in the checkout; empty where there is neither."""
    packaged = Path(__file__).with_name("runtime.txt")
    checkout = Path(__file__).parents[4] / "locks" / "runtime.txt"
    found = next((path for path in (packaged, checkout) if path.is_file()), None)
    return found.read_text() if found else ""


@check(
    CHECKS, "sqlite-twice", "Remove the library that brings a SQLite of its own: locks would not hold, commits vanish.",
    only="SQLite",
)  # fmt: skip
def sqlite_twice(place: Place) -> Iterator[str]:
    """Two SQLite libraries in one process (docs/decisions/0002-one-sqlite-library-in-a-process.md)."""
    found = sorted(path for path in mapped() if path.is_file() and _SOURCE_ID.search(path.read_bytes()))
    if len(found) > 1:
        yield f"This process has loaded more than one SQLite: {', '.join(map(str, found))}."


def mapped() -> set[Path]:
    """The libraries of this process: the checks before have loaded what a worker and a web server load."""
    lines = (line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines())
    return {Path(line[5]) for line in lines if len(line) == 6 and ".so" in line[5]}
