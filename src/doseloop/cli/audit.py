"""`doseloop audit`: whether the audit is what was sealed, its head to keep elsewhere, and its rows as a file."""

import dataclasses
import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from doseloop.cli.options import DataOption, JsonOption
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)
KeptHead = Annotated[str, typer.Option("--head", help="A head that was kept elsewhere: the chain has to lead to it.")]
FilterOption = Annotated[str, typer.Option("--filter", help="Filters as the page's address has them: `patient=12`.")]


class Form(StrEnum):
    """What a line of the export is."""

    ROWS = "rows"
    FHIR = "fhir"


@app.command("verify")
def verify(head: KeptHead = "", as_json: JsonOption = False, data: DataOption = None) -> None:
    """Go along the whole chain; status 1 and the first row or seal that does not fit, where one does not."""
    _, folder = open_record(data)
    from doseloop.roles.audit import chain_of
    from doseloop.store.audit import COMMAND, record_change
    from doseloop.store.audit_chain import Head
    from doseloop.store.audit_verify import verify as verified

    found = verified(chain_of(folder), Head.of(head) if head else None)
    told = dataclasses.asdict(found)
    record_change(COMMAND, "verified the audit", "audit", after=told)
    if as_json:
        typer.echo(json.dumps({"intact": found.fault is None, **told}))
    else:
        typer.echo(_sentence(told))
    if found.fault is not None:
        raise typer.Exit(1)


@app.command("head")
def head(as_json: JsonOption = False, data: DataOption = None) -> None:
    """Seal what is new and print the head of the chain, to be kept where nobody of this machine can change it."""
    _, folder = open_record(data)
    from doseloop.roles.audit import chain_of

    chain = chain_of(folder)
    chain.seal()
    last = chain.last()
    if as_json:
        typer.echo(json.dumps({"head": str(last.head), "sealed_at": last.at.isoformat()} if last else {"head": None}))
    else:
        typer.echo(str(last.head) if last else "Nothing has been noted yet.")


@app.command("export")
def export(
    form: Annotated[Form, typer.Option(help="Our rows, or FHIR AuditEvent (PS3.15 A.5).")] = Form.ROWS,
    address: FilterOption = "",
    data: DataOption = None,
) -> None:
    """Print the audit, one JSON object a line, the latest first."""
    options, _ = open_record(data)
    from zoneinfo import ZoneInfo

    from doseloop.access.scope import SYSTEM
    from doseloop.cli.listing import asked
    from doseloop.report.audit_event import audit_event
    from doseloop.store import audit_list
    from doseloop.store.audit import COMMAND, record_change

    wanted = audit_list.AuditFilter.from_address(asked(address, set(audit_list.AuditFilter.__slots__)))
    record_change(
        COMMAND, "used the audit", "audit export", patient_key=wanted.patient, after={"filter": wanted.asked()}
    )
    for row in audit_list.every(SYSTEM, wanted, ZoneInfo(options.zone)):
        line = audit_event(row, options.site) if form is Form.FHIR else dataclasses.asdict(row)
        typer.echo(json.dumps(line, ensure_ascii=False, default=str))


def _sentence(told: dict[str, Any]) -> str:
    fault, unsealed = told["fault"], told["unsealed"]
    if fault is not None:
        return f"The audit does not fit. {fault['said']} [{fault['kind']}: {fault['subject']}]"
    later = f" {unsealed} rows of the last minute are not sealed yet." if unsealed else ""
    return f"The audit is intact: {told['rows']} rows under {told['seals']} seals.{later}"
