"""Asking a language model over HTTP, behind an address as OpenAI's API has it (Ollama, vLLM, llama.cpp).

One request, no second try. The whole of it has one limit of time, the answer one of size; redirects are not followed and proxies
of the environment not used, so that the question goes to the address that was set and nowhere else.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any, Final

import httpx2

MOST_BYTES: Final = 262_144
"""Of an answer: many times what a plan needs."""

MOST_AT_ONCE: Final = 2
"""Questions of this process that wait for a model at a time, so that a slow one never holds all threads of the pages."""
_PLACES: Final = BoundedSemaphore(MOST_AT_ONCE)


class NotAsked(Exception):
    """The model could not be asked, or did not answer as it has to."""

    def __init__(self, said: str):
        """Keep in words why; it repeats nothing that the server sent."""
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class ModelServer:
    """Where a language model is, and what it may take."""

    address: str
    """Up to `/v1`; by http or https."""
    model: str
    key: str = field(default="", repr=False)
    most_seconds: float = 20.0
    most_tokens: int = 800

    def answer(self, body: dict[str, Any]) -> bytes:
        """What the server answers to a request for a chat completion.

        Errors: `NotAsked`.
        """
        if not _PLACES.acquire(blocking=False):
            raise NotAsked("it is busy with other questions; try again in a moment")
        try:
            with ThreadPoolExecutor(1) as apart:  # the thread that asks may have an event loop of its own
                return apart.submit(asyncio.run, self._in_time(body)).result()
        finally:
            _PLACES.release()

    async def _in_time(self, body: dict[str, Any]) -> bytes:
        try:
            async with asyncio.timeout(self.most_seconds):
                return await self._answer(body)
        except (TimeoutError, httpx2.TimeoutException):
            raise NotAsked(f"it did not answer within {self.most_seconds:g} seconds") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise NotAsked("it cannot be reached") from None

    async def _answer(self, body: dict[str, Any]) -> bytes:
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        address = f"{self.address.rstrip('/')}/chat/completions"
        async with (
            httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=self.most_seconds) as client,
            client.stream("POST", address, json=body, headers=headers) as answer,
        ):
            if answer.status_code != 200:
                raise NotAsked(f"it answered with status {answer.status_code}")
            return await _bounded(answer)


async def _bounded(answer: httpx2.Response) -> bytes:
    """The body as it was sent: what a server compresses all the same is not inflated."""
    found = bytearray()
    async for piece in answer.aiter_raw():
        found += piece
        if len(found) > MOST_BYTES:
            raise NotAsked("its answer is too long")
    return bytes(found)
