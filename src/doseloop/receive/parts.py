"""Parts of a multipart body (RFC 2046 section 5.1), one after the other, never whole in memory.

python-multipart's parser finds the boundaries; it is given one chunk of the body at a time, when somebody reads.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError

from doseloop.model.errors import RequestTooLarge, UnusableRequest
from doseloop.store.inbox import Stream

_CHUNK = 64 * 1024


class _Mark(Enum):
    PART_END = "part end"
    BODY_END = "body end"


_Found = dict[str, str] | bytes | _Mark
"""What the parser finds: the headers of a part, bytes of it, an end."""


@dataclass(slots=True)
class _Finder:
    """python-multipart's callbacks as what was found, in turn."""

    body: Stream
    parser: MultipartParser = field(init=False)
    found: deque[_Found] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)
    name: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)

    def next(self) -> _Found:
        """What comes next. Errors: `UnusableRequest`; those of the body."""
        while not self.found:
            chunk = self.body.read(_CHUNK)
            if not chunk:
                raise UnusableRequest("The body ends before its last boundary.")
            try:
                self.parser.write(chunk)
            except FormParserError as error:
                raise UnusableRequest(f"The body is no multipart of its boundary: {error}.") from None
        return self.found.popleft()

    def on_header_end(self) -> None:
        self.headers[self.name.decode("latin-1").lower()] = self.value.decode("latin-1").strip()
        self.name.clear()
        self.value.clear()

    def on_headers_finished(self) -> None:
        self.found.append(self.headers)
        self.headers = {}


def _finder(body: Stream, boundary: str) -> _Finder:
    finder = _Finder(body)
    try:
        finder.parser = MultipartParser(
            boundary,
            {
                "on_header_field": lambda data, start, end: finder.name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: finder.value.extend(data[start:end]),
                "on_header_end": finder.on_header_end,
                "on_headers_finished": finder.on_headers_finished,
                "on_part_data": lambda data, start, end: finder.found.append(data[start:end]),
                "on_part_end": lambda: finder.found.append(_Mark.PART_END),
                "on_end": lambda: finder.found.append(_Mark.BODY_END),
            },
        )
    except FormParserError as error:
        raise UnusableRequest(f"The boundary cannot be used: {error}.") from None
    return finder


@dataclass(slots=True)
class Part:
    """One part: its headers by their names in small letters, and its bytes by `read`."""

    finder: _Finder
    headers: dict[str, str]
    _left: bytes = b""
    _ended: bool = False

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes, empty at the part's end. Errors: those of `parts`."""
        while not self._left and not self._ended:
            found = self.finder.next()
            self._ended = found is _Mark.PART_END
            self._left = found if isinstance(found, bytes) else b""
        chunk, self._left = self._left[:size], self._left[size:]
        return chunk

    def skip(self) -> None:
        """Pass over what was not read."""
        while self.read(_CHUNK):
            pass


def parts(body: Stream, boundary: str, most: int) -> Iterator[Part]:
    """The parts of a body; what nobody read of one is passed over before the next one comes.

    Errors: `UnusableRequest` where the body is no multipart of that boundary or ends before its last boundary;
    `RequestTooLarge` past `most` parts; those of the body.
    """
    finder, count = _finder(body, boundary), 0
    while isinstance(found := finder.next(), dict):
        count += 1
        if count > most:
            raise RequestTooLarge(f"The request has more than {most} parts.")
        part = Part(finder, found)
        yield part
        part.skip()
    while body.read(_CHUNK):  # an epilogue says nothing (RFC 2046 section 5.1.1)
        pass
