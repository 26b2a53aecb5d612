"""Archives made by code, sound and hostile."""

import io
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path


def zipped(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these names, written as they are given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return buffer.getvalue()


def zipped_link(name: str, target: str) -> bytes:
    """A ZIP with one symbolic link."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return buffer.getvalue()


def encrypted(content: bytes) -> bytes:
    """The ZIP with the flag of encryption set in each header."""
    changed = bytearray(content)
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", changed, at + flags_at)
            struct.pack_into("<H", changed, at + flags_at, flags | 1)
            at = changed.find(signature, at + 4)
    return bytes(changed)


def dicomdir(path: Path, references: list[list[str]]) -> None:
    """A DICOMDIR (PS3.3 annex F) that names these files, unchecked, in one flat list of records."""
    syntax = _element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0")
    meta = _element(2, 2, b"UI", b"1.2.840.10008.1.3.10") + _element(2, 3, b"UI", b"2.25.1") + syntax
    records = b"".join(_item(_element(4, 0x1500, b"CS", "\\".join(one).encode("latin-1"))) for one in references)
    sequence = struct.pack("<HH2sHL", 4, 0x1220, b"SQ", 0, len(records)) + records
    length = _element(2, 0, b"UL", struct.pack("<L", len(meta)))
    path.write_bytes(bytes(128) + b"DICM" + length + meta + _element(4, 0x1130, b"CS", b"TEST") + sequence)


def _element(group: int, number: int, kind: bytes, value: bytes) -> bytes:
    padded = value + b" " * (len(value) % 2)
    return struct.pack("<HH2sH", group, number, kind, len(padded)) + padded


def _item(content: bytes) -> bytes:
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content
