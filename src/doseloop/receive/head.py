"""The first bytes of a stream, looked at before the stream goes on its way whole."""

from dataclasses import dataclass, field

from doseloop.store.inbox import Stream


@dataclass(slots=True)
class Headed:
    """A stream whose first bytes may be looked at; `read` still gives all of it."""

    stream: Stream
    _held: bytes = field(default=b"", init=False)

    def head(self, size: int) -> bytes:
        """The first `size` bytes, fewer where the stream is shorter. Before the first `read`."""
        while len(self._held) < size and (chunk := self.stream.read(size - len(self._held))):
            self._held += chunk
        return self._held[:size]

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, empty at the end."""
        if not self._held:
            return self.stream.read(size)
        chunk, self._held = self._held[:size], self._held[size:]
        return chunk
