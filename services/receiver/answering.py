"""What is done around every handler: the request's id, errors in one form, headers of all answers, counting.

Sanic's middleware could do it, at twice the cost.
"""

import asyncio
import functools
import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import cast

import structlog
from sanic import Request
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse

from services.receiver.admission.hiding import holds_key, without_key, without_keys
from services.receiver.context import Context, client_address, context_of
from services.receiver.giving.encoded import Encoded, joined
from services.receiver.giving.headers import UNKEPT, Lines, of_all
from services.receiver.giving.methods import allowed_methods
from services.receiver.operating.counting import method_of
from services.receiver.operating.requestfacts import key_shown, noted
from services.receiver.operating.requestlog import RequestLine, safe, time_of
from services.receiver.refusing.problems import CONTENT_TYPE, ROOT, problem
from services.receiver.refusing.refusals import SERVER_FAULT, Refusal, internal_error, not_read, not_stored
from shared.errors import MarigraphError
from shared.schemas.codec import encode
from shared.timestamps import to_iso_millis
from shared.wire.refusals import NotAnswered

__all__ = ["Answering", "Handler", "begin_stream"]

Handler = Callable[..., Awaitable[HTTPResponse | None]]
"""Takes the request and what its path names; None when it has streamed its answer."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PROCESS = secrets.token_hex(6)
_NUMBERS = itertools.count(1)
_REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID_LINE = _REQUEST_ID_HEADER.encode()
_WRONG_METHOD = 405
_GONE = 499
"""How an answer is counted that nobody was there to read."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Answering:
    """Puts itself around the handlers of one receiver."""

    def __init__(self, context: Context) -> None:
        """Take what the handlers share."""
        self._context = context

    def around(self, route: str, handler: Handler) -> Handler:
        """Return a handler that answers every request, failures included; `route` names it in metrics."""

        @functools.wraps(handler)
        async def answered(request: Request, **parts: str) -> HTTPResponse | None:
            began = time.perf_counter()
            request_id = _id_of(request)
            try:
                response = await handler(request, **parts)
            except Exception as error:  # noqa: BLE001 - each gets its answer
                response = self._explained(request, error, request_id)
            except asyncio.CancelledError:
                late = getattr(request.stream, "exception", None)  # why the wire gave it up
                if late is None:  # the caller went away
                    self._count(request, _GONE, request_id, route, began)
                    raise
                response = self._explained(request, late, request_id)
            if response is None or request.responded:
                self._streamed(request, response, request_id, route, began)
                return None
            self._finish(request, response, request_id, route, began)
            return response

        return answered

    def _streamed(
        self, request: Request, failure: HTTPResponse | None, request_id: str, route: str, began: float
    ) -> None:
        """Count an answer that `begin_stream` began; one that failed on its way is cut off, not ended.

        Its reader would take half of it for the whole.
        """
        begun = request.stream.response if request.stream else None
        status = failure.status if failure else begun.status if begun else SERVER_FAULT
        named = begun.headers.get(_REQUEST_ID_HEADER, request_id) if begun else request_id
        self._count(request, status, named, route, began)
        if failure is not None and request.transport is not None:
            request.transport.abort()  # type: ignore[attr-defined] # every transport has it

    async def failed(self, request: Request, error: Exception) -> HTTPResponse:
        """Answer what failed before any handler was found."""
        request_id = _id_of(request)
        response = self._explained(request, error, request_id)
        self._finish(request, response, request_id, "none", time.perf_counter())
        return response

    def _explained(self, request: Request, error: Exception, request_id: str) -> HTTPResponse:
        """Answer a failure in the origin's form; what is our fault is logged with its trace, once."""
        refusal = without_keys(request, _refusal(request, error))
        if refusal.status >= SERVER_FAULT:
            known = isinstance(error, (MarigraphError, SanicException, Refusal))
            _log.error(
                "request failed",
                error=str(error),
                request_id=request_id,
                exc_info=None if known else error,
            )
        if request.path == ROOT or request.path.startswith(f"{ROOT}/"):
            response = Encoded(
                encode(problem(refusal, request_id)), refusal.status, UNKEPT, kind=CONTENT_TYPE
            )
        else:
            now = to_iso_millis(self._context.clock.now())
            response = Encoded(encode(refusal.body(request_id, now)), refusal.status, UNKEPT)
        response.headers.update(refusal.headers)
        return response

    def _finish(
        self, request: Request, response: HTTPResponse, request_id: str, route: str, began: float
    ) -> None:
        now = self._context.clock.now()
        second = int(now.timestamp())
        if isinstance(response, Encoded):
            response.lines += (
                (_REQUEST_ID_LINE, request_id.encode()),
                *_joined_lines_of(second, tls=_is_secure(request)),
            )
        else:
            response.headers[_REQUEST_ID_HEADER] = request_id
            response.headers.update(_headers_of(second, tls=_is_secure(request)))
        self._count(request, response.status, request_id, route, began, len(response.body or b""), now=now)

    def _count(
        self,
        request: Request,
        status: int,
        request_id: str,
        route: str,
        began: float,
        length: int | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        """Count an answer and tell it in the log; `length` is None for one that was streamed."""
        context = self._context
        seconds = time.perf_counter() - began
        context.metrics.answers.count(request.method, route, status, seconds)
        if (level := context.requests.level_of(route, status)) is None:
            return
        line = RequestLine(
            method=method_of(request.method),
            path=route if request.path == route else safe(without_key(request, request.path)),
            status=status,
            bytes=length,
            milliseconds=round(seconds * 1000, 2),
            key=key_shown(request),
            client=client_address(request),
            request_id=request_id,
            level=level,
            time=time_of(now or context.clock.now()),
            service="receiver",
        )
        context.requests.tell(line, noted(request))


async def begin_stream(
    request: Request, content_type: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HTTPResponse:
    """Begin an answer that is sent piece by piece with `send`; the handler returns None after the last.

    Whatever it raises then cuts the connection, so that half an answer never passes for a whole one.
    """
    second = int(context_of(request).clock.now().timestamp())
    return cast(
        "HTTPResponse",
        await request.respond(
            status=status,
            content_type=content_type,
            headers={
                **(headers or {}),
                _REQUEST_ID_HEADER: _id_of(request),
                **_headers_of(second, tls=_is_secure(request)),
            },
        ),
    )


def _id_of(request: Request) -> str:
    asked = request.headers.get("x-request-id")
    if asked is not None and _REQUEST_ID.fullmatch(asked) and not holds_key(request, asked):
        return str(asked)
    return f"{_PROCESS}-{next(_NUMBERS):x}"


def _is_secure(request: Request) -> bool:
    return request.conn_info is not None and request.conn_info.ssl


@functools.lru_cache(maxsize=4)
def _joined_lines_of(second: int, *, tls: bool) -> Lines:
    return joined(of_all(second, tls=tls))


def _headers_of(second: int, *, tls: bool) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in of_all(second, tls=tls)}


def _refusal(request: Request, error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case MarigraphError() if request.method == "POST":
            return not_stored(error)
        case MarigraphError():
            return not_read(error)
        case NotAnswered():
            return Refusal(503, "INTERNAL_ERROR", f"{error}.", "Ask again later; the server's log says more.")
        case SanicException(status_code=404):
            return Refusal(
                404,
                "NOT_FOUND",
                "There is nothing at this address.",
                "GET /docs shows the calls.",
            )
        case SanicException() if error.status_code and error.status_code < SERVER_FAULT:
            suggestion = getattr(error, "suggestion", "Correct the request.")
            refusal = Refusal(error.status_code, "INVALID_REQUEST", f"{safe(str(error))}.", suggestion)
            refusal.headers.update(error.headers)
            if error.status_code == _WRONG_METHOD:
                allowed = refusal.headers.setdefault("Allow", allowed_methods(request))
                refusal.suggestion = f"This address takes {allowed}."
            return refusal
    return internal_error()
