"""`doseloop exams` and `doseloop flags`: what is in the record, with the filters of the pages."""

import dataclasses
import json
from typing import Annotated, Any
from urllib.parse import parse_qsl

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

FilterOption = Annotated[str, typer.Option("--filter", help="Filters as the page's address has them: `modality=CT`.")]


def exams(address: FilterOption = "", as_json: JsonOption = False, data: DataOption = None) -> None:
    """List exams, the newest first."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.facts.engine import Facts
    from doseloop.facts.exams import ExamOrder, exam_rows
    from doseloop.facts.filters import ExamFilter
    from doseloop.facts.paths import FactsPaths

    facts = Facts(FactsPaths.in_data(folder.root, options.record_address))
    wanted = ExamFilter.from_address(_asked(address, {field.name for field in dataclasses.fields(ExamFilter)}))
    for row in exam_rows(facts, SYSTEM, wanted, ExamOrder()):
        _show(dataclasses.asdict(row), as_json)


def flags(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List flags, the newest first."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.flags import flags as all_flags

    for row in all_flags(SYSTEM):
        _show(dataclasses.asdict(row), as_json)


def _asked(address: str, known: set[str]) -> dict[str, str]:
    asked = dict(parse_qsl(address, keep_blank_values=True))
    unknown = sorted(set(asked) - known) or ([address] if address and not asked else [])
    if unknown:
        raise UnusableInput(f"There is no filter {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    return asked


def _show(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(row, default=str, ensure_ascii=False))
    else:
        plain = (
            f"{name}={value}" for name, value in row.items() if isinstance(value, str | int | float) and value != ""
        )
        typer.echo("  ".join(plain))
