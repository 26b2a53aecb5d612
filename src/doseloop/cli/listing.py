"""`doseloop exams`, `doseloop flags` and `doseloop cases`: what is in the record, with the filters of the pages.

What is printed is noted in the audit first, as a page's is: by who called the command.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

_Row = TypeVar("_Row")
_BATCH = 500
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
    wanted = ExamFilter.from_address(asked(address, {field.name for field in dataclasses.fields(ExamFilter)}))
    for row in _noted("exams", exam_rows(facts, SYSTEM, wanted, ExamOrder()), lambda row: (row.patient, row.site)):
        _show(dataclasses.asdict(row), as_json)


def flags(as_json: JsonOption = False, data: DataOption = None) -> None:
    """List flags, the newest first."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.flags import flags as all_flags

    for row in _noted("flags", all_flags(SYSTEM), lambda row: (row.patient_key, row.site_id)):
        _show(dataclasses.asdict(row), as_json)


def cases(
    show: Annotated[str, typer.Option(help="open, overdue, closed or all.")] = "open",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List cases, those that are due first. No patient stands in the list."""
    open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.store.case_list import SHOWS, case_list

    known = [one for one in SHOWS if one != "mine"]
    if show not in known:
        raise UnusableInput(f"There is no list {show!r}; known are {', '.join(known)}.")
    for row in case_list(SYSTEM, show, None):
        _show({**dataclasses.asdict(row), "overdue": row.is_overdue}, as_json)


def _noted(command: str, rows: Iterable[_Row], whom: Callable[[_Row], tuple[int | None, int]]) -> Iterator[_Row]:
    """The rows, each once its patient is noted: many at a time, and nobody twice."""
    from doseloop.store.audit import COMMAND, Seen, record_sight

    waiting, noted = iter(rows), set[Seen]()
    while batch := list(islice(waiting, _BATCH)):
        seen = {Seen(patient, site) for patient, site in map(whom, batch) if patient is not None} - noted
        record_sight(COMMAND, "saw", f"command {command}", seen, identified=False)
        noted |= seen
        yield from batch


def asked(address: str, known: set[str]) -> dict[str, str]:
    """The filters of an address. Errors: `UnusableInput`, naming one that is not known."""
    found = dict(parse_qsl(address, keep_blank_values=True))
    unknown = sorted(set(found) - known) or ([address] if address and not found else [])
    if unknown:
        raise UnusableInput(f"There is no filter {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    return found


def _show(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(row, default=str, ensure_ascii=False))
    else:
        plain = (
            f"{name}={value}" for name, value in row.items() if isinstance(value, str | int | float) and value != ""
        )
        typer.echo("  ".join(plain))
