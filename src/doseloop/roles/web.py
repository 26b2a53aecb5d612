"""The web role: uvicorn over Django."""

import threading

import structlog
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application

application = get_asgi_application()


def run(stop: threading.Event) -> None:
    """Serve pages until `stop` is set."""
    options = settings.DOSELOOP
    config = uvicorn.Config(
        application,
        host=options.web_host,
        port=options.web_port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    structlog.get_logger().info("serving pages", host=options.web_host, port=options.web_port)
    while thread.is_alive() and not stop.wait(0.2):
        pass
    server.should_exit = True
    thread.join(10)
