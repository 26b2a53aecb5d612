"""Ports and certificates."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from doseloop.roles.doctor.check import Check, Place, check

CHECKS: list[Check] = []
_SOON = timedelta(days=30)
_HOST, _PORT, _CERTIFICATE = "_host", "_port", "certificate"


@check(CHECKS, "port-taken", "End the other program, or change the setting.")
def port_taken(place: Place) -> Iterator[str]:
    """Another program listens where Doseloop would."""
    if place.runs():
        return
    values = place.settings.model_dump()
    for name in (name for name in values if name.endswith(_PORT)):
        host = values.get(name.removesuffix(_PORT) + _HOST)
        if host and not _is_free(host, values[name]):
            yield f"{host}:{values[name]} is taken by another program (`{name}`)."


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


@check(CHECKS, "certificate-ending", "Have a new certificate issued, put it in place and restart Doseloop.")
def certificate_ending(place: Place) -> Iterator[str]:
    """Peers and browsers will refuse to connect. Looks at every setting whose name ends in `certificate`."""
    for name, value in place.settings.model_dump().items():
        if name.endswith(_CERTIFICATE) and value:
            yield from _ending(name, Path(value))


def _ending(name: str, path: Path) -> Iterator[str]:
    try:
        ends = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        yield f"The certificate {path} (`{name}`) cannot be read."
        return
    left = ends - datetime.now(UTC)
    if left < _SOON:
        told = f"ends on {ends:%Y-%m-%d}" if left > timedelta(0) else f"ended on {ends:%Y-%m-%d}"
        yield f"The certificate {path} (`{name}`) {told}."
