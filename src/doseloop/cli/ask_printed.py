"""What became of a question, for people at a terminal: a sentence, a table, what was left out."""

from collections.abc import Callable

from rich import box
from rich.console import Console
from rich.table import Table as Printed
from rich.text import Text

from doseloop.ask.answer import Answer, Table
from doseloop.ask.cells import cell
from doseloop.ask.outcome import AskedBack, Declined, Outcome, Understood
from doseloop.ask.plan import Plan
from doseloop.ask.replies import Reply, asked_back, declined
from doseloop.ask.spoken import said_of
from doseloop.model.errors import NotAnswerable

_MOST_ROWS = 60


def print_outcome(outcome: Outcome, text: str, answer: Callable[[Plan], Answer]) -> None:
    """The answer, the question back or the refusal. Errors: `NotAnswerable`, with what to ask instead."""
    console = Console(highlight=False, soft_wrap=True)
    if isinstance(outcome, AskedBack):
        _print_reply(console, asked_back(outcome, text))
    elif isinstance(outcome, Declined):
        _print_reply(console, declined(outcome))
    elif isinstance(outcome, Understood):
        for typed, read in outcome.repairs:
            console.print(Text(f"“{typed}” was read as “{read}”.", style="yellow"))
        console.print(Text(f"Read as: {said_of(outcome.plan)}", style="dim"))
        try:
            _print_answer(console, answer(outcome.plan))
        except NotAnswerable as error:
            _print_reply(console, Reply(error.said, error.offer))
    else:
        console.print("There is nothing before this question to forget.")


def _print_answer(console: Console, found: Answer) -> None:
    console.print(Text(found.sentence, style="bold"))
    _print_table(console, found.table)
    for one in found.comparisons:
        if one.table.rows:
            console.print(one.source.replace("_", " "))
            _print_table(console, one.table)
    for left in found.left_out:
        console.print(Text(f"Left out: {left.said}"))
    for note in found.notes:
        console.print(Text(note, style="dim"))
    for used in found.references:
        console.print(Text(f"{used.title}, {used.authority} {used.year}, {used.verification}", style="dim"))
    console.print(Text(f"Data state {found.data_state}.", style="dim"))


def _print_table(console: Console, table: Table) -> None:
    if not table.rows:
        return
    printed = Printed(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        printed.add_column(column.label, justify="left" if column.kind in ("group", "text", "moment") else "right")
    for row in table.rows[:_MOST_ROWS]:
        printed.add_row(*(Text(cell(column, value)) for column, value in zip(table.columns, row, strict=True)))
    console.print(printed)
    if table.total > min(len(table.rows), _MOST_ROWS):
        console.print(Text(f"{min(len(table.rows), _MOST_ROWS)} of {table.total} rows.", style="dim"))


def _print_reply(console: Console, reply: Reply) -> None:
    console.print(Text(reply.said, style="bold"))
    for option in reply.options:
        console.print(Text(f"  {option.said}"))
    if reply.offer:
        console.print(Text(reply.offer))
