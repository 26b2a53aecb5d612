"""What a check is, and the place that is looked at."""

import fcntl
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings, settings_of_this_process

Engine = Literal["SQLite", "PostgreSQL"]


@dataclass(frozen=True, slots=True)
class Place:
    """An installation as the doctor finds it."""

    folder: DataFolder
    options: Settings | None
    """None where the settings cannot be used; `unusable` then says why."""
    unusable: str = ""
    most_objects: int | None = None
    """How many kept objects are opened, chosen by chance; None opens every one."""

    @property
    def root(self) -> Path:
        """The data folder."""
        return self.folder.root

    @property
    def settings(self) -> Settings:
        """The settings, for checks that are made only where they can be used."""
        assert self.options is not None
        return self.options

    @property
    def engine(self) -> "Engine":
        """What the record is."""
        on_server = self.options is not None and not self.options.record_address.in_folder
        return "PostgreSQL" if on_server else "SQLite"

    def runs(self) -> bool:
        """Whether a Doseloop runs over it."""
        try:
            descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False


def place_of(root: Path, most_objects: int | None = None) -> Place:
    """The installation of a data folder, with this process's settings. Makes nothing."""
    folder = DataFolder(root.absolute())
    try:
        options = settings_of_this_process()
        options.record_address  # noqa: B018 (whether it can be read)
        return Place(folder, options, most_objects=most_objects)
    except SetupError as error:
        return Place(folder, None, str(error), most_objects)


Finder = Callable[[Place], Iterable[str]]
Mender = Callable[[Place], None]


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of fault."""

    code: str
    """Stable, for programs and docs/doctor.md."""
    mend: str
    """What to do."""
    find: Finder
    """A sentence for each fault of the kind."""
    mender: Mender | None = None
    """Mends it, where nothing can be lost by that."""
    blocks: bool = False
    """Whether nothing that comes later can be looked at while it stands."""
    only: Engine | None = None
    """The one engine of the record that can have the fault; None for every one."""

    def applies_to(self, place: Place) -> bool:
        """Whether an installation can have the fault at all."""
        return self.only in (None, place.engine)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong."""

    code: str
    what: str
    mend: str
    mended: bool = False


def check(
    into: list[Check],
    code: str,
    mend: str,
    *,
    mender: Mender | None = None,
    blocks: bool = False,
    only: Engine | None = None,
) -> Callable[[Finder], Finder]:
    """Enter a function as the check of that code into its file's list."""

    def enter(find: Finder) -> Finder:
        into.append(Check(code, mend, find, mender, blocks, only))
        return find

    return enter
