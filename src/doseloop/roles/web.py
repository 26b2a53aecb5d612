"""The web role: uvicorn over Django in a pool of threads, so that exports stream and each thread keeps its connection."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import structlog
import uvicorn
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from doseloop.access.scope import NOTHING, Scope
from doseloop.facts.today import day
from doseloop.model.errors import SetupError
from doseloop.reading.process import ReaderPool
from doseloop.reading.sr import ContentItem
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.readers import limits_of
from doseloop.store.objects import sha256_of
from doseloop.store.vault import Vault
from doseloop.web.content_tree import Provider, set_provider
from doseloop.web.facts import the_facts

_THREADS = 8
application = WSGIMiddleware(cast(WSGIApp, get_wsgi_application()), workers=_THREADS)


@contextmanager
def in_memory(content: bytes) -> Iterator[Path]:
    """A path under which processes of this user read the bytes. They are on no disk and end with this process."""
    with os.fdopen(os.memfd_create("object", os.MFD_CLOEXEC), "wb") as file:
        file.write(content)
        file.flush()
        yield Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def trees(folder: DataFolder, pool: Future[ReaderPool]) -> Provider:
    """Content trees of kept objects, read in a process of its own, which may still be starting."""
    vault = Vault(folder.objects, folder.key("objects"))

    def tree(scope: Scope, object_id: int) -> ContentItem:
        with in_memory(vault.read(sha256_of(scope, object_id))) as path:
            return pool.result().tree(path)

    return tree


def warm() -> None:
    """Load the engine of the facts before the first person asks for a figure: it takes a second or two."""
    with suppress(SetupError):
        day(the_facts(), NOTHING, datetime.now(UTC).date())


def run(stop: threading.Event) -> None:
    """Serve pages until `stop` is set."""
    options = settings.DOSELOOP
    beside = ThreadPoolExecutor(1)
    pool = beside.submit(ReaderPool, 1, limits_of(options))
    set_provider(trees(settings.FOLDER, pool))
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
    threading.Thread(target=warm, daemon=True).start()
    structlog.get_logger().info("serving pages", host=options.web_host, port=options.web_port)
    while thread.is_alive() and not stop.wait(0.2):
        pass
    server.should_exit = True
    thread.join(10)
    pool.result().close()
    beside.shutdown()
