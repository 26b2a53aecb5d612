"""`doseloop key`: the keys of an installation are replaced."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from doseloop.cli.options import DataOption
from doseloop.model.errors import SetupError
from doseloop.roles.record import open_record

app = typer.Typer(no_args_is_help=True)


class KeyName(StrEnum):
    """A key of the folder `keys`."""

    OBJECTS = "objects"
    WEB = "web"
    PSEUDONYMS = "pseudonyms"


NameArgument = Annotated[KeyName, typer.Argument(help="Which key.", show_default=False)]
_KEEPS = (
    "The key of pseudonyms stays: every pseudonym of the record and of the kept objects was made with it, and with another "
    "one the next exam of a patient would not join the earlier ones. If it became known, begin a new data folder and send "
    "the objects again; the old pseudonyms can be told from numbers that are tried, and no other key would change that."
)


@app.command("rotate")
def rotate(name: NameArgument, data: DataOption = None) -> None:
    """Replace a key, also while Doseloop runs; ended at any moment and begun anew, it goes on."""
    _, folder = open_record(data)
    if name is KeyName.PSEUDONYMS:
        raise SetupError(_KEEPS)
    from doseloop.roles.keeping_lock import keeping
    from doseloop.store import audit
    from doseloop.store.resealing import reseal_all
    from doseloop.store.vault import Vault

    ring = folder.ring(name.value)
    with keeping(folder):
        audit.record_change(audit.COMMAND, "rotated key", f"key {name.value}")
        if name is KeyName.WEB:
            ring.forget_before()
            ring.replace()
            typer.echo("Restart Doseloop: it then signs with the new key. What the key before signed counts until")
            typer.echo("`doseloop key forget web`; forget it at once if it became known, and everybody logs in anew.")
            return
        vault = Vault(folder.objects, ring)
        steps = track(reseal_all(vault, ring), "Sealing", sum(1 for _ in vault.names()), console=Console(stderr=True))
        opened = list(steps)
    typer.echo(f"{sum(opened)} objects are sealed with the new key; the key before is destroyed.")
    typer.echo(
        "Write the keys into a file once more (`doseloop backup --keys`): an older one opens older backups alone."
    )
    if not all(opened):
        typer.echo(f"{opened.count(False)} files can be opened by no key; `doseloop doctor` names them.", err=True)
        raise typer.Exit(1)


@app.command("forget")
def forget(name: NameArgument, data: DataOption = None) -> None:
    """Destroy the web key before the current one: who signed in under it logs in anew after a restart."""
    _, folder = open_record(data)
    if name is not KeyName.WEB:
        raise SetupError("Only the web key before may be forgotten; that of objects goes at the end of its rotation.")
    gone = folder.ring(name.value).forget_before()
    typer.echo("The key before is destroyed." if gone else "There is no key before.")
