"""`doseloop backup` and `doseloop restore`."""

import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from doseloop.cli.options import DataOption, JsonOption
from doseloop.model.errors import SetupError
from doseloop.roles.record import database_of, open_record

if TYPE_CHECKING:
    from doseloop.roles.backup.drill import Drill
    from doseloop.roles.backup.make import Backup
    from doseloop.roles.backup.manifest import Manifest
    from doseloop.store.address import Address

KeysOption = Annotated[
    Path | None, typer.Option(help="File for the installation's keys; keep it apart from the backups.")
]
DrillOption = Annotated[
    bool, typer.Option("--drill", help="Restore it into a folder of its own, and compare everything.")
]
VerifyOption = Annotated[bool, typer.Option("--verify", help="Make none: check that one, or the newest in the folder.")]
RestoreKeys = Annotated[Path, typer.Option(help="The file that `doseloop backup --keys` wrote.", show_default=False)]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Set aside what the data folder holds.")]
YesOption = Annotated[bool, typer.Option("--yes", help="With --replace: do not ask.")]
_WITHOUT_KEYS = (
    "The keys are not in the backup, and without them its objects cannot be read. Write them once, and after each "
    "rotation, into a file that is kept elsewhere: --keys FILE."
)
_SAME_DISK = "The backup lies on the disk of the data folder and is lost with it: copy it to another one."


def backup(
    destination: Annotated[Path, typer.Argument(help="Folder of the backups; each gets a dated folder in it.")],
    keys: KeysOption = None,
    drill: DrillOption = False,
    verify: VerifyOption = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Copy the record and all objects as they are at this moment, while everything runs."""
    if verify:
        _verified(destination, as_json)
        return
    options, folder = open_record(data)
    from doseloop.roles.backup.drill import drill as drill_of
    from doseloop.roles.backup.keys import keys_of, write_keys
    from doseloop.roles.backup.make import back_up
    from doseloop.store.audit import COMMAND, record_change

    def progress(names: Iterable[str]) -> Iterable[str]:
        return track(names, "Copying objects", console=Console(stderr=True), disable=as_json)

    held = keys_of(folder)
    made = back_up(folder, database_of(options), destination, progress)
    record_change(COMMAND, "backed up", "record", after={"backup": made.folder.name, "keys": keys is not None})
    if keys is not None:
        write_keys(held, keys)
    tried = drill_of(made.folder, held, database_of(options)) if drill else None
    if as_json:
        typer.echo(json.dumps(_record(made, keys, tried)))
    else:
        _tell(made, keys, tried)
    if tried is not None and tried.wrong:
        raise typer.Exit(1)


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup, or the folder of backups: then the newest.")],
    keys: RestoreKeys,
    data: DataOption = None,
    replace: ReplaceOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a data folder of a backup. Only into an empty folder, unless --replace sets aside what it holds."""
    from doseloop.roles.backup.keys import read_keys
    from doseloop.roles.backup.manifest import read_manifest, the_backup
    from doseloop.roles.backup.restore import restore as restore_into
    from doseloop.roles.settings import record_named_in
    from doseloop.store.record_copy import check_place, put_back

    if data is None:
        raise SetupError("Name the data folder that is to be made: --data FOLDER.")
    chosen = the_backup(folder)
    manifest, address = read_manifest(chosen), record_named_in(chosen, data.absolute())
    check_place(manifest.engine, address.database)
    if replace and not yes:
        question = f"{data} is set aside and becomes what it was at {manifest.moment:%Y-%m-%d %H:%M} UTC. Go on?"
        typer.confirm(question, abort=True)
    read = read_keys(keys)
    made = restore_into(chosen, read, data, lambda source, _: put_back(source, address.database), replace=replace)
    if as_json:
        typer.echo(json.dumps({"restored": str(data.absolute()), "backup": str(chosen), **_of_manifest(made)}))
    else:
        _tell_restored(data, made, address)


def _verified(folder: Path, as_json: bool) -> None:
    from doseloop.roles.backup.manifest import the_backup, verify

    chosen = the_backup(folder)
    manifest = verify(chosen)
    if as_json:
        typer.echo(json.dumps({"backup": str(chosen), "verified": True, **_of_manifest(manifest)}))
    else:
        typer.echo(f"{chosen} is whole: {manifest.objects} objects, as of {manifest.moment:%Y-%m-%d %H:%M:%S} UTC.")


def _of_manifest(manifest: "Manifest") -> dict[str, object]:
    newest = manifest.newest_object_at
    return {
        "moment": manifest.moment.isoformat(),
        "newest_object_at": newest.isoformat() if newest else None,
        "objects": manifest.objects,
        "waiting": manifest.waiting,
        "gone": list(manifest.gone),
    }


def _record(made: "Backup", keys: Path | None, tried: "Drill | None") -> dict[str, object]:
    return {
        "backup": str(made.folder),
        **_of_manifest(made.manifest),
        "linked": made.linked,
        "copied_bytes": made.copied_bytes,
        "same_disk": made.same_disk,
        "keys": str(keys) if keys else None,
        "drill": dataclasses.asdict(tried) if tried else None,
    }


def _tell(made: "Backup", keys: Path | None, tried: "Drill | None") -> None:
    manifest = made.manifest
    typer.echo(
        f"{made.folder}: the record of {manifest.moment:%Y-%m-%d %H:%M:%S} UTC, {manifest.objects} objects and "
        f"{manifest.waiting} that wait; {made.linked} files were in the backup before."
    )
    if manifest.gone:
        typer.echo(f"The bytes of {len(manifest.gone)} objects were not there: `doseloop doctor`.", err=True)
    typer.echo(f"The keys are in {keys}: keep that file apart from the backups." if keys else _WITHOUT_KEYS)
    if made.same_disk:
        typer.echo(_SAME_DISK)
    if tried is not None:
        _tell_drill(tried)


def _tell_drill(tried: "Drill") -> None:
    compared = f"{tried.tables} tables with {tried.rows} rows, {tried.objects} objects, {tried.waiting} that wait"
    if not tried.wrong:
        typer.echo(f"Drill: restored and compared, everything came back: {compared}.")
        return
    typer.echo(f"Drill: not everything came back ({compared}):", err=True)
    for sentence in tried.wrong[:20]:
        typer.echo(f"  {sentence}", err=True)


def _tell_restored(data: Path, manifest: "Manifest", address: "Address") -> None:
    newest = f"{manifest.newest_object_at:%Y-%m-%d %H:%M:%S} UTC" if manifest.newest_object_at else "none"
    typer.echo(
        f"{data} is the installation of {manifest.moment:%Y-%m-%d %H:%M:%S} UTC: {manifest.objects} objects and "
        f"{manifest.waiting} that wait to be read; the newest arrived {newest}.\n"
        "What came in later, and what people wrote later, is not in it. Have the archive or the scanners send from that "
        "moment on again: what is there already is counted and nothing else.\n"
        "The columnar copy is made anew by itself within a minute of `doseloop serve`."
    )
    if not address.in_folder:
        typer.echo(f"Its record is at {address}: see that `record` in {data / 'doseloop.toml'} names it.")
