"""The keys of an installation in a file apart from its backups: who has both can read them, who has one cannot."""

from pathlib import Path

import msgspec

from doseloop.model.errors import SetupError
from doseloop.roles.backup.manifest import Manifest, fingerprint
from doseloop.roles.data_folder import DataFolder
from doseloop.store.durable import DRAFT, draft

_NEEDED = ("objects", "pseudonyms", "installation")
"""Without these a backup cannot be read, the next exam of a patient would not join the earlier ones, or a record on a server
would take the folder for another installation's."""


class KeysFile(msgspec.Struct, frozen=True, rename={"keys": "doseloop keys"}):
    """Keys by name."""

    keys: dict[str, bytes]


def keys_of(folder: DataFolder) -> dict[str, bytes]:
    """The keys of an installation as they lie."""
    found = sorted((folder.root / "keys").iterdir())
    return {path.name: path.read_bytes() for path in found if path.is_file() and not path.name.startswith(DRAFT)}


def fingerprints(folder: DataFolder) -> dict[str, str]:
    """Which keys an installation has, without what they are."""
    return {name: fingerprint(key) for name, key in keys_of(folder).items()}


def write_keys(keys: dict[str, bytes], file: Path) -> None:
    """Write the keys into a file that its owner alone may read. Errors: `SetupError` where it cannot be written."""
    try:
        with draft("backup", file.parent) as arriving:
            arriving.write(msgspec.json.encode(KeysFile(keys)))
            arriving.become(file)
    except OSError as error:
        raise SetupError(f"The keys cannot be written to {file}: {error.strerror}.") from None


def read_keys(file: Path) -> dict[str, bytes]:
    """The keys of a file. Errors: `SetupError` where it cannot be read or is none."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=KeysFile).keys
    except OSError as error:
        raise SetupError(f"The keys cannot be read from {file}: {error.strerror}.") from None
    except msgspec.DecodeError:
        raise SetupError(f"{file} holds no keys of Doseloop.") from None


def fitting(keys: dict[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    """The keys with which a backup is read. Errors: `SetupError`, naming one that is missing or another one."""
    for name in _NEEDED:
        wanted = manifest.keys.get(name)
        if wanted is not None and (name not in keys or fingerprint(keys[name]) != wanted):
            kind = "another one than" if name in keys else "missing; it is not"
            raise SetupError(f"The key `{name}` is {kind} that of this backup: give the file that was written with it.")
    return {name: key for name, key in keys.items() if name in manifest.keys}
