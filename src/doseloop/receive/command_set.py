"""The command that a DIMSE command set carries (PS3.7 section 6.3.1: always Implicit VR Little Endian)."""

import struct

_ELEMENT = struct.Struct("<HHL")
_COMMAND_FIELD = (0x0000, 0x0100)
C_STORE_RQ, C_ECHO_RQ, C_CANCEL_RQ = 0x0001, 0x0030, 0x0FFF
"""PS3.7 annex E, table E.1-1."""


def command_field(command_set: bytes) -> int | None:
    """The value of (0000,0100), None where the bytes end before it or contradict the encoding."""
    place = 0
    while place + _ELEMENT.size <= len(command_set):
        group, element, length = _ELEMENT.unpack_from(command_set, place)
        place += _ELEMENT.size
        if (group, element) == _COMMAND_FIELD:
            return int.from_bytes(command_set[place : place + 2], "little") if length == 2 else None
        place += length
    return None
