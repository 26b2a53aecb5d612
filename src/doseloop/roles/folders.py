"""The role of watched folders: files that others lay there into the inbox. Reaches neither the readers nor the pipeline."""

import threading

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from doseloop.model.errors import SetupError
from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.intake import Intake
from doseloop.receive.watched_folder import WatchedFolder, keep_watching
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.inbox import inbox_of
from doseloop.roles.settings import Settings
from doseloop.store.inbox import Origin


def wanted(options: Settings, data: DataFolder) -> bool:
    """Whether there is a folder to watch. Errors: `SetupError` where one is not there, or lies in the data folder."""
    root = data.root.resolve()
    for folder in options.watched_folders:
        if not folder.is_dir():
            raise SetupError(f"The watched folder {folder} is not there: make it, or change `watched_folders`.")
        if folder.resolve().is_relative_to(root) or root.is_relative_to(folder.resolve()):
            raise SetupError(f"The watched folder {folder} and the data folder must lie apart.")
    return bool(options.watched_folders)


def limits_of(options: Settings) -> ArchiveLimits:
    """What an archive may ask for."""
    return ArchiveLimits(options.archive_entries, options.archive_bytes, options.archive_ratio)


def run(stop: threading.Event) -> None:
    """Watch until `stop` is set."""
    options: Settings = settings.DOSELOOP
    if not wanted(options, settings.FOLDER):
        raise SetupError("There is no folder to watch: set `watched_folders`.")
    inbox, limits = inbox_of(options, settings.FOLDER), limits_of(options)
    watched = [
        WatchedFolder(
            folder,
            Intake(inbox, Origin("folder", folder.name), limits),
            options.watched_settle_seconds,
            options.watched_keep,
        )
        for folder in options.watched_folders
    ]
    structlog.get_logger().info("watching folders", folders=len(watched))
    keep_watching(watched, options.watched_every_seconds, stop, close_old_connections)
    connections.close_all()
