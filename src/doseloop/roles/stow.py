"""The STOW-RS role: objects by HTTP into the inbox. Reaches neither the readers nor the pipeline."""

import threading
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, connections

from doseloop.receive.http_connection import limited
from doseloop.receive.stow import Stow, StowLimits
from doseloop.roles.http_server import serve_http
from doseloop.roles.inbox import inbox_of
from doseloop.roles.settings import Settings
from doseloop.roles.ways_in import check_stow, stow_certificates
from doseloop.store.peers import note_refusals
from doseloop.store.tokens import owner_of

HTTP: dict[str, Any] = {"ws": "none", "proxy_headers": False, "h11_max_incomplete_event_size": 16 * 1024}
"""What uvicorn leaves out: WebSockets, and hosts that a header claims; and how much of a request's head it holds."""


def run(stop: threading.Event) -> None:
    """Receive until `stop` is set."""
    options: Settings = settings.DOSELOOP
    check_stow(options)
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
        stow_certificates(options),
        stop,
        http=limited(options.stow_head_seconds, options.stow_connections),
        **HTTP,
    )
    connections.close_all()
