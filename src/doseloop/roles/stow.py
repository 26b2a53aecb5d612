"""The STOW-RS role: objects by HTTP into the inbox. Reaches neither the readers nor the pipeline."""

import ipaddress
import threading
from dataclasses import replace
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from doseloop.model.errors import SetupError
from doseloop.receive.http_connection import limited
from doseloop.receive.stow import Stow, StowLimits
from doseloop.receive.tls import Certificates, server_context
from doseloop.roles.http_server import certificates_of, serve_http
from doseloop.roles.inbox import inbox_of
from doseloop.roles.settings import Settings
from doseloop.store.peers import note_refusals
from doseloop.store.tokens import owner_of

HTTP: dict[str, Any] = {"ws": "none", "proxy_headers": False, "h11_max_incomplete_event_size": 16 * 1024}
"""What uvicorn leaves out: WebSockets, and hosts that a header claims; and how much of a request's head it holds."""


def check(options: Settings) -> None:
    """See that the role can run as it is set.

    Errors: `SetupError` where it would take tokens in the clear, or its certificates cannot be used.
    """
    certificates = _certificates(options)
    if certificates:
        server_context(certificates)
    elif options.stow_authorities:
        raise SetupError("`stow_authorities` needs `https_certificate`: without TLS no client shows a certificate.")
    elif not (options.stow_plain or _is_this_machine(options.stow_host)):
        raise SetupError(
            f"STOW-RS on {options.stow_host} would take tokens in the clear: set `https_certificate`, or `stow_plain` "
            "where a proxy before it speaks TLS."
        )


def run(stop: threading.Event) -> None:
    """Receive until `stop` is set."""
    options: Settings = settings.DOSELOOP
    check(options)
    service = Stow(
        inbox=inbox_of(options, settings.FOLDER),
        limits=StowLimits(
            options.stow_body_bytes,
            options.stow_parts,
            options.stow_requests,
            options.stow_idle_seconds,
            options.stow_min_bytes_per_second,
            options.stow_rate_seconds,
        ),
        owner_of=owner_of,
        note_refusal=lambda *who: note_refusals({who: 1}),
        after_each=close_old_connections,
    )
    structlog.get_logger().info("receiving by STOW-RS", host=options.stow_host, port=options.stow_port)
    serve_http(
        service.app(),
        options.stow_host,
        options.stow_port,
        _certificates(options),
        stop,
        http=limited(options.stow_head_seconds, options.stow_connections),
        **HTTP,
    )
    connections.close_all()


def _certificates(options: Settings) -> Certificates | None:
    certificates = certificates_of(options)
    return replace(certificates, authorities=options.stow_authorities, clients_must=False) if certificates else None


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
