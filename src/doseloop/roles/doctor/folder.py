"""The data folder and its disk."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from doseloop.roles.doctor.check import Check, Place, check

CHECKS: list[Check] = []
_OTHERS = 0o077
_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "fuse.sshfs", "fuse.s3fs", "fuse.rclone"),
        *("ceph", "glusterfs", "fuse.glusterfs", "lustre", "gpfs", "beegfs", "ocfs2", "gfs2"),
    )
)
_CLOCK_S = 2.0
_OWN = ("spool", "objects", "facts", "keys", "incoming", "record.sqlite3")
_LEFT = ("backing-up", "restoring")


@check(CHECKS, "folder-missing", "Name the folder by --data, or run `doseloop serve`, which makes it.", blocks=True)
def folder_missing(place: Place) -> Iterator[str]:
    """There is no data folder."""
    if not place.root.is_dir():
        yield f"There is no folder {place.root}."


def _close(place: Place) -> None:
    for path in _open_to_others(place):
        path.chmod(path.stat().st_mode & ~_OTHERS)


@check(CHECKS, "folder-mode", "Take the rights of others away: `chmod -R go= FOLDER`.", mender=_close)
def folder_mode(place: Place) -> Iterator[str]:
    """Others may read what is kept."""
    for path in _open_to_others(place):
        yield f"{path} can be read by other users of this machine."


def _open_to_others(place: Place) -> Iterator[Path]:
    if place.root.is_dir() and place.root.stat().st_mode & _OTHERS:
        yield place.root


@check(CHECKS, "folder-owner", "Run Doseloop as the user that owns the folder, or `chown -R USER FOLDER`.", blocks=True)
def folder_owner(place: Place) -> Iterator[str]:
    """Something belongs to another user, so that Doseloop cannot write it."""
    for path in (place.root, *(place.root / name for name in _OWN)):
        if path.exists() and path.stat().st_uid != os.getuid():
            yield f"{path} belongs to another user (number {path.stat().st_uid})."


@check(CHECKS, "network-disk", "Move the data folder to a local disk while nothing runs over it.")
def network_disk(place: Place) -> Iterator[str]:
    """SQLite's locks do not hold on network disks: commits vanish."""
    root = place.root.resolve()
    mounts = [one for one in psutil.disk_partitions(all=True) if root.is_relative_to(one.mountpoint)]
    kind = max(mounts, key=lambda one: len(one.mountpoint)).fstype if mounts else ""
    if kind in _NETWORK:
        yield f"{place.root} lies on a network disk ({kind})."


@check(CHECKS, "disk-low", "Free space on the disk of the data folder; receiving resumes by itself.")
def disk_low(place: Place) -> Iterator[str]:
    """Nothing more is taken in."""
    if place.options and place.root.is_dir():
        disk = os.statvfs(place.root)
        free = disk.f_bavail * disk.f_frsize
        if free < place.options.floor_bytes:
            yield f"{free} bytes are free at {place.root}; below {place.options.floor_bytes} nothing is taken in."
        if disk.f_files and disk.f_favail < 1000:
            yield f"{disk.f_favail} files can still be made at {place.root}."


@check(CHECKS, "disk-clock", "Set the clock of this machine, or of the one that the disk belongs to (NTP).")
def disk_clock(place: Place) -> Iterator[str]:
    """The disk writes other times than this machine."""
    if place.root.is_dir() and os.access(place.root, os.W_OK):
        trial = place.root / f"clock.{os.getpid()}"
        trial.touch(0o600)
        off_s = trial.stat().st_mtime - time.time()
        trial.unlink()
        if abs(off_s) > _CLOCK_S:
            yield f"A file that is made now is {off_s:+.0f} s off this machine's clock."


def _remove_left(place: Place) -> None:
    for name in _LEFT:
        shutil.rmtree(place.root / name, ignore_errors=True)


@check(CHECKS, "left-over", "Remove it, once no `doseloop backup` or `restore` runs; --mend does.", mender=_remove_left)
def left_over(place: Place) -> Iterator[str]:
    """What a killed command left may hold objects as they came."""
    for name in _LEFT:
        path = place.root / name
        if path.exists() and path.stat().st_mtime < time.time() - 60:
            yield f"{path} was left by a command that was killed."
