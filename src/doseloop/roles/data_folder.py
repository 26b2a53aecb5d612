"""The data folder: its layout, its modes and the keys that are made in it at the first start."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from doseloop.model.errors import SetupError
from doseloop.store.keyring import KEY_BYTES, KeyRing


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where everything of one installation lies."""

    root: Path

    @property
    def record(self) -> Path:
        """The SQLite record."""
        return self.root / "record.sqlite3"

    @property
    def spool(self) -> Path:
        """Objects that were acknowledged and are not yet processed."""
        return self.root / "spool"

    @property
    def objects(self) -> Path:
        """Objects that are kept, compressed and encrypted."""
        return self.root / "objects"

    @property
    def facts(self) -> Path:
        """The columnar copy; may be deleted, it is made again."""
        return self.root / "facts"

    @property
    def audit_head(self) -> Path:
        """Number and hash of the audit's last seal, outside the database."""
        return self.root / "audit-head"

    def prepare(self) -> None:
        """Make what is missing; refuse a folder that others may read.

        Errors: `SetupError` where the folder belongs to somebody else or cannot be made private.
        """
        try:
            for folder in (self.root, self.spool, self.objects, self.facts, self.root / "keys"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SetupError(f"The data folder {self.root} cannot be made or written: {error.strerror}.") from None
        if self.root.stat().st_uid != os.getuid():
            raise SetupError(f"The data folder {self.root} belongs to another user.")
        os.chmod(self.root, 0o700)

    def key(self, name: str) -> bytes:
        """The 32-byte key of that name, made at the first call. Two processes that race get the same key."""
        return self._made(name).read_bytes()

    def ring(self, name: str) -> KeyRing:
        """The key of that name as one that may be replaced while it is used; made at the first call."""
        return KeyRing(self._made(name))

    def _made(self, name: str) -> Path:
        path = self.root / "keys" / name
        if not path.exists():
            if name == "objects" and any(self.objects.iterdir()):
                raise SetupError(f"The key {path} is missing, without which kept objects cannot be read.")
            _create_once(path, secrets.token_bytes(KEY_BYTES))
        return path


def _create_once(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
