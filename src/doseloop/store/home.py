"""The one data folder of a record: a record on a server could be reached from two, and each would lack the other's objects."""

import hashlib

from doseloop.model.errors import SetupError
from doseloop.store.models import RecordHome

_ONE = 1


def hold(key: bytes) -> None:
    """Hold the record to the data folder with this key; a record that has none yet takes it on.

    Errors: `SetupError` where the record belongs to another data folder.
    """
    RecordHome.objects.get_or_create(pk=_ONE, defaults={"folder": _of(key)})
    if not is_of(key):
        raise SetupError(
            "The record belongs to another data folder, which holds its objects and keys. Choose that folder (`data`), "
            "put its `keys/` back, or name a database of its own for this one (`record`)."
        )


def is_free() -> bool:
    """Whether the record belongs to no data folder yet."""
    return not RecordHome.objects.exists()


def is_of(key: bytes) -> bool:
    """Whether the record belongs to the data folder with this key."""
    return RecordHome.objects.filter(pk=_ONE, folder=_of(key)).exists()


def _of(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()
