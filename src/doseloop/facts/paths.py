"""Where the record and its columnar copy lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class FactsPaths:
    """The record that is counted on, and the folder of its columnar copy."""

    record: Path
    """The SQLite file."""
    folder: Path
    """Made where it is missing; may be deleted at any time, it is made again from the record."""

    @classmethod
    def in_data(cls, data: Path) -> Self:
        """The places within a data folder."""
        return cls(record=data / "record.sqlite3", folder=data / "facts")
