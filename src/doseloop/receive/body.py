"""The body of an HTTP request, read by a thread from the event loop: bounded in bytes, silence and rate."""

import asyncio
import time
from dataclasses import dataclass, field

from anyio import from_thread
from starlette.requests import ClientDisconnect, Request

from doseloop.model.errors import RequestTooLarge
from doseloop.receive.body_pace import BodyPace


@dataclass(slots=True)
class Body:
    """Gives the body in turn to a thread that anyio has started. The loop holds no more of it than one chunk."""

    request: Request
    most_bytes: int
    pace: BodyPace
    _size: int = field(default=0, init=False)
    _held: bytes = field(default=b"", init=False)
    _ended: bool = field(default=False, init=False)

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, empty at the end.

        Errors: `RequestTooLarge` past the limit, `TooSlow`; `ClientDisconnect` where the sender is gone.
        """
        while not self._held and not self._ended:
            self._held = from_thread.run(self._chunk)
            self._size += len(self._held)
            if self._size > self.most_bytes:
                raise RequestTooLarge(f"The body is longer than {self.most_bytes} bytes.")
        chunk, self._held = self._held[:size], self._held[size:]
        return chunk

    async def _chunk(self) -> bytes:
        asked = time.monotonic()
        try:
            message = await asyncio.wait_for(self.request.receive(), self.pace.patience_s())
        except TimeoutError:
            self.pace.silent(time.monotonic() - asked)
            return b""
        if message["type"] != "http.request":
            raise ClientDisconnect
        self._ended = not message.get("more_body", False)
        content: bytes = message.get("body", b"")
        self.pace.came(len(content), time.monotonic() - asked)
        return content
