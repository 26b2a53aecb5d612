"""The web role: uvicorn over Django in a pool of threads, so that exports stream and each thread keeps its connection.

Beside the pages it serves programs at `/mcp`.
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from doseloop.access.scope import NOTHING, Scope
from doseloop.facts.today import day
from doseloop.model.errors import SetupError
from doseloop.reading.process import ReaderPool
from doseloop.reading.sr import ContentItem
from doseloop.receive.refusal import Refusal, refusal_of
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.http_server import serve_http
from doseloop.roles.in_memory import in_memory
from doseloop.roles.readers import limits_of, reading_limits_of
from doseloop.roles.settings import Settings
from doseloop.roles.ways_in import check_tokens_of_pages, https_certificates
from doseloop.store.objects import sha256_of
from doseloop.store.vault import Vault
from doseloop.web.content_tree import Provider, set_provider
from doseloop.web.facts import the_facts
from doseloop.web.mcp.over_http import PATH, McpLimits, McpOverHttp

_THREADS = 8


def application(options: Settings, threads: int = _THREADS) -> ASGIApp:
    """Pages, and beside them the MCP server at `/mcp`."""
    pages, programs = WSGIMiddleware(cast(WSGIApp, get_wsgi_application()), workers=threads), _programs(options)

    async def served(scope: ASGIScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await programs(scope, receive, send)
        else:
            await pages(cast(Any, scope), cast(Any, receive), cast(Any, send))

    return served


def _programs(options: Settings) -> ASGIApp:
    try:
        check_tokens_of_pages(options)
    except SetupError as error:
        return Refusal(503, error)
    limits = McpLimits(options.mcp_body_bytes, options.mcp_requests)
    return McpOverHttp(the_facts, limits, options.web_names, refusal_of)


def trees(folder: DataFolder, pool: Future[ReaderPool]) -> Provider:
    """Content trees of kept objects, read in a process of its own, which may still be starting."""
    vault = Vault(folder.objects, folder.ring("objects"))

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
    pool = beside.submit(ReaderPool, 1, limits_of(options), reading_limits_of(options))
    set_provider(trees(settings.FOLDER, pool))
    threading.Thread(target=warm, daemon=True).start()
    structlog.get_logger().info("serving pages", host=options.web_host, port=options.web_port)
    serve_http(application(options), options.web_host, options.web_port, https_certificates(options), stop)
    pool.result().close()
    beside.shutdown()
