"""Where the record and its columnar copy lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from doseloop.store.address import Address, address_of


@dataclass(frozen=True, slots=True)
class FactsPaths:
    """The record that is counted on, and the folder of its columnar copy."""

    record: Address
    """Where the record is."""
    folder: Path
    """Made where it is missing; may be deleted at any time, it is made again from the record."""

    @classmethod
    def in_data(cls, data: Path, record: Address | None = None) -> Self:
        """The places of a data folder; its record is the file in it unless another is given."""
        return cls(record=record or address_of("", data), folder=data / "facts")
