"""TLS of the DICOM port, by the BCP 195 profile (PS3.15 annex B.12, RFC 9325): 1.2 and later, forward secrecy, AEAD alone."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from doseloop.model.errors import SetupError

_CIPHERS_OF_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the receiver's own chain and key, and the authorities whose certificates peers must show."""

    chain: Path
    key: Path
    authorities: Path | None
    """None where peers need no certificate."""


def server_context(certificates: Certificates) -> ssl.SSLContext:
    """A context for the port. Errors: `SetupError` where a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS_OF_1_2)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        context.load_cert_chain(certificates.chain, certificates.key)
        if certificates.authorities is not None:
            context.load_verify_locations(certificates.authorities)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise SetupError(f"A certificate file of the DICOM port cannot be used ({error}): see `dicom_tls_*`.") from None
    return context
