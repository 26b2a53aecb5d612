"""The tables of docs/reading-limits.md: `python -m tests.mutation.documentation` writes them, a test holds them."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from doseloop.reading.limits import MEBIBYTE, ReadLimits
from doseloop.reading.process import ProcessLimits
from tests.mutation.mutators import MUTATORS

PAGE = Path(__file__).parents[2] / "docs/reading-limits.md"
BEGIN, END = "<!-- {}: written by tests/mutation/documentation.py -->\n", "<!-- end -->\n"


def limits() -> str:
    """Every limit of one object and of one reader process."""
    rows = [row for kind in (ReadLimits, ProcessLimits) for row in _rows(kind)]
    return "\n".join(("| limit | value | what |", "| --- | --- | --- |", *rows)) + "\n"


def _rows(kind: type[ReadLimits] | type[ProcessLimits]) -> Iterator[str]:
    said = dict(_docstrings(kind))
    for one in fields(kind):
        yield f"| `{one.name}` | {_shown(one.name, one.default)} | {said[one.name]} |"


def _docstrings(kind: type[object]) -> Iterator[tuple[str, str]]:
    """The string below each field."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    for one, after in pairwise(body.body):
        if isinstance(one, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            assert isinstance(one.target, ast.Name)
            yield one.target.id, " ".join(str(after.value.value).split())


def _shown(name: str, value: object) -> str:
    assert isinstance(value, int | float)
    return f"{int(value) // MEBIBYTE} MiB" if name.endswith("_bytes") else f"{value:,}"


def mutations() -> str:
    """Every mutation, and what of it no reader can know."""
    rows = (f"| {one.name} | {one.what} | {one.cannot_know or 'all is detected'} |" for one in MUTATORS)
    head = "| mutation | what is done | what cannot be detected |", "| --- | --- | --- |"
    return "\n".join((*head, *rows)) + "\n"


TABLES = {"limits": limits, "mutations": mutations}


def written(text: str) -> str:
    """The page with its tables as the code has them."""
    for name, table in TABLES.items():
        before, rest = text.split(BEGIN.format(name))
        text = before + BEGIN.format(name) + table() + END + rest.split(END, 1)[1]
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
