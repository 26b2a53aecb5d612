"""The keys."""

import stat
from collections.abc import Iterator
from pathlib import Path

from doseloop.roles.doctor.check import Check, Place, check
from doseloop.store.durable import DRAFT
from doseloop.store.keyring import KEY_BYTES

CHECKS: list[Check] = []
_FROM_FILE = (
    "Put it back from the file that `doseloop backup --keys` wrote (`doseloop restore`); no other key opens them."
)


def _keys(place: Place) -> list[Path]:
    folder = place.root / "keys"
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if not path.name.startswith(DRAFT)]


@check(CHECKS, "key-missing", _FROM_FILE, blocks=True)
def key_missing(place: Place) -> Iterator[str]:
    """What was sealed or named with it cannot be read, or joined, any more."""
    keys, objects = place.root / "keys", place.root / "objects"
    if not (keys / "objects").exists() and objects.is_dir() and any(objects.iterdir()):
        yield f"{keys / 'objects'} is missing: kept objects cannot be read."
    pseudonymous = place.options is not None and place.options.pseudonymous
    used = keys / "installation" if place.engine == "PostgreSQL" else place.folder.record
    if pseudonymous and used.exists() and not (keys / "pseudonyms").exists():
        yield f"{keys / 'pseudonyms'} is missing: new exams of a patient would not join the earlier ones."


@check(
    CHECKS, "key-unreadable", "Give the file back to the user that runs Doseloop: `chown` and `chmod 600`.", blocks=True
)
def key_unreadable(place: Place) -> Iterator[str]:
    """A key is there and cannot be read."""
    for path in _keys(place):
        try:
            path.read_bytes()
        except OSError as error:
            yield f"{path} cannot be read: {error.strerror}."


@check(CHECKS, "key-size", _FROM_FILE, blocks=True)
def key_size(place: Place) -> Iterator[str]:
    """A key was cut or changed."""
    for path in _keys(place):
        if path.is_file() and path.stat().st_size != KEY_BYTES:
            yield f"{path} has {path.stat().st_size} bytes instead of {KEY_BYTES}."


def _close(place: Place) -> None:
    for path in _keys(place):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077)


@check(
    CHECKS, "key-exposed", "`chmod 600` it; if others could read it, replace it: `doseloop key rotate`.", mender=_close
)
def key_exposed(place: Place) -> Iterator[str]:
    """Others may read a key."""
    for path in _keys(place):
        if path.is_file() and path.stat().st_mode & 0o077:
            yield f"{path} can be read by other users of this machine."


@check(CHECKS, "rotation-unfinished", "Run `doseloop key rotate objects` again: it goes on where it was.")
def rotation_unfinished(place: Place) -> Iterator[str]:
    """The replacement of a key was ended before its time."""
    if (place.root / "keys" / "objects.before").exists():
        yield "The key of objects is being replaced; the key before is still there."
