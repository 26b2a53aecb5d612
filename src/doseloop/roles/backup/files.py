"""Files into a backup: linked where a copy that is the same is near, else copied; durable, with their SHA-256."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from doseloop.roles.backup.manifest import SUMS, backups, file_sha256, sums_of
from doseloop.store.durable import draft, sync_folder


@dataclass(frozen=True, slots=True)
class Earlier:
    """The backup before, whose files may be the same; none where `folder` is None."""

    folder: Path | None
    sums: dict[str, str] = field(default_factory=dict)

    @classmethod
    def newest_in(cls, destination: Path) -> Self:
        """The newest finished backup of a destination."""
        found = [path for path in backups(destination) if (path / SUMS).is_file()]
        return cls(found[-1], sums_of(found[-1])) if found else cls(None)

    def same(self, name: str, source: Path) -> str | None:
        """SHA-256 of its file of that name where it is the same as the source by size and time, else None."""
        if self.folder is None or name not in self.sums:
            return None
        try:
            mine, theirs = (self.folder / name).stat(), source.stat()
        except FileNotFoundError:
            return None
        alike = (mine.st_size, mine.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)
        return self.sums[name] if alike else None


@dataclass(slots=True)
class Files:
    """The files of a backup that is being made."""

    folder: Path
    earlier: Earlier
    sums: dict[str, str] = field(default_factory=dict)
    linked: int = 0
    """How many take no room, since an earlier backup has them."""
    size: int = 0
    """Bytes that were copied."""

    def add(self, name: str, source: Path) -> None:
        """Take a file that nobody changes. Errors: `FileNotFoundError` where it is gone."""
        target = self.folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = self.earlier.same(name, source)
        if known is not None and self.earlier.folder is not None:
            os.link(self.earlier.folder / name, target)
            self.sums[name], self.linked = known, self.linked + 1
            return
        shutil.copy2(source, target)
        os.chmod(target, 0o600)
        self.note(name)

    def note(self, name: str) -> None:
        """Make a file that was written into the backup durable, and note its SHA-256."""
        target = self.folder / name
        with target.open("rb") as file:
            os.fsync(file.fileno())
        self.sums[name], self.size = file_sha256(target), self.size + target.stat().st_size

    def finish(self) -> str:
        """Write the sums, and make every folder durable. Returns the SHA-256 of the sums."""
        lines = (f"{sha256}  {name}\n" for name, sha256 in sorted(self.sums.items()))
        with draft("backup", self.folder) as arriving:
            arriving.write("".join(lines).encode())
            arriving.become(self.folder / SUMS)
        for folder, _, _ in os.walk(self.folder):
            sync_folder(Path(folder))
        return file_sha256(self.folder / SUMS)
