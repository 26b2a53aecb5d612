"""No process holds two SQLite libraries on the record: POSIX locks would break and commits of others vanish."""

import json
import re
import subprocess
import sys

import pytest

from doseloop.facts.copy import refresh
from doseloop.facts.paths import FactsPaths
from tests.facts.made import make_exam, make_scanner, make_site

pytestmark = pytest.mark.sqlite

# What sqlite3_sourceid() returns is compiled into every SQLite: the time of its check-in and the check-in's hash.
SOURCE_ID = re.compile(rb"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d (?:[0-9a-f]{64}|[0-9a-f]{60}alt\d|[0-9a-f]{40})(?![0-9a-f])")

PROGRAM = """
import json, sys
from pathlib import Path
from doseloop.access.scope import SYSTEM
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, exam_page
from doseloop.facts.filters import ExamFilter
from doseloop.facts.paths import FactsPaths

assert exam_page(Facts(FactsPaths.in_data(Path(sys.argv[1]))), SYSTEM, ExamFilter(), ExamOrder()).total == 2
lines = Path("/proc/self/maps").read_text().splitlines()
print(json.dumps(sorted({line.split(maxsplit=5)[5] for line in lines if len(line.split(maxsplit=5)) == 6})))
"""


def mapped_files(paths: FactsPaths) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(paths.folder.parent)], capture_output=True, text=True, check=True
    )
    files: list[str] = json.loads(done.stdout)
    return [file for file in files if file.startswith("/") and not file.endswith("-shm")]


def holds_sqlite(file: str) -> bool:
    with open(file, "rb") as opened:
        return SOURCE_ID.search(opened.read()) is not None


def test_a_process_that_counts_holds_one_sqlite_library(paths: FactsPaths) -> None:
    scanner = make_scanner(make_site())
    make_exam(scanner)
    refresh(paths)
    make_exam(scanner)
    files = mapped_files(paths)
    assert any("duckdb" in file for file in files)
    assert any("arrow" in file for file in files)
    found = [file for file in files if holds_sqlite(file)]
    assert len(found) == 1, found
    assert "sqlite3" in found[0]
