"""TLS by BCP 195 (PS3.15 section B.12, RFC 9325): 1.2 and later, forward secrecy, authenticated encryption alone."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from doseloop.model.errors import SetupError

_CIPHERS_OF_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: a server's own chain and key, and the authorities whose certificates its clients may show."""

    chain: Path
    key: Path
    authorities: Path | None = None
    """None asks no client for a certificate."""
    clients_must: bool = True
    """Whether a client without a certificate is turned away at the handshake."""


def server_context(certificates: Certificates) -> ssl.SSLContext:
    """A context for a port. Errors: `SetupError` where a file cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS_OF_1_2)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        context.load_cert_chain(certificates.chain, certificates.key)
        if certificates.authorities is not None:
            context.load_verify_locations(certificates.authorities)
            context.verify_mode = ssl.CERT_REQUIRED if certificates.clients_must else ssl.CERT_OPTIONAL
    except OSError as error:
        raise SetupError(
            f"The certificate {certificates.chain}, its key or the clients' authorities cannot be used ({error}): "
            "see `https_*`, `stow_authorities` and `dicom_tls_*`."
        ) from None
    return context


def subject_name(certificate: Mapping[str, object] | None) -> str | None:
    """The common name of a verified certificate's subject, as `ssl` gives it; None where there is none."""
    subject = (certificate or {}).get("subject", ())
    assert isinstance(subject, tuple)
    names = dict(pair for relative in subject for pair in relative)
    return names.get("commonName")


def peer_names(certificate: Mapping[str, object] | None) -> frozenset[str]:
    """Names in a verified certificate by which a peer may call itself, in capitals as AE titles are compared here: its common
    name, and each DNS name whole and by its first label (an AE title has no dots). Empty where there is no certificate."""
    alternatives = (certificate or {}).get("subjectAltName", ())
    assert isinstance(alternatives, tuple)
    hosts = [str(name) for kind, name in alternatives if kind == "DNS"]
    common = subject_name(certificate)
    return frozenset(name.upper() for name in (*hosts, *(host.split(".")[0] for host in hosts), common or "") if name)
