"""What a PS3.10 file says of itself before its data set: the file meta information (PS3.10 table 7.1-1)."""

import re
from dataclasses import dataclass

from doseloop.model.errors import Malformed, NotDicom
from doseloop.receive.elements import elements

LONGEST = 64 * 1024
"""Bytes from the start of a file in which its file meta information must lie."""
PREAMBLE = 128
_MAGIC = b"DICM"
_GROUP_LENGTH_END = PREAMBLE + 4 + 12
_UID = re.compile(r"[0-9.]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileMeta:
    """The names of an object and of its encoding; "" where one is missing."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    end: int
    """Where the data set begins, in bytes from the start of the file."""


def is_dicom(head: bytes) -> bool:
    """Whether the bytes start a PS3.10 file."""
    return head[PREAMBLE : PREAMBLE + 4] == _MAGIC


def file_meta(head: bytes) -> FileMeta:
    """Read the file meta information from the start of a file.

    Errors: `NotDicom` where there is no preamble; `Malformed` where the group is cut short, longer than `LONGEST`, or a
    UID in it is none (PS3.5 section 9.1).
    """
    if not is_dicom(head):
        raise NotDicom("The bytes have no preamble and prefix of a DICOM file (PS3.10 section 7.1).")
    first = next(elements(head[:_GROUP_LENGTH_END], PREAMBLE + 4), None)
    if first is None or first.tag != (2, 0) or first.end - first.start != 4:
        raise Malformed("The file meta information does not begin with its length (0002,0000).")
    end = first.end + int.from_bytes(head[first.start : first.end], "little")
    if end > len(head):
        raise Malformed("The file meta information is cut short or longer than 64 KiB.")
    values = {one.tag: head[one.start : one.end] for one in elements(head[:end], first.end)}
    sop_class, sop_instance, syntax = (_uid(values.get((2, number), b"")) for number in (0x0002, 0x0003, 0x0010))
    return FileMeta(sop_class, sop_instance, syntax, end)


def _uid(value: bytes) -> str:
    text = value.rstrip(b"\0 ").decode("ascii", "replace")
    if text and not _UID.fullmatch(text):
        raise Malformed("A UID of the file meta information has characters that a UID cannot have.")
    return text
