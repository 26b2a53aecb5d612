"""`doseloop retry`: quarantined objects are read once more."""

import typer

from doseloop.cli.options import DataOption
from doseloop.roles.record import open_record


def retry(data: DataOption = None) -> None:
    """Put quarantined objects back into the inbox; a running worker reads them again."""
    options, folder = open_record(data)
    from doseloop.roles.inbox import inbox_of
    from doseloop.store.audit import COMMAND, record_change
    from doseloop.store.retry import put_back
    from doseloop.store.vault import Vault

    count = put_back(inbox_of(options, folder), Vault(folder.objects, folder.ring("objects")))
    record_change(COMMAND, "retried", "quarantined objects", after={"objects": count})
    typer.echo(f"{count} objects wait to be read again.")
