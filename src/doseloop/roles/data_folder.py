"""The data folder: its layout, its modes and the keys that are made in it at the first start."""

import os
from dataclasses import dataclass
from pathlib import Path

from doseloop.model.errors import SetupError
from doseloop.store.durable import make_folder, sync_folder
from doseloop.store.keyring import KeyRing


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
            if not self.root.is_dir():
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                sync_folder(self.root.parent)
            for folder in (self.spool, self.objects, self.facts, self.root / "keys"):
                make_folder(folder)
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
            KeyRing(path).make()
        return path
