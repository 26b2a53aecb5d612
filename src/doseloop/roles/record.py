"""The record opened for a command: the settings of a data folder, and Django over them."""

import os
from pathlib import Path
from typing import Any

import django

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings


def use_data(data: Path | None) -> None:
    """Set the data folder for this process and its children. Before any setting is read; None leaves what is set."""
    if data is not None:
        os.environ["DOSELOOP_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")


def open_record(data: Path | None) -> tuple[Settings, DataFolder]:
    """Open the record of a data folder, made where there is none yet; its settings and its layout.

    Errors: `SetupError` where the record is of an older version and a Doseloop runs over it, or does not answer.
    """
    use_data(data)
    django.setup()
    from doseloop.roles.django_settings import DOSELOOP, FOLDER, RECORD
    from doseloop.store.outage import NO_ANSWER

    try:
        if not _ready():
            _prepare(FOLDER)
        if not RECORD.in_folder:
            _hold_to(FOLDER)
    except NO_ANSWER as error:
        raise SetupError(f"The record at {RECORD} cannot be opened: {said(error)}") from None
    return DOSELOOP, FOLDER


def database_of(options: Settings) -> dict[str, Any]:
    """Django's entry of the record that the settings name; opens nothing."""
    return options.record_address.database


def bring_up_to_date() -> None:
    """Make the record's tables, its first site, and the package's procedures and levels in it, and judge names of staff."""
    from django.core.management import call_command

    from doseloop.roles.django_settings import DOSELOOP, FOLDER
    from doseloop.store import mode, people, procedures, scanners

    call_command("migrate", verbosity=0)
    mode.hold(pseudonymous=DOSELOOP.pseudonymous)
    if DOSELOOP.pseudonymous and mode.has_patients() and not (FOLDER.root / "keys" / "pseudonyms").exists():
        raise SetupError(
            "The key `keys/pseudonyms` is missing: with a new one no exam would join the patient's earlier ones."
        )
    scanners.site_of(DOSELOOP.site, scanners.SiteDefaults(DOSELOOP.site, DOSELOOP.zone))
    procedures.bring_up_to_date()
    people.bring_up_to_date()


def _prepare(folder: DataFolder) -> None:
    from django.db import connections

    from doseloop.roles.lock import held

    try:
        with held(folder, alone=True):
            bring_up_to_date()
            connections.close_all()
    except SetupError:
        if not _ready():  # a server that was just starting has made it meanwhile
            raise


def _hold_to(folder: DataFolder) -> None:
    from django.db import connections

    from doseloop.store import home

    home.hold(folder.key("installation"))
    connections.close_all()


def said(error: Exception) -> str:
    """The last line of what the database said: it names host and user, and never the password."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()


def _ready() -> bool:
    """Whether the record has every table and a site. Leaves no connection: reader pools are made before one is open."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from doseloop.store.models import Site

    executor = MigrationExecutor(connection)
    ready = not executor.migration_plan(executor.loader.graph.leaf_nodes()) and Site.objects.exists()
    connection.close()
    return ready
