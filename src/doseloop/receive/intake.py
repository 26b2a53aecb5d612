"""Files and what archives hold, each into the inbox, each with what became of it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Protocol

from doseloop.model.errors import InboxError, UnusableArchive
from doseloop.receive.archive_kinds import HEAD, archive_kind
from doseloop.receive.archive_limits import ArchiveLimits
from doseloop.receive.dicomdir import is_dicomdir, leads_out, open_referenced, references
from doseloop.receive.file_meta import LONGEST
from doseloop.receive.files import File
from doseloop.receive.head import Headed
from doseloop.receive.zip_archive import zip_entries
from doseloop.store.inbox import Inbox, Origin, Receipt, Stream


class _Closable(Stream, Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file or entry: a receipt, or the error for which it was refused."""

    name: str
    """The path; of an entry, the archive's path, `!` and its name within."""
    receipt: Receipt | None = None
    error: InboxError | OSError | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files in: an object as itself, a ZIP by its entries, a DICOMDIR by the files that it names."""

    inbox: Inbox
    origin: Origin
    limits: ArchiveLimits

    def take(self, file: File, *, follow: bool) -> Iterator[Outcome]:
        """Take one file in. `follow` takes the files that a DICOMDIR names; else it is only checked, since the folder
        that it lies in is taken as a whole.
        """
        name = str(file.path)
        try:
            with file.open() as stream:
                yield from self._take_open(stream, name, file.root.joinpath(*file.way[:-1]), follow)
        except (InboxError, OSError) as error:
            yield Outcome(name, error=error)

    def _take_open(self, stream: BinaryIO, name: str, folder: Path, follow: bool) -> Iterator[Outcome]:
        headed = Headed(stream)
        kind = archive_kind(headed.head(HEAD))
        if kind == "ZIP":
            yield from self._take_zip(stream, name)
        elif kind:
            raise UnusableArchive(f"A {kind} archive is not opened.")
        elif is_dicomdir(headed.head(LONGEST)):
            index = references(headed, self.limits)
            yield from self._follow(index, name, folder) if follow else _checked(index, name)
        else:
            yield Outcome(name, self.inbox.put(headed, self.origin))

    def _take_zip(self, file: BinaryIO, name: str) -> Iterator[Outcome]:
        for entry in zip_entries(file, self.limits):
            yield self._entry(f"{name}!{entry.name}", entry.open)

    def _follow(self, index: Iterator[tuple[str, ...]], name: str, folder: Path) -> Iterator[Outcome]:
        for steps in index:
            yield self._entry(f"{name}!{'/'.join(steps)}", partial(open_referenced, folder, steps))

    def _entry(self, name: str, opened: Callable[[], _Closable]) -> Outcome:
        try:
            with closing(opened()) as stream:
                headed = Headed(stream)
                if kind := archive_kind(headed.head(HEAD)):
                    raise UnusableArchive(f"A {kind} archive within an archive is not opened.")
                return Outcome(name, self.inbox.put(headed, self.origin))
        except (InboxError, OSError) as error:
            return Outcome(name, error=error)


def _checked(index: Iterator[tuple[str, ...]], name: str) -> Iterator[Outcome]:
    for steps in index:
        if error := leads_out(steps):
            yield Outcome(f"{name}!{'/'.join(steps)}", error=error)
