"""Everything that a data folder holds, in plain bytes: files as they lie, and what is in them once opened."""

import zlib
from collections.abc import Iterator

import pyarrow.parquet as pq
from django.conf import settings

from doseloop.roles.data_folder import DataFolder
from doseloop.store.vault import Vault
from tests.record import rows, tables


def held(folder: DataFolder) -> Iterator[tuple[str, bytes]]:
    """Where, and what: each file, each value of each table, each kept object, each table of the facts."""
    vault = Vault(folder.objects, folder.key("objects"))
    for path in sorted(folder.root.rglob("*")):
        if path.is_file():
            yield f"file {path.relative_to(folder.root)}", path.read_bytes()
            if path.is_relative_to(folder.objects):
                yield f"object {path.name}", vault.read(path.name)
            if path.suffix == ".parquet":
                yield f"facts {path.name}", repr(pq.read_table(path).to_pylist()).encode()
    for name in tables(settings.RECORD):
        for row in rows(settings.RECORD, f'SELECT * FROM "{name}"'):
            yield f"table {name}", b"\0".join(map(_plain, row))


def _plain(value: object) -> bytes:
    if isinstance(value, bytes):
        try:
            return zlib.decompress(value)
        except zlib.error:
            return value
    return str(value).encode()


def where(folder: DataFolder, traces: tuple[str, ...]) -> set[str]:
    """The places in which any of the traces stands, in any case of letters."""
    return {place for place, content in held(folder) for trace in traces if trace.encode() in content.lower()}
