"""A request over HTTP that is turned away: one sentence, what to do, and a connection that closes without cutting it off."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from doseloop.model.errors import (
    Busy,
    DoseloopError,
    NotAdmitted,
    RequestRefused,
    RequestTooLarge,
    TooSlow,
    UnusableRequest,
    WrongMediaType,
)

RETRY_AFTER_S = 60
_STATUS: dict[type[RequestRefused], int] = {
    UnusableRequest: 400,
    NotAdmitted: 401,
    TooSlow: 408,
    RequestTooLarge: 413,
    WrongMediaType: 415,
    Busy: 503,
}
_HEADERS: dict[type[RequestRefused], dict[str, str]] = {
    NotAdmitted: {"WWW-Authenticate": 'Bearer realm="Doseloop"'},
    Busy: {"Retry-After": str(RETRY_AFTER_S)},
}
_LINGER_S = 2.0


class Refusal(PlainTextResponse):
    """An error as text, over a connection that ends with it.

    A connection that closes while the sender still sends is reset, and the sender may never see why. What it sends is
    therefore passed over for a short time after the answer.
    """

    def __init__(self, status: int, error: DoseloopError, headers: Mapping[str, str] | None = None) -> None:
        told = f"{error}\n{error.hint} [{error.code}]\n"
        super().__init__(told, status, {"Connection": "close", **(headers or {})})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and linger."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                while (await receive()).get("more_body", False):
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def refusal_of(error: RequestRefused) -> Refusal:
    """The answer to a request that is turned away, with its status and headers."""
    return Refusal(_STATUS[type(error)], error, _HEADERS.get(type(error)))
