"""The same again and side by side: a storm of duplicates over many associations, and several workers on one study."""

import random
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from doseloop.simulate.chance import chance
from doseloop.simulate.day import objects
from doseloop.simulate.department import standard_department
from doseloop.simulate.exam import draw_exam
from doseloop.simulate.records import Report
from doseloop.simulate.report import encode
from tests.chaos.kills import LONGEST_WAIT_S, repeated
from tests.chaos.result import Result
from tests.roles.installation import Installation, until
from tests.roles.traffic import storescu, written

ASSOCIATIONS = 8


def storm(folder: Path, number: int, times: int) -> Result:
    """The same objects so many times, in any order, over 8 associations at once: one row each, which counted them."""
    result = Result(f"{number} objects {times} times over {ASSOCIATIONS}")
    folder.mkdir(parents=True)
    files = written(folder / "sent", objects(number, seed=17))
    order = random.Random(1).sample(files * times, number * times)
    with Installation(folder / "data") as installation:
        sent = [0] * ASSOCIATIONS

        def send(n: int) -> None:
            mine = order[n::ASSOCIATIONS]
            for start in range(0, len(mine), 500):
                some = mine[start : start + 500]
                sent[n] += len(some) if storescu(installation.dicom_port, some).returncode == 0 else 0

        threads = [threading.Thread(target=send, args=(n,)) for n in range(ASSOCIATIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(installation.idle, 600, "every object processed")
        ((rows, receipts),) = installation.ask("SELECT count(*), sum(receipts) FROM store_doseobjectrow")
        exams = int(str(installation.ask("SELECT count(*) FROM store_exam")[0][0]))
        result.rounds, result.acknowledged, result.stored = times, sum(sent), int(str(receipts))
        result.lost = max(0, number - int(str(rows))) + max(0, sum(sent) - int(str(receipts)))
        result.twice = max(0, int(str(rows)) - number) + max(0, exams - number) + repeated(installation)
    return result


def one_study_in(parts: int) -> list[bytes]:
    """Cumulative reports of one angiography with at least so many runs."""
    department = standard_department()
    scanner = next(one for one in department.scanners if one.modality == "XA" and one.mix)
    for seed in range(1000):
        exam = draw_exam(
            department, scanner, next(iter(scanner.mix)), datetime(2026, 3, 3, 9), "A1", seed, chance(seed)
        )
        if len(exam.runs) >= parts:
            return [encode(Report(exam, n, n, exam.runs[n - 1].ended_at)) for n in range(1, parts + 1)]
    raise AssertionError(f"no exam with {parts} runs was drawn")


def four_workers(folder: Path) -> Result:
    """Four workers on one study in 20 objects make the exam that one worker makes."""
    result = Result("4 workers on a study in 20 objects")
    contents = one_study_in(20)
    alone = exam_by(folder / "one", contents, 1, result)
    together = exam_by(folder / "four", contents, 4, result)
    result.rounds = 2
    if alone != together:
        result.notes.append(f"the exam differs: {alone} by one worker, {together} by four")
    return result


def exam_by(folder: Path, contents: list[bytes], workers: int, result: Result) -> list[Any]:
    """The exam, its events and flags, made by so many workers."""
    folder.mkdir(parents=True)
    files = written(folder / "sent", contents)
    installation = Installation(folder / "data")
    installation.command("exams", "--json")
    processes = [start_worker(installation) for _ in range(workers)]
    try:
        until(lambda: working(folder) == workers, LONGEST_WAIT_S, "every worker works")
        installation.command("ingest", *map(str, files))
        until(installation.idle, LONGEST_WAIT_S, "every object processed")
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
    states = installation.ask("SELECT state, count(*) FROM store_doseobjectrow GROUP BY state")
    result.acknowledged += len(files)
    result.stored += sum(int(str(count)) for _, count in states)
    result.twice += repeated(installation)
    return [
        states,
        installation.ask("SELECT study_uid, dap_gy_cm2, ka_r_mgy, event_count FROM store_exam"),
        installation.ask("SELECT event_uid, dap_gy_cm2, ka_r_mgy, position FROM store_event ORDER BY position"),
        installation.ask("SELECT rule, sentence FROM store_flag ORDER BY rule"),
    ]


def start_worker(installation: Installation) -> subprocess.Popen[bytes]:
    """One worker with a name of its own over the folder."""
    command = [sys.executable, "-m", "doseloop.cli", "serve", "--role", "worker"]
    with installation.log.open("ab") as log:
        return subprocess.Popen(command, env=installation.environment, stdout=log, stderr=log)


def working(folder: Path) -> int:
    """How many workers said that they work."""
    return (folder / "serve.log").read_text().count('"event": "working"')
