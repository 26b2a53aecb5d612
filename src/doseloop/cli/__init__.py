"""Commands. Each reads its options, calls one function of the house and prints; `--json` output is stable."""

import sys

import typer

from doseloop.cli import (
    account,
    ask,
    audit,
    backup,
    codes,
    demo,
    doctor,
    drl,
    glandular,
    ingest,
    key,
    levels,
    listing,
    mcp,
    merge,
    notify,
    read,
    recompute,
    report,
    reprocess,
    retry,
    rules,
    serve,
    simulate,
    site,
    sizes,
    token,
)
from doseloop.model.errors import DoseloopError

app = typer.Typer(
    name="doseloop",
    help="Radiation dose management: from a scanner's object to a flag that someone follows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("demo")(demo.demo)
app.command("simulate")(simulate.simulate)
app.command("ingest")(ingest.ingest)
app.command("read")(read.read)
app.command("exams")(listing.exams)
app.command("flags")(listing.flags)
app.command("cases")(listing.cases)
app.command("drl")(drl.drl)
app.command("glandular")(glandular.glandular)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("doctor")(doctor.doctor)
app.command("ask")(ask.ask)
app.command("recompute")(recompute.recompute)
app.command("reprocess")(reprocess.reprocess)
app.command("retry")(retry.retry)
app.command("site")(site.site)
app.command("merge")(merge.merge)
app.command("mcp")(mcp.mcp)
app.command("sizes")(sizes.sizes)
app.command("codes")(codes.codes)
app.add_typer(token.app, name="token", help="Tokens of peers that send and programs that read over HTTP.")
app.add_typer(audit.app, name="audit", help="Who saw and changed what, and whether that is still what was sealed.")
app.add_typer(key.app, name="key", help="Keys of the installation.")
app.add_typer(levels.app, name="levels", help="Sets of reference levels, and which of them a site compares with.")
app.add_typer(report.app, name="report", help="Reports for committee and regulator.")
app.add_typer(
    rules.app,
    name="rules",
    help="Rule packs: what is reported to an authority or followed up, and by which a site goes.",
)
app.add_typer(notify.app, name="notify", help="Who is told of flags, and what is on its way to them.")
app.add_typer(account.app, name="account", help="Accounts and their roles.")


def main() -> None:
    """Run a command; what cannot be done is told in one sentence with what to do, and a status of 1."""
    try:
        app()
    except DoseloopError as error:
        print(f"doseloop: {error}\n  {error.hint} [{error.code}]", file=sys.stderr)
        sys.exit(1)
