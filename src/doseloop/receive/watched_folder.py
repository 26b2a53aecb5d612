"""Watched folders: files that others lay there are taken once they are whole.

A file is whole when it has not changed over the settle time. One that is being written under a name of `PASSING` and renamed
into place is not looked at before. The order is: into the inbox, durable; then out of the way. A kill in between leaves the
file, which is taken again and known by its bytes.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from watchfiles import watch

from doseloop.model.errors import DoseloopError
from doseloop.receive.files import File, files, folder_at
from doseloop.receive.intake import Intake, Outcome

TAKEN, REFUSED = "taken", "refused"
PASSING = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", "~")
"""Ends of names under which programs write what they rename when it is whole."""
_REASON = ".reason.txt"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Look:
    """A file as it was first seen in this shape."""

    shape: tuple[int, int, int]
    """Inode, size, time of change."""
    since_s: float
    done: bool = False
    """Whether it was taken and could not be moved away: it is not taken again unless it changes."""


@dataclass(slots=True)
class WatchedFolder:
    """One folder and what it held when it was last looked through."""

    root: Path
    intake: Intake
    settle_s: float
    keeps: bool
    """Whether taken files are kept in `taken/`; else they are removed."""
    _looks: dict[tuple[str, ...], _Look] = field(default_factory=dict, init=False)

    def look_through(self, now_s: float) -> int:
        """Take every file that is whole. Returns how many were; the time is the caller's monotonic clock."""
        before, self._looks = self._looks, {}
        whole = []
        for file in self._waiting():
            shape = _shape(file.path)
            if shape is None:
                continue
            look = before.get(file.way)
            if look is None or look.shape != shape:
                look = _Look(shape, now_s)
            self._looks[file.way] = look
            if not look.done and now_s - look.since_s >= self.settle_s:
                whole.append(file)
        for file in whole:
            self._take(file, now_s)
        return len(whole)

    def _waiting(self) -> Iterator[File]:
        for file in files(self.root):
            passing = any(step.startswith(".") or step.lower().endswith(PASSING) for step in file.way)
            if file.way[0] not in (TAKEN, REFUSED) and not passing:
                yield file

    def _take(self, file: File, now_s: float) -> None:
        outcomes = list(self.intake.take(file, follow=False))
        refusals, shape = [one for one in outcomes if one.error is not None], self._looks[file.way].shape
        if any(_may_pass(one) for one in refusals):
            _log.warning("a watched file waits", folder=str(self.root), code=_code(refusals[0]))
            self._looks[file.way] = _Look(shape, now_s)
            return
        self._looks[file.way] = _Look(shape, now_s, done=True)
        try:
            self._clear_away(file, refusals)
        except (OSError, DoseloopError):
            _log.exception("a watched file was taken and cannot be moved away", folder=str(self.root))

    def _clear_away(self, file: File, refusals: list[Outcome]) -> None:
        if refusals:
            _log.warning("a watched file was refused", folder=str(self.root), code=_code(refusals[0]))
            self._move(file, REFUSED, "".join(_told(one) for one in refusals))
        elif self.keeps:
            self._move(file, TAKEN, None)
        else:
            with folder_at(self.root, file.way[:-1]) as folder:
                os.unlink(file.way[-1], dir_fd=folder)

    def _move(self, file: File, to: str, reason: str | None) -> None:
        """Move a file to a folder of ours, with the reason beside it, written before so that none is ever without."""
        (self.root / to).mkdir(exist_ok=True)
        with folder_at(self.root, (to,)) as there, folder_at(self.root, file.way[:-1]) as here:
            name = _free_name(there, file.way[-1])
            if reason is not None:
                _write(there, name + _REASON, reason)
            os.rename(file.way[-1], name, src_dir_fd=here, dst_dir_fd=there)


def keep_watching(
    folders: Iterable[WatchedFolder], every_s: float, stop: threading.Event, after_each: Callable[[], None]
) -> None:
    """Look through the folders until `stop` is set: when something changes in them, and at least every so many seconds.

    Network folders tell of no change, so that the clock alone wakes us there.
    """
    folders = list(folders)
    roots = [folder.root for folder in folders]
    wakes = watch(
        *roots,
        watch_filter=None,
        stop_event=stop,
        rust_timeout=int(every_s * 1000),
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    for _ in wakes:
        for folder in folders:
            _look_through(folder)
        after_each()


def _look_through(folder: WatchedFolder) -> None:
    """One look that outlives a folder that is gone for a while, or a file that breaks something."""
    try:
        folder.look_through(time.monotonic())
    except Exception:  # noqa: BLE001 (the rim: the other folders are looked through)
        _log.exception("a watched folder could not be looked through", folder=str(folder.root))


def _shape(path: Path) -> tuple[int, int, int] | None:
    with suppress(OSError):
        found = path.lstat()
        return found.st_ino, found.st_size, found.st_mtime_ns
    return None


def _may_pass(outcome: Outcome) -> bool:
    """Whether the same file may be taken later with nothing changed."""
    return isinstance(outcome.error, OSError) or bool(getattr(outcome.error, "retry", False))


def _code(outcome: Outcome) -> str:
    return outcome.error.code if isinstance(outcome.error, DoseloopError) else type(outcome.error).__name__


def _told(outcome: Outcome) -> str:
    hint = outcome.error.hint if isinstance(outcome.error, DoseloopError) else ""
    return f"{outcome.name}\n  {outcome.error}\n  {hint} [{_code(outcome)}]\n"


def _free_name(folder: int, wanted: str) -> str:
    name, number = wanted, 1
    while _exists(folder, name):
        number += 1
        name = f"{wanted}.{number}"
    return name


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _write(folder: int, name: str, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(name, flags, 0o600, dir_fd=folder), "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
