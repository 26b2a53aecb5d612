"""PS3.10 file meta information and the transfer syntax: where the data set starts and how it is written.

Read are Implicit and Explicit VR Little Endian, Explicit VR Big Endian (retired), Deflated Explicit VR Little Endian, and
the data sets of compressed images (PS3.5 section A.4: explicit little endian up to the pixels). A bare data set without
preamble or file meta information is taken for what its first element looks like.
"""

import struct
import zlib
from dataclasses import dataclass

from doseloop.model.errors import NotDicom, TooLarge, Truncated, UnsupportedEncoding
from doseloop.reading.limits import MEBIBYTE, ReadLimits

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED_LITTLE = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
GE_IMPLICIT = "1.2.840.113619.5.2"  # GE private: implicit little endian, only the pixels are big endian
STANDARD_ROOT = "1.2.840.10008.1.2."

LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
"""Value representations with a 32-bit length (PS3.5 table 7.1-1)."""
SHORT_VRS = frozenset(
    (
        *(
            b"AE",
            b"AS",
            b"AT",
            b"CS",
            b"DA",
            b"DS",
            b"DT",
            b"FD",
            b"FL",
            b"IS",
            b"LO",
            b"LT",
            b"PN",
            b"SH",
            b"SL",
            b"SS",
        ),
        *(b"ST", b"TM", b"UI", b"UL", b"US"),
    )
)
_META = struct.Struct("<HH2sH")
_LENGTH = struct.Struct("<I")
_FED = 65536
"""Bytes given to the inflater at once: what it has not used is copied each time."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A data set in memory: `data[start:]`, and how it is written."""

    data: bytes
    start: int
    explicit: bool
    big_endian: bool
    transfer_syntax: str | None
    meta: dict[int, bytes]
    """Elements of the file meta information by tag; empty for a bare data set."""


def find_data_set(data: bytes, limits: ReadLimits) -> Encoded:
    """Where the data set is and how it is written (PS3.10 section 7.1). Raises `NotDicom`, `Truncated`, `TooLarge`,
    `UnsupportedEncoding`."""
    start = _after_preamble(data)
    if data[start : start + 2] != b"\x02\x00":
        explicit, big_endian = _guess(data, start)
        return Encoded(data, start, explicit, big_endian, None, {})
    meta, start = _file_meta(data, start)
    syntax = meta.get(0x00020010, b"").rstrip(b"\0 ").decode("ascii", "replace")
    if syntax == DEFLATED_LITTLE:
        return Encoded(_inflate(data, start, limits), 0, True, False, syntax, meta)
    explicit, big_endian = _written_as(syntax) if syntax else _guess(data, start)
    return Encoded(data, start, explicit, big_endian, syntax or None, meta)


def _after_preamble(data: bytes) -> int:
    if data[128:132] == b"DICM":
        return 132
    if data[:4] == b"DICM":
        return 4
    if len(data) < 8:
        raise NotDicom(f"{len(data)} bytes hold no data set")
    return 0


def _written_as(syntax: str) -> tuple[bool, bool]:
    if syntax in (IMPLICIT_LITTLE, GE_IMPLICIT):
        return False, False
    if syntax == EXPLICIT_BIG:
        return True, True
    if syntax.startswith(STANDARD_ROOT):
        return True, False
    raise UnsupportedEncoding(f"transfer syntax {syntax!r} is not read")


def _guess(data: bytes, start: int) -> tuple[bool, bool]:
    """Explicit or not, big endian or not, from the first element: a data set starts in a low even group."""
    head = data[start : start + 8]
    if len(head) < 8:
        raise NotDicom("no data set follows")
    explicit = head[4:6] in LONG_VRS or head[4:6] in SHORT_VRS
    little, big = int.from_bytes(head[:2], "little"), int.from_bytes(head[:2], "big")
    if little in (0x0004, 0x0008):
        return explicit, False
    if big in (0x0004, 0x0008) and explicit:
        return True, True
    raise NotDicom("neither a preamble nor the first element of a data set was found")


def _file_meta(data: bytes, pos: int) -> tuple[dict[int, bytes], int]:
    meta: dict[int, bytes] = {}
    end = len(data)
    while data[pos : pos + 2] == b"\x02\x00":
        if pos + 8 > end:
            raise Truncated("the file ends inside its meta information (0002,eeee)")
        group, element, vr, length = _META.unpack_from(data, pos)
        pos += 8
        if vr in LONG_VRS:
            if pos + 4 > end:
                raise Truncated("the file ends inside its meta information (0002,eeee)")
            (length,) = _LENGTH.unpack_from(data, pos)
            pos += 4
        if pos + length > end:
            raise Truncated(f"declared length of ({group:04x},{element:04x}) runs past the end of the object")
        meta[group << 16 | element] = data[pos : pos + length]
        pos += length
    if pos >= end:
        raise Truncated("the file ends after its meta information")
    return meta, pos


def _inflate(data: bytes, start: int, limits: ReadLimits) -> bytes:
    """The deflated part (PS3.5 section A.5), by chunks, so that a small bomb never becomes a large one."""
    inflater = zlib.decompressobj(-15)
    most = min(limits.inflated_bytes, MEBIBYTE + limits.inflate_ratio * (len(data) - start))
    chunks: list[bytes] = []
    size = 0
    try:
        for at in range(start, len(data), _FED):
            rest, chunk = data[at : at + _FED], b""
            while (rest or len(chunk) == MEBIBYTE) and not inflater.eof:  # a full chunk may have more behind it
                chunk = inflater.decompress(rest, MEBIBYTE)
                size += len(chunk)
                if size > most:
                    raise TooLarge(f"the deflated data set is longer than {most} bytes")
                chunks.append(chunk)
                rest = inflater.unconsumed_tail
    except zlib.error as error:
        raise Truncated(f"the deflated data set cannot be inflated: {error}") from error
    if not inflater.eof:
        raise Truncated("the deflated data set ends before its last block")
    return b"".join(chunks)
