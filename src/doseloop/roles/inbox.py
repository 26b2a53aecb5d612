"""The inbox of an installation."""

from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings
from doseloop.store.inbox import Inbox


def inbox_of(options: Settings, folder: DataFolder) -> Inbox:
    """The inbox over the data folder, with the limits of the settings."""
    return Inbox(folder.spool, options.max_object_bytes, options.floor_bytes)
