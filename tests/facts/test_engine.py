"""What the engine may reach, and what it leaves behind."""

from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from doseloop.access.scope import SYSTEM
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts, _Engine
from doseloop.facts.exams import ExamOrder, exam_page, exam_rows
from doseloop.facts.filters import ExamFilter
from doseloop.facts.paths import FactsPaths
from doseloop.model.errors import SetupError
from tests.facts.made import make_exam, make_scanner, make_site


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_text('{record}')",
        "COPY (SELECT 1) TO '{record}.csv'",
        "ATTACH '{record}' AS other",
        "INSTALL sqlite_scanner",
        "LOAD sqlite_scanner",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SELECT * FROM visible_to_python",
    ],
)
def test_the_engine_reaches_nothing_beside_the_copy(paths: FactsPaths, query: str) -> None:
    visible_to_python = duckdb.sql("SELECT 1")
    engine = _Engine(paths.folder)
    with pytest.raises(duckdb.Error):
        engine._connection.execute(query.format(record=paths.record))
    assert visible_to_python is not None


def test_an_export_leaves_nothing_on_the_disk(facts: Facts) -> None:
    make_exam(make_scanner(make_site()))
    refresh(facts.paths)
    before = sorted(facts.paths.folder.iterdir())
    assert len(list(exam_rows(facts, SYSTEM, ExamFilter(), ExamOrder()))) == 1
    assert sorted(facts.paths.folder.iterdir()) == before


def test_a_session_that_failed_does_not_spoil_the_next(facts: Facts) -> None:
    make_exam(make_scanner(make_site()))
    refresh(facts.paths)
    lost = next(facts.paths.folder.glob("events-*"))
    content = lost.read_bytes()
    lost.unlink()
    with pytest.raises(SetupError, match="may be removed"):
        exam_page(facts, SYSTEM, ExamFilter(), ExamOrder())
    lost.write_bytes(content)
    assert exam_page(facts, SYSTEM, ExamFilter(), ExamOrder()).total == 1


def test_many_threads_share_a_few_engines_and_see_the_same(facts: Facts) -> None:
    make_exam(make_scanner(make_site()))
    refresh(facts.paths)
    with ThreadPoolExecutor(16) as threads:
        totals = list(threads.map(lambda _: exam_page(facts, SYSTEM, ExamFilter(), ExamOrder()).total, range(64)))
    assert totals == [1] * 64
    assert len(facts._engines._idle) <= 2
