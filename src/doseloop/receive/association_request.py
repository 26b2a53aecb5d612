"""What an A-ASSOCIATE-RQ (PS3.8 section 9.3.2) asks for, read from its bytes before a thread is spent on it."""

import struct
from dataclasses import dataclass

from doseloop.model.errors import PeerRefused

HEADER = struct.Struct(">BxL")
"""PDU type and length of what follows (PS3.8 section 9.3.1)."""
TYPE_RQ = 0x01

_FIXED = struct.Struct(">BxLH2x16s16s32x")
_ITEM = struct.Struct(">BxH")
_PRESENTATION_CONTEXT = 0x20


@dataclass(frozen=True, slots=True)
class AssociationRequest:
    """AE titles without their padding, and the number of presentation contexts."""

    called_ae: str
    calling_ae: str
    contexts: int


def length_of(header: bytes, most: int) -> int:
    """Length of the PDU that follows the header. Errors: `PeerRefused` where it is no A-ASSOCIATE-RQ, or longer than `most`."""
    kind, length = HEADER.unpack(header)
    if kind != TYPE_RQ:
        raise PeerRefused("did not ask for a DICOM association")
    if length > most:
        raise PeerRefused(f"declared an association request longer than {most} bytes")
    return int(length)


def read_request(pdu: bytes) -> AssociationRequest:
    """Read a whole A-ASSOCIATE-RQ, header included. Errors: `PeerRefused` where its items do not fill it exactly."""
    if len(pdu) < _FIXED.size:
        raise PeerRefused("sent an association request that is cut short")
    _, _, _, called, calling = _FIXED.unpack_from(pdu)
    return AssociationRequest(_title(called), _title(calling), _contexts(pdu))


def _contexts(pdu: bytes) -> int:
    count, place = 0, _FIXED.size
    while place < len(pdu):
        if place + _ITEM.size > len(pdu):
            raise PeerRefused("sent an association request that is cut short")
        kind, length = _ITEM.unpack_from(pdu, place)
        count += kind == _PRESENTATION_CONTEXT
        place += _ITEM.size + length
    if place != len(pdu):
        raise PeerRefused("sent an association request that is cut short")
    return count


def _title(padded: bytes) -> str:
    """An AE title (PS3.5 table 6.2-1: default repertoire, no control characters); `?` for what may not stand in one."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in padded.rstrip(b"\0")).strip()
