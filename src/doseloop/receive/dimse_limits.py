"""What one DICOM peer, and all of them together, may ask of the receiver. docs/limits.md says why each figure is what it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DimseLimits:
    """Each is a setting of the same meaning; the defaults are the settings' own."""

    pdu_bytes: int = 131_072
    """Longest PDU (its length field, PS3.8 section 9.3) that is read. A longer one is refused by its header."""
    request_bytes: int = 65_536
    """Longest A-ASSOCIATE-RQ, likewise."""
    contexts: int = 128
    """Presentation contexts that one request may offer (PS3.8 section 9.3.2.2 has room for 128)."""
    associations: int = 64
    associations_per_peer: int = 8
    """Established at the same time, in all and from one host."""
    waiting: int = 512
    """Connections that have not asked for an association yet."""
    deadline_s: float = 10.0
    """From the connection to the whole A-ASSOCIATE-RQ, the TLS handshake included."""
    rate_bytes_per_s: int = 1024
    rate_window_s: float = 30.0
    """Least mean rate in each window while a PDU or an object is under way."""
    idle_s: float = 60.0
    """How long an association may be silent between messages."""
