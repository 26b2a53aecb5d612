"""Bytes that reader processes open by a path, and that lie on no disk: opened objects never do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def in_memory(content: bytes) -> Iterator[Path]:
    """A path under which processes of this user read the bytes. They are on no disk and end with this process."""
    with os.fdopen(os.memfd_create("object", os.MFD_CLOEXEC), "wb") as file:
        file.write(content)
        file.flush()
        yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
