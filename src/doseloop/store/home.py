"""The one data folder of a record: a record on a server could be reached from two, and each would lack the other's objects."""

import hashlib

from doseloop.model.errors import SetupError
from doseloop.store.models import RecordHome

_ONE = 1


def hold(key: bytes) -> None:
    """Hold the record to the data folder with this key; a record that has none yet takes it on.

    Errors: `SetupError` where the record belongs to another data folder.
    """
    mine = hashlib.sha256(key).hexdigest()
    home, _ = RecordHome.objects.get_or_create(pk=_ONE, defaults={"folder": mine})
    if home.folder != mine:
        raise SetupError(
            "The record belongs to another data folder, which holds its objects and keys. Choose that folder (`data`), "
            "put its `keys/` back, or name a database of its own for this one (`record`)."
        )
