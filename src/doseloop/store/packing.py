"""How records lie in a column: deflated MessagePack, checked against the model when they come back."""

import zlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def pack(record: Any) -> bytes:
    """Bytes of a frozen record."""
    return zlib.compress(msgspec.msgpack.encode(record), 1)


def unpack(held: bytes, kind: type[T]) -> T:
    """The record that was packed. Errors: `msgspec.ValidationError` where it does not fit the model."""
    return msgspec.msgpack.decode(zlib.decompress(held), type=kind)
