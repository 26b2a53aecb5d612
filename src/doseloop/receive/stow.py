"""STOW-RS (PS3.18 section 10.5): objects by HTTP, streamed part by part into the inbox."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from doseloop.model.errors import (
    Busy,
    DoseloopError,
    InboxError,
    Malformed,
    NotAdmitted,
    ObjectError,
    RequestRefused,
    RequestTooLarge,
    UnusableRequest,
    WrongMediaType,
)
from doseloop.receive.body import Body
from doseloop.receive.body_pace import BodyPace
from doseloop.receive.file_meta import LONGEST, FileMeta, file_meta
from doseloop.receive.head import Headed
from doseloop.receive.http_connection import CLIENT_NAME
from doseloop.receive.parts import Part, parts
from doseloop.receive.refusal import Refusal, refusal_of
from doseloop.receive.stow_answer import Answer
from doseloop.store.inbox import Inbox, Origin

PATH = "/dicomweb/studies"
_DICOM = "application/dicom"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StowLimits:
    """What one request may ask for, and how many there may be."""

    body_bytes: int
    parts: int
    requests: int
    """Requests that are answered at the same time."""
    idle_s: float
    min_bytes_per_s: float
    window_s: float
    """Over which the least rate is looked at."""


@dataclass(frozen=True, slots=True)
class Stow:
    """The STOW-RS service over one inbox."""

    inbox: Inbox
    limits: StowLimits
    owner_of: Callable[[str], str | None]
    """Gives the name of the peer that a token was made for, None where it is not known."""
    note_refusal: Callable[[str, str, str], None]
    """Called with what was tried, host and reason of each peer that was turned away."""
    after_each: Callable[[], None]
    """Called when a thread is done with the record for now."""

    def app(self) -> Starlette:
        """The service as an ASGI application."""
        slots = CapacityLimiter(self.limits.requests)

        async def store(request: Request) -> Response:
            if slots.available_tokens < 1:
                return refusal_of(Busy(f"{self.limits.requests} requests are being answered already."))
            return await to_thread.run_sync(self._answer, request, limiter=slots)

        return Starlette(routes=[Route(PATH, store, methods=["POST"])])

    def _answer(self, request: Request) -> Response:
        try:
            return self._store(request)
        except RequestRefused as error:
            return refusal_of(error)
        except ClientDisconnect:
            _log.info("a sender went away within its request", host=_host(request))
            return Response(status_code=400)
        except Exception:  # noqa: BLE001 (the rim: a request is answered, whatever happens)
            _log.exception("a request could not be answered", host=_host(request))
            return Refusal(500, DoseloopError("Something went wrong here; nothing that was not acknowledged is kept."))
        finally:
            self.after_each()

    def _store(self, request: Request) -> Response:
        origin, answer = Origin("stow", self._peer(request), _host(request)), Answer()
        boundary, body = _boundary(request), self._body(request)
        try:
            for part in parts(body, boundary, self.limits.parts):
                self._take(part, origin, answer)
        except RequestRefused as error:
            raise type(error)(f"{error} {len(answer.stored)} objects before it were stored.") from None
        if not (answer.stored or answer.failed):
            raise UnusableRequest("The body has no part.")
        return answer.response()

    def _peer(self, request: Request) -> str:
        """The name of who sends. Errors: `NotAdmitted`, which is noted."""
        if certified := request.scope.get(CLIENT_NAME):
            return str(certified)
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise NotAdmitted("The request has neither a token nor a client certificate.")
        if owner := self.owner_of(token.strip()):
            return owner
        self.note_refusal("STOW-RS", _host(request), "a token that is not in force for sending")
        raise NotAdmitted("The token is not known, has ended, or is not for sending objects.")

    def _body(self, request: Request) -> Body:
        limits, declared = self.limits, request.headers.get("Content-Length", "")
        if declared.isdecimal() and int(declared) > limits.body_bytes:
            raise RequestTooLarge(f"The body is longer than {limits.body_bytes} bytes.")
        return Body(request, limits.body_bytes, BodyPace(limits.idle_s, limits.min_bytes_per_s, limits.window_s))

    def _take(self, part: Part, origin: Origin, answer: Answer) -> None:
        """Put one part into the inbox, and enter into the answer what became of it."""
        meta: FileMeta | None = None
        try:
            stream = Headed(part)
            _check_kind(part)
            meta = _named(stream.head(LONGEST))
            self.inbox.put(stream, origin)
            answer.stored.append(meta)
        except (InboxError, ObjectError) as error:
            _log.error("object refused", code=error.code, reason=str(error), peer=origin.peer_ae, host=origin.peer_host)
            answer.failed.append((meta, error))


def _boundary(request: Request) -> str:
    """The boundary of the parts. Errors: `WrongMediaType`, `UnusableRequest`."""
    kind = _media_type(request.headers.get("Content-Type", ""))
    if encoding := request.headers.get("Content-Encoding"):
        raise WrongMediaType(f"A body with Content-Encoding {encoding[:40]!r} is not unpacked.")
    if kind.get_content_type() != "multipart/related" or (kind.get_param("type") or _DICOM) != _DICOM:
        raise WrongMediaType("The body is no multipart/related of application/dicom.")
    boundary = kind.get_boundary()
    if not boundary or not boundary.isascii():
        raise UnusableRequest("Content-Type names no boundary.")
    return boundary


def _check_kind(part: Part) -> None:
    kind = _media_type(part.headers.get("content-type", _DICOM)).get_content_type()
    if kind != _DICOM or part.headers.get("content-transfer-encoding", "binary").lower() not in ("binary", "8bit"):
        raise Malformed("A part is no application/dicom in binary.")


def _named(head: bytes) -> FileMeta:
    meta = file_meta(head)
    if not (meta.sop_class_uid and meta.sop_instance_uid):
        raise Malformed("The file meta information does not name the object.")
    return meta


def _media_type(header: str) -> Message:
    message = Message()
    message["Content-Type"] = header
    return message


def _host(request: Request) -> str:
    return request.client.host if request.client else ""
