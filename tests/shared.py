"""Where the reference material of the tests lies: `DOSELOOP_SHARED`, else `shared` beside the repository."""

import os
from pathlib import Path

import pytest


def shared(name: str) -> Path:
    """A file or folder of it; the test is skipped where it is absent."""
    folder = Path(os.environ.get("DOSELOOP_SHARED") or Path(__file__).parents[1].parent / "shared")
    path = folder / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path
