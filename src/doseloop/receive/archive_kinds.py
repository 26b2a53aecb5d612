"""What kind of archive bytes are, by how they begin."""

from doseloop.receive.file_meta import is_dicom

HEAD = 512
"""Bytes from the start that tell."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
_TAR_AT, _TAR = 257, b"ustar"


def archive_kind(head: bytes) -> str | None:
    """`ZIP`, `tar`, `gzip`, ...; None for all else. A DICOM file is none, whatever stands in its preamble."""
    if is_dicom(head):
        return None
    if head.startswith(_ZIP):
        return "ZIP"
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "tar"
    return next((kind for magic, kind in _OTHERS.items() if head.startswith(magic)), None)
