"""Fail-points: places in which a crash would hurt, where a test can have the process die.

The environment variable `DOSELOOP_FAILPOINTS` names a folder. A file in it with the name of a place arms that place: the
first process that passes takes the file away and ends itself by SIGKILL. Without the variable a place costs one comparison.
"""

import os
import signal
from pathlib import Path

_OF_A_DRAFT = (
    "draft begun",
    "draft written, before it is durable",
    "draft durable, before it has its name",
    "file named, before its folder is durable",
)
FAILPOINTS = (
    "receiver: object arrived, before the inbox",
    "receiver: object in the inbox, before the answer",
    *(f"inbox: {place}" for place in _OF_A_DRAFT),
    "inbox: file durable, before its row",
    "inbox: row written, before the commit",
    "inbox: row committed",
    "inbox: known object counted, before the commit",
    "claims: objects taken, before the commit",
    "worker: objects claimed, before they are read",
    "worker: objects read, before they are settled",
    *(f"vault: {place}" for place in _OF_A_DRAFT),
    "pipeline: bytes kept, before the record",
    "pipeline: patient identified, before the exam",
    "pipeline: object settled, before its exam is made",
    "pipeline: exam written, before it is judged",
    "pipeline: exam judged, before the number of change",
    "pipeline: all written, before the commit",
    "pipeline: committed, before bytes that are not needed go",
    "pipeline: committed, before the bytes leave the inbox",
    "pipeline: no dose, before the bytes leave the inbox",
    "pipeline: quiet exam settled, before the commit",
    *(f"{owner}: {place}" for owner in ("facts", "keys", "audit", "backup") for place in _OF_A_DRAFT),
    "facts: months written, before the manifest",
    "facts: manifest replaced",
    "serve: record ready, before the sweep",
    "serve: swept, before the roles",
)
"""Every place there is: the chaos run passes each and fails where one is never reached."""

_ARMED = os.environ.get("DOSELOOP_FAILPOINTS")


def failpoint(place: str) -> None:
    """Die here where this place is armed."""
    if _ARMED is not None:
        _die_if_armed(Path(_ARMED), place)


def _die_if_armed(folder: Path, place: str) -> None:
    assert place in FAILPOINTS, f"{place!r} is not in the list of fail-points"
    try:
        os.unlink(folder / place)
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
