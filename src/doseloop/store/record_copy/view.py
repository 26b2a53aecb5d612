"""What a copy of the record needs of an engine."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

Database = Mapping[str, Any]
"""An entry of Django's `DATABASES`."""


@dataclass(frozen=True, slots=True)
class Table:
    """What stands in a table: the number of its rows and a SHA-256 over all of them."""

    rows: int
    sha256: str


class View(Protocol):
    """The record as of one moment."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""

    def tables(self) -> dict[str, Table]:
        """Every table by its name."""

    def copy_into(self, folder: Path) -> None:
        """Write the record of this moment into the folder."""

    def faults(self) -> list[str]:
        """What the engine itself finds wrong with the record."""


def digest(rows: Iterable[tuple[Any, ...]]) -> Table:
    """The table that these rows make; their order counts."""
    found, count = hashlib.sha256(), 0
    for row in rows:
        found.update(msgspec.msgpack.encode([_plain(value) for value in row]))
        count += 1
    return Table(count, found.hexdigest())


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
