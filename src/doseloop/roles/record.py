"""The record opened for a command: the settings of a data folder, and Django over them."""

import os
from pathlib import Path

import django

from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings


def use_data(data: Path | None) -> None:
    """Set the data folder for this process and its children. Before any setting is read; None leaves what is set."""
    if data is not None:
        os.environ["DOSELOOP_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")


def open_record(data: Path | None) -> tuple[Settings, DataFolder]:
    """Open the record of a data folder; its settings and its layout."""
    use_data(data)
    django.setup()
    from doseloop.roles.django_settings import DOSELOOP, FOLDER

    return DOSELOOP, FOLDER
