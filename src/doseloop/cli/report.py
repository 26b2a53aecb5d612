"""`doseloop report`: reports for committee and regulator, made from the record."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import UnusableInput
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)


@app.callback()
def reports() -> None:
    """Keep `compliance` a word of its own: Typer would drop it from a group of one command."""


@app.command("compliance")
def compliance(
    site: Annotated[str, typer.Option("--site", help="Name of the site.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")],
    pdf: Annotated[Path | None, typer.Option(help="Write the report here.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write its workbook here.")] = None,
    for_signature: Annotated[
        bool, typer.Option("--for-signature", help="Leave out sets that are neither verified nor confirmed.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--archive", help="Keep it in the archive, as the page of reports does.")
    ] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Medians of a site against its reference levels: counts, and as PDF, workbook or JSON."""
    options, folder = open_record(data)
    from doseloop.access.scope import SYSTEM
    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths
    from doseloop.report import archive, report_files
    from doseloop.report.compliance_report import decoded
    from doseloop.store import reports
    from doseloop.store.audit import COMMAND
    from doseloop.store.level_sets import site_named

    facts = Facts(FactsPaths.in_data(folder.root, options.record_address))
    window = archive.window_of(first.date(), last.date())
    made = archive.new_report(
        facts, SYSTEM, site_named(SYSTEM, site), window, options.level_settings, for_signature=for_signature
    )
    head = reports.archive(SYSTEM, made, COMMAND).head if keep else archive.head_of_none(COMMAND)
    for path, form in ((pdf, "pdf"), (xlsx, "xlsx")):
        if path is not None:
            _write(path, report_files.made(decoded(made.content), head, form))
    if as_json:
        typer.echo(made.content.decode())
        return
    counts = ", ".join(f"{number} {state}" for state, number in made.counts.items())
    kept = f" Report {head.number} of the archive." if head.number is not None else ""
    typer.echo(f"{made.title}: {counts}. Digest of figures {made.figures_sha256}.{kept}")


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnusableInput(f"{path} cannot be written: {error.strerror}.") from None
