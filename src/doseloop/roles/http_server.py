"""uvicorn in a role: with TLS where there is a certificate, until the role ends."""

import threading
from typing import Any

import uvicorn

from doseloop.receive.tls import Certificates, server_context


def serve_http(
    application: Any, host: str, port: int, certificates: Certificates | None, stop: threading.Event, **options: Any
) -> None:
    """Serve an ASGI application until `stop` is set; `options` are more of uvicorn's.

    Errors: `SetupError` where the certificate cannot be used.
    """
    context = server_context(certificates) if certificates else None
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        ssl_context_factory=(lambda config, default: context) if context else None,
        **options,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while thread.is_alive() and not stop.wait(0.2):
        pass
    server.should_exit = True
    thread.join(10)
