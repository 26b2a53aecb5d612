"""The role of watched folders: files that others lay there into the inbox. Reaches neither the readers nor the pipeline."""

import threading

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from doseloop.model.errors import SetupError
from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.intake import Intake
from doseloop.receive.watched_folder import WatchedFolder, keep_watching
from doseloop.roles.inbox import inbox_of
from doseloop.roles.settings import Settings
from doseloop.roles.ways_in import watches_folders
from doseloop.store.inbox import Origin


def limits_of(options: Settings) -> ArchiveLimits:
    """What an archive may ask for."""
    return ArchiveLimits(options.archive_entries, options.archive_bytes, options.archive_ratio)


def run(stop: threading.Event) -> None:
    """Watch until `stop` is set."""
    options: Settings = settings.DOSELOOP
    if not watches_folders(options, settings.FOLDER):
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
