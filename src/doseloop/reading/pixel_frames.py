"""Frames of pixels out of a file (PS3.5 sections 8 and A.4): native ones as they lie, compressed ones decoded."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from doseloop.model.ct_series import Why
from doseloop.reading.elements import UNDEFINED, Layout, layout_of
from doseloop.reading.encoding import DEFLATED_LITTLE, GE_IMPLICIT, Encoded
from doseloop.reading.limits import ReadLimits
from doseloop.reading.pixel_codecs import SYNTAXES, decoded, frame_of

PIXEL_DATA = 0x7FE00010
_LONGEST_HEADER = 12


class Unreadable(Exception):
    """Pixels that cannot be had, and why."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How the pixels of one frame are written (PS3.3 section C.7.6.3)."""

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    is_signed: bool
    frames: int


@dataclass(slots=True)
class PixelsOf:
    """The pixel data of one object that is open."""

    encoded: Encoded
    start: int | None
    """Where the value begins in the file, or in the inflated data set; None where there is none."""
    length: int
    """Bytes of the value as declared; `UNDEFINED` where it is compressed."""
    file: BinaryIO | None
    """None where the data set was inflated and is all in memory."""
    _whole: bytes = field(default=b"", repr=False)

    @property
    def is_compressed(self) -> bool:
        """Whether the frames are items of their own."""
        return self.start is not None and self.length == UNDEFINED

    def frame(self, number: int, written: PixelFormat, limits: ReadLimits) -> NDArray[np.generic]:
        """Stored values of a frame counted from 0, rows x columns. Raises `Unreadable`, and what a decoder raises."""
        if self.start is None:
            raise Unreadable("no-pixels")
        if self.is_compressed:
            return self._decoded(number, written, limits)
        return _values(self._native(number, written), written)

    def _native(self, number: int, written: PixelFormat) -> NDArray[np.generic]:
        size = written.rows * written.columns * written.bits_allocated // 8
        at = number * size
        raw = self._bytes(at, size) if at + size <= self.length else b""
        if len(raw) < size:
            raise Unreadable("cut-short")
        big = self.encoded.big_endian or self.encoded.transfer_syntax == GE_IMPLICIT
        kind = f"{'>' if big else '<'}{'i' if written.is_signed else 'u'}{written.bits_allocated // 8}"
        return np.frombuffer(raw, kind).reshape(written.rows, written.columns)

    def _bytes(self, at: int, count: int) -> bytes:
        """Bytes of the value, fewer where it ends before."""
        assert self.start is not None
        if self.file is None:
            return self.encoded.data[self.start + at : self.start + at + count]
        return os.pread(self.file.fileno(), count, self.start + at)

    def _decoded(self, number: int, written: PixelFormat, limits: ReadLimits) -> NDArray[np.generic]:
        syntax = self.encoded.transfer_syntax or ""
        if syntax not in SYNTAXES:
            raise Unreadable("encoding")
        if not self._whole:
            self._whole = self._bytes(0, limits.compressed_bytes + 1)
        if len(self._whole) > limits.compressed_bytes:
            raise Unreadable("too-large")
        data = frame_of(self._whole, number, written.frames)
        if data is None:
            raise Unreadable("cut-short")
        found = decoded(syntax, data, written.bits_allocated)
        if found.size != written.rows * written.columns or found.dtype.kind not in "iu":
            raise Unreadable("undecodable")
        kind = f"{'i' if written.is_signed else 'u'}{written.bits_allocated // 8}"
        return _values(found.reshape(written.rows, written.columns).astype(kind), written)


@contextmanager
def pixels_of(path: Path, encoded: Encoded, pos: int) -> Iterator[PixelsOf]:
    """The pixel data of the object in a file, of which the header ends at `pos`."""
    layout = layout_of(encoded)
    if encoded.transfer_syntax == DEFLATED_LITTLE:
        yield PixelsOf(encoded, *_value(layout, encoded.data[pos : pos + _LONGEST_HEADER], pos), None)
        return
    with path.open("rb") as file:
        head = os.pread(file.fileno(), _LONGEST_HEADER, pos)
        yield PixelsOf(encoded, *_value(layout, head, pos), file)


def _value(layout: Layout, head: bytes, pos: int) -> tuple[int | None, int]:
    """Where the value of Pixel Data begins and how long it is said to be; None where another element, or none, stands there."""
    whole = head.ljust(_LONGEST_HEADER, b"\0")
    if len(head) < 8 or whole[:4] != layout.word.pack(layout.native(PIXEL_DATA)):
        return None, 0
    _, length, start = layout.header(whole, 0)
    return pos + start, length


def _values(raw: NDArray[np.generic], written: PixelFormat) -> NDArray[np.generic]:
    """The stored values without what may lie in the bits above them."""
    unused = written.bits_allocated - written.bits_stored
    if not unused:
        return raw
    native = raw.astype(raw.dtype.newbyteorder("="))
    shifted: NDArray[np.generic] = np.right_shift(np.left_shift(native, unused), unused)
    return shifted
