"""How records lie in a column: deflated MessagePack, checked against the model when they come back."""

import zlib
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def pack(record: Any) -> bytes:
    """Bytes of a frozen record."""
    return zlib.compress(msgspec.msgpack.encode(record), 1)


def unpack(held: bytes, kind: type[T]) -> T:
    """The record that was packed. Errors: `msgspec.ValidationError` where it does not fit the model."""
    decoder: msgspec.msgpack.Decoder[T] = _DECODERS(kind)
    return decoder.decode(zlib.decompress(held))


def _decoder(kind: Any) -> Any:
    return msgspec.msgpack.Decoder(kind)


_DECODERS: Callable[[Any], Any] = cache(_decoder)
