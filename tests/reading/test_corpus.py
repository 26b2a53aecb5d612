"""Real objects of many makers, where the shared corpus is there: the read contract. What goes beyond it: `test_truth`."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from doseloop.model.dose_object import ReadResult
from doseloop.model.reading import Reading
from doseloop.reading.object import read_object
from doseloop.report.read_contract import contract
from tests.shared import shared


@cache
def told(name: str) -> Any:
    return json.loads(shared(f"corpus/{name}.json").read_text(encoding="utf-8"))["files"]


def objects() -> list[Path]:
    return sorted(shared("corpus/open").glob("*.dcm"))


@cache
def readings() -> list[tuple[str, ReadResult]]:
    return [(path.name, read_object(path.read_bytes())) for path in objects()]


def differences(want: Any, got: Any, at: str) -> list[str]:
    if isinstance(want, dict):
        below = got if isinstance(got, dict) else {}
        return [line for key, value in want.items() for line in differences(value, below.get(key), f"{at}.{key}")]
    if isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            return [f"{at}: {len(want)} wanted, got {got!r:.80}"]
        return [line for index, value in enumerate(want) for line in differences(value, got[index], f"{at}[{index}]")]
    if isinstance(want, float | int) and isinstance(got, float | int):
        return [] if got == pytest.approx(want, rel=1e-6) else [f"{at}: {want!r} wanted, got {got!r}"]
    same = (
        want.casefold().strip() == got.casefold().strip()
        if isinstance(want, str) and isinstance(got, str)
        else want == got
    )
    return [] if same else [f"{at}: {want!r} wanted, got {got!r}"]


def value(reading: Any) -> Any:
    found = reading.value if isinstance(reading, Reading) else reading
    return getattr(found, "meaning", found)


def test_the_shared_check_holds_for_every_field() -> None:
    command = f"{sys.executable} -m doseloop.cli.read --json"
    check = [sys.executable, shared("corpus/check.py"), "--command", command]
    ran = subprocess.run(check, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:]


def test_the_read_contract_holds_for_every_object() -> None:
    expected = told("expected")
    wrong = [line for name, result in readings() for line in differences(expected[name], contract(name, result), name)]
    assert wrong == []


def test_nothing_is_missing_from_any_object() -> None:
    assert {name: result.dose.missing for name, result in readings() if result.dose.missing} == {}
